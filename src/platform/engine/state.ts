/** What there is, found from the world alone: no manifest is needed to know the names. */
import { type ClusterEndpoint, formatIdentity, type ObservedCluster } from '../../providers/index.ts'
import type { ConfiguredProvider, Desired } from './desired.ts'
import { addressOf } from './manifest.ts'
import { readWorld, type World } from './world.ts'

/** Facts; nothing secret. */
export interface StateEntry {
  /** `Platform/shop-dev`; the external name where the tag with the identity is missing. */
  readonly address: string
  readonly id: string
  readonly workspace: string
  readonly provider: string
  readonly notice: string
  readonly state: string
  readonly externalName: string
  readonly externalID: string
  readonly manifestDigest: string
  readonly run: string
  readonly spec: ObservedCluster['spec']
  readonly endpoint?: ClusterEndpoint
  readonly message: string
  readonly observedAt: string
}

export interface State {
  readonly entries: readonly StateEntry[]
  /** Providers that did not answer, and why: what they have is not known. */
  readonly unreachable: readonly { readonly provider: string; readonly message: string }[]
}

/** Everything that carries the owner tag of one of the providers, in the order of addresses. */
export async function readState(desired: Desired, now: number, signal: AbortSignal): Promise<State> {
  const { lists } = await readWorld({ ...desired, clusters: [] }, signal)
  const observedAt = new Date(now).toISOString()
  const seen = new Map<string, StateEntry>()
  for (const { configured, clusters } of lists) {
    for (const cluster of clusters) {
      if (!seen.has(cluster.externalID)) seen.set(cluster.externalID, entryOf(configured, cluster, observedAt))
    }
  }
  const entries = [...seen.values()].sort((a, b) => (a.address < b.address ? -1 : 1))
  return { entries, unreachable: unreachable(lists) }
}

function unreachable(lists: World['lists']): State['unreachable'] {
  return lists.flatMap(({ configured, unreachable: message }) =>
    message === undefined ? [] : [{ provider: configured.name, message }],
  )
}

function entryOf({ name, provider }: ConfiguredProvider, cluster: ObservedCluster, observedAt: string): StateEntry {
  const { identity, externalName, externalID, endpoint } = cluster
  return {
    address: identity === undefined ? externalName : addressOf(identity.kind, identity.name),
    id: identity === undefined ? '' : formatIdentity(identity),
    workspace: identity?.workspace ?? '',
    provider: name,
    notice: provider.capabilities().notice,
    state: cluster.state,
    externalName,
    externalID,
    manifestDigest: cluster.manifestDigest ?? '',
    run: cluster.run ?? '',
    spec: cluster.spec,
    ...(endpoint !== undefined && { endpoint }),
    message: cluster.message,
    observedAt,
  }
}

const SHORT: Readonly<Record<string, string>> = { cctr: 'controlcenter', plat: 'platform' }

/** By address, name, id, external name or external id; all that it may mean. */
export function findEntries({ entries }: State, name: string): readonly StateEntry[] {
  const [kind = '', rest = ''] = name.toLowerCase().split('/')
  const address = `${SHORT[kind] ?? kind.replace(/s$/, '')}/${rest}`
  return entries.filter(
    (entry) =>
      [entry.id, entry.externalName, entry.externalID, entry.address.split('/')[1]].includes(name) ||
      entry.address.toLowerCase() === address,
  )
}
