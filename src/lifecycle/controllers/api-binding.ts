/** Deletes all objects of what an APIBinding has brought before the binding goes: kcp's apibindingdeletion controller. */
import type { Client } from '../../client/index.ts'
import {
  type ControllerDefinition,
  clusterOf,
  find,
  hasFinalizer,
  messageOf,
  orGone,
  patchStatus,
  type ReconcileContext,
  type Request,
  type RequestMap,
  type Result,
  removeFinalizer,
  setCondition,
  startController,
} from '../../controller/index.ts'
import { formatGroupResource } from '../../machinery/index.ts'
import { deleteAll } from '../delete-all.ts'
import { deletions } from '../deletions.ts'
import { isDeleting, isOf, type ObjectReference, targetOf } from '../object-reference.ts'
import { GATHER, lookAgain } from '../waiting.ts'
import { API_BINDINGS, type APIBinding, type BoundResource, type TenancyCondition } from './tenancy.ts'

const FINALIZER = 'apis.kcp.io/apibinding-finalizer'
const RESOURCE_DELETE_SUCCESS = 'BindingResourceDeleteSuccess'

/** By `<logical cluster>\n<resource>.<group>`: the binding that waits for the last object of it. */
type Waiting = Map<string, Request>

export const apiBindingDeletionController: ControllerDefinition = {
  name: 'apibinding-deletion',
  // Nobody else may take the finalizer away.
  groups: ['system:kcp:logical-cluster-admin'],
  rules: [
    { apiGroups: ['apis.kcp.io'], resources: ['apibindings', 'apibindings/status'], verbs: ['get', 'list', 'patch'] },
    { apiGroups: ['*'], resources: ['*'], verbs: ['list', 'watch', 'delete', 'deletecollection'] },
    { nonResourceURLs: ['/api', '/apis'], verbs: ['get'] },
  ],
  start(environment) {
    const { client, clock, log, signal } = environment
    const waiting: Waiting = new Map()

    const map: RequestMap<ObjectReference> = (deletion, change) => {
      const cluster = clusterOf(deletion)
      if (isOf(deletion, API_BINDINGS)) {
        return change === 'changed' ? [{ cluster, namespace: '', name: deletion.metadata.name ?? '' }] : []
      }
      const request =
        change === 'deleted' ? waiting.get(`${cluster}\n${formatGroupResource(targetOf(deletion))}`) : undefined
      return request === undefined ? [] : [{ ...request, after: GATHER }]
    }

    return startController({
      name: apiBindingDeletionController.name,
      client,
      clock,
      log,
      signal,
      concurrency: 8,
      sources: [deletions(environment, map)],
      reconcile: (request, context) => reconcile(request, context, waiting),
    })
  },
}

async function reconcile(
  request: Request,
  { client, signal, now }: ReconcileContext,
  waiting: Waiting,
): Promise<Result> {
  const binding = await find(client, API_BINDINGS, request.name)
  if (binding === undefined || !isDeleting(binding) || !hasFinalizer(binding, FINALIZER)) return undefined
  const resources = (await isHandedOver(client, binding)) ? [] : (binding.status?.boundResources ?? [])
  const keys = resources.map((resource) => `${request.cluster}\n${formatGroupResource(resource)}`)
  // Before looking, so that the end of the last object is not missed in between.
  for (const key of keys) waiting.set(key, request)
  let left: ReadonlyMap<string, number>
  try {
    left = await deleteInstances(client, resources, signal)
  } catch (error) {
    await report(client, binding, { reason: 'ResourceDeletionFailed', severity: 'Error' }, messageOf(error), now())
    throw error
  }
  if (left.size > 0) {
    const texts = [...left].map(([resource, count]) => `${resource} has ${count} resource instances`)
    const message = `Some resources are remaining: ${texts.join(', ')}`
    await report(client, binding, { reason: 'SomeResourcesRemain', severity: 'Info' }, message, now())
    return lookAgain(binding.metadata.deletionTimestamp, now())
  }
  for (const key of keys) waiting.delete(key)
  await removeFinalizer(client, API_BINDINGS, binding, FINALIZER)
  return undefined
}

/** Another binding of the same export takes the objects over. */
async function isHandedOver(client: Client, binding: APIBinding): Promise<boolean> {
  const exportOf = ({ spec, status }: APIBinding): string =>
    `${status?.apiExportClusterName}|${spec.reference.export.name}`
  const { items } = await client.list(API_BINDINGS)
  return items.some((other) => !isDeleting(other) && exportOf(other) === exportOf(binding))
}

/** How many objects are left of each resource, all of them being deleted. What is no longer served goes with the binding. */
async function deleteInstances(
  client: Client,
  resources: readonly BoundResource[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const left = new Map<string, number>()
  if (resources.length === 0) return left
  const served = await client.discovery.resources({ refresh: true })
  for (const { group, resource } of resources) {
    const found = served.find((each) => each.group === group && each.resource === resource)
    const count = found === undefined ? 0 : await deleteAll(client, found, signal)
    if (count > 0) left.set(formatGroupResource({ group, resource }), count)
  }
  return left
}

async function report(
  client: Client,
  binding: APIBinding,
  fault: Pick<TenancyCondition, 'reason' | 'severity'>,
  message: string,
  now: number,
): Promise<void> {
  const { status = {} } = binding
  const condition = { type: RESOURCE_DELETE_SUCCESS, status: 'False', ...fault, message } as TenancyCondition
  const conditions = setCondition(status.conditions ?? [], condition, now)
  await orGone(patchStatus(client, API_BINDINGS, binding, { ...status, conditions: [...conditions] }))
}
