import { isDNS1123Label, isStatus } from '../../machinery/index.ts'
import type { Capabilities, ClusterIntent, ClusterSpec, Waiting } from '../provider.ts'
import { clusterGone, fieldsRefused, operationFailed } from '../provider-error.ts'
import { refusedFields } from '../spec-fields.ts'
import { tagsOf } from '../tags.ts'
import { externalIDOf, type LogicalEndpoint, nameOf, stateOf, TYPE } from './endpoint-object.ts'
import { inState, oursOf } from './guard.ts'
import type { LogicalWorld } from './logical-world.ts'

/** The logical cluster and its marks are one commit of the server; what is waited for is its listener. */
export async function createCluster(
  world: LogicalWorld,
  capabilities: Capabilities,
  intent: ClusterIntent,
  { signal, onProgress }: Waiting,
): Promise<LogicalEndpoint> {
  const { externalName } = intent
  signal.throwIfAborted()
  const faults = isDNS1123Label(externalName).map((message) => ({ field: 'spec.externalName', message }))
  if (faults.length > 0) throw fieldsRefused(faults)
  refuseFields(intent.spec, capabilities)
  onProgress?.({ phase: 'creating', message: `logical cluster ${externalName}`, done: 0, total: 2 })
  const endpoint = inOrder(await makeOrFind(world, intent, signal), intent)
  if (stateOf(endpoint) === 'ready') return endpoint
  onProgress?.({ phase: 'opening', message: `endpoint of ${externalName}`, done: 1, total: 2 })
  return untilOpen(world, endpoint, signal, (current) => inOrder(current, intent))
}

export function refuseFields(spec: ClusterSpec, capabilities: Capabilities): void {
  const refused = refusedFields(TYPE, spec, capabilities)
  if (refused.length > 0) throw fieldsRefused(refused)
}

function inOrder(endpoint: LogicalEndpoint, { ownerTag, identity }: ClusterIntent): LogicalEndpoint {
  return inState(oursOf(endpoint, ownerTag, identity), 'create', ['building', 'ready'])
}

async function makeOrFind(world: LogicalWorld, intent: ClusterIntent, signal: AbortSignal): Promise<LogicalEndpoint> {
  const { externalName } = intent
  for (;;) {
    const found = await world.read(externalName, signal)
    if (found !== undefined) return found
    try {
      return await world.create(externalName, tagsOf(intent), signal)
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error
    }
  }
}

/** A listener that cannot be opened is tried again by the server; whoever waits for it is told why. */
export function untilOpen(
  world: LogicalWorld,
  endpoint: LogicalEndpoint,
  signal: AbortSignal,
  check: (endpoint: LogicalEndpoint) => LogicalEndpoint,
): Promise<LogicalEndpoint> {
  const cluster = nameOf(endpoint)
  const before = endpoint.status?.message ?? ''
  let looks = 0
  return world.until(cluster, signal, (current) => {
    if (current === undefined) throw clusterGone(externalIDOf(cluster))
    const state = stateOf(check(current))
    if (state === 'ready') return current
    const { message = '', logTail = [] } = current.status ?? {}
    looks++
    // What it failed of before is given the time to be tried again.
    if (message !== '' && (message !== before || looks > PATIENCE)) {
      throw operationFailed(`the endpoint of ${cluster.externalName} cannot be opened: ${message}`, logTail)
    }
    return undefined
  })
}

/** Looks; the server tries again within a second. */
const PATIENCE = 20
