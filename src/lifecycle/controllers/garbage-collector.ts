/**
 * Owner references, as Kubernetes' garbage collector keeps them, without its graph: the server knows which owners are
 * missing and who depends on whom, so nothing is in memory but what is unfinished.
 */
import {
  type ControllerDefinition,
  clusterOf,
  hasFinalizer,
  orGone,
  type ReconcileContext,
  type Request,
  type RequestMap,
  type Result,
  removeFinalizer,
  startController,
  watching,
} from '../../controller/index.ts'
import { isStatus, type KubeObject } from '../../machinery/index.ts'
import { deletions } from '../deletions.ts'
import { inParallel } from '../in-parallel.ts'
import {
  ABSENT_OWNERS,
  type AbsentOwner,
  isDeleting,
  type ObjectReference,
  requestForTarget,
} from '../object-reference.ts'
import { createOwnerLookup } from '../owner-lookup.ts'
import { withoutOwners } from '../owner-references.ts'
import { dependentsOf, findMetadata } from '../read.ts'
import { GATHER, lookAgain } from '../waiting.ts'
import { collect, FOREGROUND, ORPHAN, type Outcome, patch } from './dependent.ts'

/** Dependents of one owner that are worked on at a time; upstream runs 20 workers in all. */
const DEPENDENTS_AT_A_TIME = 16

export const garbageCollector: ControllerDefinition = {
  name: 'generic-garbage-collector',
  rules: [
    { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch', 'patch', 'update', 'delete'] },
    { nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*'], verbs: ['get'] },
  ],
  start(environment) {
    const { client, clock, log, signal } = environment
    /** Owners by UID that wait for dependents, so that a dependent's end wakes them. */
    const unfinished = new Map<string, Request>()

    const absentOwners: RequestMap<AbsentOwner> = (absent, change) => {
      const { name = '' } = absent.metadata
      const request = { cluster: clusterOf(absent), namespace: '', name, resource: ABSENT_OWNERS }
      const key = ownerKey(request.cluster, name)
      if (change === 'changed') unfinished.set(key, request)
      else if (unfinished.get(key)?.resource === ABSENT_OWNERS) unfinished.delete(key)
      return change === 'changed' ? [request] : []
    }
    const waitedFor: RequestMap<ObjectReference> = (deletion, change) => {
      const cluster = clusterOf(deletion)
      const { uid = '', ownerReferences = [] } = deletion.metadata
      if (change === 'changed') {
        if (!hasFinalizer(deletion, FOREGROUND) && !hasFinalizer(deletion, ORPHAN)) return []
        const request = requestForTarget(deletion)
        unfinished.set(ownerKey(cluster, uid), request)
        return [request]
      }
      const key = ownerKey(cluster, uid)
      if (unfinished.get(key)?.resource !== ABSENT_OWNERS) unfinished.delete(key)
      return ownerReferences.flatMap((owner) => {
        const request = unfinished.get(ownerKey(cluster, owner.uid))
        return request === undefined ? [] : [{ ...request, after: GATHER }]
      })
    }

    return startController({
      name: garbageCollector.name,
      client,
      clock,
      log,
      signal,
      concurrency: 16,
      sources: [watching(ABSENT_OWNERS, { map: absentOwners }), deletions(environment, waitedFor)],
      reconcile: (request, context) =>
        request.resource === ABSENT_OWNERS ? reconcileAbsent(request, context) : reconcileOwner(request, context),
    })
  },
}

function ownerKey(cluster: string, uid: string): string {
  return `${cluster}\n${uid}`
}

/** The owner is no more. */
async function reconcileAbsent({ name: absent }: Request, { client, signal, now }: ReconcileContext): Promise<Result> {
  const lookup = createOwnerLookup(client, signal)
  const outcomes = new Set<Outcome>()
  let since: string | undefined
  for await (const page of dependentsOf(client, absent, signal)) {
    await inParallel(page, DEPENDENTS_AT_A_TIME, async (dependent) => {
      outcomes.add(await collect(dependent, { client, lookup, signal, absent }))
      since ??= dependent.metadata.deletionTimestamp
    })
  }
  try {
    await orGone(client.delete(ABSENT_OWNERS, absent))
    return undefined
  } catch (error) {
    // Objects still name it. Those that wait for finalizers wake this owner when they go; those that may stay (owned across
    // scopes or namespaces) are nothing to wait for; the rest was written just now, or goes as soon as it is looked at.
    if (!isStatus(error, 'Conflict')) throw error
    if (outcomes.has('waiting')) return lookAgain(since, now())
    if (outcomes.has('kept') && !outcomes.has('settled')) return undefined
    throw error
  }
}

/** The owner is being deleted, and its dependents come first. */
async function reconcileOwner(request: Request, { client, signal, now }: ReconcileContext): Promise<Result> {
  const { resource, name, namespace } = request
  if (resource === undefined) return undefined
  const owner = await findMetadata(client, resource, name, namespace)
  if (owner === undefined || !isDeleting(owner)) return undefined
  const context = { client, signal }
  if (hasFinalizer(owner, ORPHAN)) {
    await orphanDependents(owner, context)
    await removeFinalizer(client, resource, owner, ORPHAN)
  } else if (hasFinalizer(owner, FOREGROUND)) {
    await deleteDependents(owner, context)
    if (await isBlocked(owner, context)) return lookAgain(owner.metadata.deletionTimestamp, now())
    await removeFinalizer(client, resource, owner, FOREGROUND)
  }
  return undefined
}

type Context = Pick<ReconcileContext, 'client' | 'signal'>

async function orphanDependents(owner: KubeObject, { client, signal }: Context): Promise<void> {
  const uid = owner.metadata.uid ?? ''
  for await (const page of dependentsOf(client, uid, signal)) {
    await inParallel(page, DEPENDENTS_AT_A_TIME, async (dependent) => {
      await patch(client, dependent, withoutOwners(dependent.metadata.ownerReferences ?? [], new Set([uid])))
    })
  }
}

async function deleteDependents(owner: KubeObject, { client, signal }: Context): Promise<void> {
  const lookup = createOwnerLookup(client, signal)
  for await (const page of dependentsOf(client, owner.metadata.uid ?? '', signal)) {
    await inParallel(page, DEPENDENTS_AT_A_TIME, async (dependent) => {
      await collect(dependent, { client, lookup, signal })
    })
  }
}

/** An object that owns itself blocks nothing. */
async function isBlocked({ metadata: { uid = '' } }: KubeObject, { client, signal }: Context): Promise<boolean> {
  for await (const page of dependentsOf(client, uid, signal)) {
    const blocks = ({ metadata }: ObjectReference) =>
      metadata.uid !== uid && metadata.ownerReferences?.some((each) => each.uid === uid && each.blockOwnerDeletion)
    if (page.some(blocks)) return true
  }
  return false
}
