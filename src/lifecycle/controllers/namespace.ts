/** Deletes what is in a namespace before the namespace goes: upstream's namespace controller. */
import { type Client, type ResourceRef, resourceRef } from '../../client/index.ts'
import {
  type ControllerDefinition,
  find,
  messageOf,
  orGone,
  patchStatus,
  type ReconcileContext,
  type Request,
  type Result,
  startController,
} from '../../controller/index.ts'
import { formatApiVersion, formatGroupResource, type KubeObject, StatusError } from '../../machinery/index.ts'
import { endingContainers } from '../containers.ts'
import { deletions } from '../deletions.ts'
import { inParallel } from '../in-parallel.ts'
import { isDeleting } from '../object-reference.ts'
import { pagesOf } from '../read.ts'
import { countRemaining, type Remaining } from '../remaining.ts'
import { lookAgain } from '../waiting.ts'
import { type NamespaceCondition, namespaceConditions } from './namespace-conditions.ts'

interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] }
  status?: { phase?: string; conditions?: NamespaceCondition[] }
}

const NAMESPACES = resourceRef<Namespace>('v1', 'namespaces', { namespaced: false })
/** v1.FinalizerKubernetes, in `spec.finalizers`. */
const KUBERNETES = 'kubernetes'
const RESOURCES_AT_A_TIME = 8
/** What upstream's controller is called in managedFields, which tools leave alone by that name. */
const MANAGED = { fieldManager: 'kube-controller-manager' }

export const namespaceController: ControllerDefinition = {
  name: 'namespace-controller',
  rules: [
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch', 'delete'] },
    { apiGroups: [''], resources: ['namespaces/status', 'namespaces/finalize'], verbs: ['update', 'patch'] },
    { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch', 'delete', 'deletecollection'] },
  ],
  start(environment) {
    const { client, clock, log, signal } = environment
    return startController({
      name: namespaceController.name,
      client,
      clock,
      log,
      signal,
      concurrency: 16,
      sources: [
        deletions(
          environment,
          endingContainers(NAMESPACES, ({ metadata }) => metadata.namespace ?? ''),
        ),
      ],
      reconcile,
    })
  },
}

async function reconcile({ name }: Request, { client, signal, now }: ReconcileContext): Promise<Result> {
  const namespace = await find(client, NAMESPACES, name)
  if (namespace === undefined || !isDeleting(namespace) || !holds(namespace)) return undefined

  const { remaining, failures } = await deleteContent(client, name, signal)
  const done = remaining.total() === 0 && failures.length === 0
  // A namespace that goes now needs no last word.
  const goes = done && namespace.spec?.finalizers?.length === 1 && namespace.metadata.finalizers === undefined
  const conditions = namespaceConditions(namespace.status?.conditions ?? [], remaining, failures, now())
  const status = { ...namespace.status, phase: 'Terminating', conditions }
  const current = goes ? namespace : await orGone(patchStatus(client, NAMESPACES, namespace, status, MANAGED))

  if (failures.length > 0) throw new Error(failures.join(', '))
  if (!done) return lookAgain(namespace.metadata.deletionTimestamp, now())
  if (current !== undefined) await finalize(client, current)
  return undefined
}

function holds({ spec }: Namespace): boolean {
  return spec?.finalizers?.includes(KUBERNETES) ?? false
}

async function finalize(client: Client, namespace: Namespace): Promise<void> {
  const finalizers = namespace.spec?.finalizers?.filter((each) => each !== KUBERNETES) ?? []
  const finalized = { ...namespace, spec: { ...namespace.spec, finalizers } }
  await orGone(client.update(NAMESPACES, finalized, { ...MANAGED, subresource: 'finalize' }))
}

/** Deletes what nobody has deleted yet, and counts what is left after that. */
async function deleteContent(client: Client, namespace: string, signal: AbortSignal) {
  const failures: string[] = []
  const tried = new Set<string>()
  for (;;) {
    const remaining = await contentOf(client, namespace, signal)
    const next = remaining.undeleted().filter((resource) => !tried.has(formatGroupResource(resource)))
    if (next.length === 0) {
      if (failures.length === 0) failures.push(...remaining.unexplained().map((each) => unexpected(namespace, each)))
      return { remaining, failures }
    }
    await inParallel(next, RESOURCES_AT_A_TIME, async (resource) => {
      tried.add(formatGroupResource(resource))
      await deleteAll(client, resource, namespace, signal).catch((error) => failures.push(messageOf(error)))
    })
  }
}

function unexpected(namespace: string, resource: ResourceRef): string {
  const name = `${formatApiVersion(resource)}, Resource=${resource.resource}`
  return `unexpected items still remain in namespace: ${namespace} for gvr: ${name}`
}

async function contentOf(client: Client, namespace: string, signal: AbortSignal): Promise<Remaining> {
  const remaining = countRemaining()
  for await (const page of pagesOf(client, { fieldSelector: `metadata.namespace=${namespace}`, signal })) {
    for (const object of page) remaining.count(object)
  }
  return remaining
}

async function deleteAll(client: Client, resource: ResourceRef, namespace: string, signal: AbortSignal): Promise<void> {
  const options = { namespace, propagationPolicy: 'Background', signal } as const
  try {
    await orGone(client.deleteCollection(resource, options))
  } catch (error) {
    // Not every resource can be deleted at a stroke.
    if (!(error instanceof StatusError) || error.status.code !== 405) throw error
    for await (const { metadata } of client.items(resource, { namespace, signal })) {
      await orGone(client.delete(resource, metadata.name ?? '', options))
    }
  }
}
