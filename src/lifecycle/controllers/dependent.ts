/** One object that may have lost its owners: upstream's attemptToDeleteItem (pkg/controller/garbagecollector). */
import { isDeepStrictEqual } from 'node:util'
import type { Client, DeleteOptions } from '../../client/index.ts'
import { hasFinalizer, orGone } from '../../controller/index.ts'
import { isStatus, type KubeObject, type OwnerReference } from '../../machinery/index.ts'
import { isDeleting, type ObjectReference, targetOf } from '../object-reference.ts'
import type { OwnerLookup } from '../owner-lookup.ts'
import { withoutBlocking, withoutOwners } from '../owner-references.ts'
import { dependentsOf, findMetadata } from '../read.ts'

/** metav1.FinalizerDeleteDependents, metav1.FinalizerOrphanDependents. */
export const FOREGROUND = 'foregroundDeletion'
export const ORPHAN = 'orphan'

export interface Collection {
  readonly client: Client
  readonly lookup: OwnerLookup
  readonly signal: AbortSignal
  /** The owner that the server says does not exist: for it a kind that is no longer served means absent, too. */
  readonly absent?: string
}

export function waitsForDependents(object: KubeObject): boolean {
  return isDeleting(object) && hasFinalizer(object, FOREGROUND)
}

/** `settled`: written to, and no dependent of that owner any more, or deleted. `waiting`: going, and its finalizers are not
 *  done. `kept`: it has every right to be there, or nobody may say otherwise. */
export type Outcome = 'settled' | 'waiting' | 'kept'

/** Deletes the dependent, or takes from it the owners that are no more, or leaves it alone, as its owners are now. */
export async function collect(dependent: ObjectReference, collection: Collection): Promise<Outcome> {
  const { client } = collection
  // Deletion is a one-way trip. Whoever waits for its own dependents is looked after by a request of its own.
  if (isDeleting(dependent)) return 'waiting'
  const references = dependent.metadata.ownerReferences ?? []
  const owners = await classify(dependent, references, collection)
  if (owners === undefined) return 'kept'

  if (owners.solid) {
    const lost = new Set([...owners.dangling, ...owners.waiting])
    if (lost.size === 0) return 'kept'
    await patch(client, dependent, withoutOwners(references, lost))
    return 'settled'
  }
  if (owners.waiting.length > 0) {
    const { any, waiting } = await dependentsOfDependent(dependent, collection)
    if (any) {
      // A dependent that itself waits may wait for this object's owner: cut the circle before it closes.
      const metadata = waiting
        ? (await patch(client, dependent, withoutBlocking(references)))?.metadata
        : dependent.metadata
      if (metadata !== undefined) await remove({ ...dependent, metadata }, 'Foreground', client)
      return 'settled'
    }
  }
  await remove(dependent, policyFor(dependent), client)
  return 'settled'
}

interface Classified {
  solid: boolean
  dangling: string[]
  waiting: string[]
}

/** Undefined when an owner is of a scope that cannot own the object. */
async function classify(
  dependent: ObjectReference,
  references: readonly OwnerReference[],
  { lookup, absent }: Collection,
): Promise<Classified | undefined> {
  const classified: Classified = { solid: references.length === 0, dangling: [], waiting: [] }
  for (const reference of references) {
    const owner = await lookup(reference, dependent.metadata.namespace ?? '')
    if (owner.type === 'invalid') return undefined
    if (owner.type === 'absent' || (owner.type === 'unknown' && reference.uid === absent)) {
      classified.dangling.push(reference.uid)
    } else if (owner.type === 'present' && waitsForDependents(owner.object)) classified.waiting.push(reference.uid)
    else classified.solid = true
  }
  return classified
}

async function dependentsOfDependent(dependent: ObjectReference, { client, signal }: Collection) {
  let any = false
  for await (const page of dependentsOf(client, dependent.metadata.uid ?? '', signal)) {
    any ||= page.length > 0
    if (page.some(waitsForDependents)) return { any, waiting: true }
  }
  return { any, waiting: false }
}

type Policy = NonNullable<DeleteOptions['propagationPolicy']>

function policyFor(object: KubeObject): Policy {
  if (hasFinalizer(object, ORPHAN)) return 'Orphan'
  return hasFinalizer(object, FOREGROUND) ? 'Foreground' : 'Background'
}

export function patch(client: Client, object: ObjectReference, operations: readonly object[]) {
  const { name = '', namespace = '', uid } = object.metadata
  const body = [{ op: 'test', path: '/metadata/uid', value: uid }, ...operations]
  // Upstream's collector is called so in managedFields.
  const options = { namespace, fieldManager: 'kube-controller-manager' }
  return orGone(client.patch(targetOf(object), name, 'json', body, options))
}

/** Only while its owners are those that were judged: a write to anything else must not starve the collector. */
async function remove(object: ObjectReference, propagationPolicy: Policy, client: Client): Promise<void> {
  const { name = '', namespace = '', uid = '', resourceVersion = '', ownerReferences } = object.metadata
  const target = targetOf(object)
  const deleteAt = (preconditions: DeleteOptions['preconditions'] & object) =>
    orGone(client.delete(target, name, { namespace, propagationPolicy, preconditions }))
  try {
    await deleteAt({ uid, resourceVersion })
  } catch (error) {
    if (!isStatus(error, 'Conflict')) throw error
    const latest = await findMetadata(client, target, name, namespace)
    if (latest === undefined || latest.metadata.uid !== uid) return
    if (!isDeepStrictEqual(latest.metadata.ownerReferences, ownerReferences)) throw error
    await deleteAt({ uid })
  }
}
