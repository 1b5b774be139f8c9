/** A kubeconfig is issued when it is asked for, and kept nowhere. */
import { KeelsonError } from '../../machinery/index.ts'
import { type Access, isProviderError } from '../../providers/index.ts'
import type { Desired } from './desired.ts'
import type { StateEntry } from './state.ts'

const HOUR = 3600

/** `ttl` in seconds; default, and at most: what the manifest says; without one an hour, and the provider's most. */
export async function issueKubeconfig(
  { providers, clusters }: Desired,
  { provider: name, externalID, address }: StateEntry,
  { ttl, signal }: { readonly ttl: number | undefined; readonly signal: AbortSignal },
): Promise<Access> {
  const configured = providers.find((each) => each.name === name)
  if (configured === undefined) throw new KeelsonError(`ClusterProvider "${name}" is not in the manifests`, '')
  const most = clusters.find((cluster) => cluster.address === address)?.accessTTL
  const lifetime = ttl ?? most ?? HOUR
  if (lifetime > (most ?? lifetime)) {
    const remedy = `ask for at most ${most}s, or raise spec.access.ttl`
    throw new KeelsonError(`no kubeconfig for ${address}: ${lifetime}s is more than its spec.access.ttl`, remedy)
  }
  try {
    return await configured.provider.issueAccess(externalID, lifetime, { ownerTag: configured.ownerTag, signal })
  } catch (error) {
    if (!isProviderError(error)) throw error
    const remedy = error.reason === 'unreachable' ? 'try again later' : 'keelson state show tells its state'
    throw new KeelsonError(`no kubeconfig for ${address}: ${error.message}`, remedy, { cause: error })
  }
}
