/** W: what there is. Each provider is asked for all that carries its owner tag, and for each external name of D. */
import { isProviderError, type Observation, type ObservedCluster } from '../../providers/index.ts'
import type { ConfiguredProvider, Desired, DesiredCluster } from './desired.ts'

/** That the world did not answer is a fact of its own: it is never taken for absence. */
export type Look = Observation | { readonly found: 'unknown'; readonly message: string }

export interface World {
  readonly lists: readonly {
    readonly configured: ConfiguredProvider
    readonly clusters: readonly ObservedCluster[]
    /** Why the list is not there. */
    readonly unreachable?: string
  }[]
  /** By address. */
  readonly looks: ReadonlyMap<string, Look>
}

export async function readWorld({ clusters, providers }: Desired, signal: AbortSignal): Promise<World> {
  const lists = await Promise.all(providers.map((configured) => listOf(configured, signal)))
  const looks = new Map<string, Look>()
  await Promise.all(
    providers.map(async (configured) => {
      const list = lists.find((each) => each.configured === configured)
      const here = clusters.filter(({ provider }) => provider === configured.name)
      const found = here.map(({ externalName }) => {
        // Without the list it may be there by another name: nothing is taken for absent.
        if (list?.unreachable !== undefined) return { found: 'unknown', message: list.unreachable } as const
        return (
          list?.clusters.find((each) => each.externalName === externalName) ?? lookAt(configured, externalName, signal)
        )
      })
      for (const [index, look] of (await Promise.all(found)).entries()) looks.set(here[index]?.address ?? '', look)
    }),
  )
  return { lists, looks }
}

export async function listOf(configured: ConfiguredProvider, signal: AbortSignal): Promise<World['lists'][number]> {
  try {
    return { configured, clusters: await configured.provider.list(configured.ownerTag, signal) }
  } catch (error) {
    return { configured, clusters: [], unreachable: unreachableMessage(error) }
  }
}

export async function lookAt(
  { provider }: ConfiguredProvider,
  externalName: string,
  signal: AbortSignal,
): Promise<Look> {
  try {
    return await provider.observe(externalName, signal)
  } catch (error) {
    return { found: 'unknown', message: unreachableMessage(error) }
  }
}

/** Whatever else a look ends with is a fault of the program. */
function unreachableMessage(error: unknown): string {
  if (isProviderError(error)) return error.message
  throw error
}

/** Identity found in the world, with the provider it is at. */
export function clustersOfIdentity({ lists }: World, { identity }: DesiredCluster) {
  return lists.flatMap(({ configured, clusters }) =>
    clusters
      .filter((cluster) => {
        const found = cluster.identity
        if (found === undefined) return false
        const fields = ['org', 'workspace', 'kind', 'name'] as const
        return fields.every((field) => found[field] === identity[field])
      })
      .map((cluster) => ({ configured, cluster })),
  )
}
