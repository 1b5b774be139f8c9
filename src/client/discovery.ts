/** What a logical cluster serves: aggregated discovery (apidiscovery.k8s.io/v2), and the names people call it by. */
import { type GroupVersion, isStatus, parseApiVersion } from '../machinery/index.ts'
import type { ResourceRef } from './resource-ref.ts'

export interface DiscoveredResource extends ResourceRef {
  readonly kind: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  /** Names of the subresources, for example `status`. */
  readonly subresources: readonly string[]
}

export interface Discovery {
  /** In the server's order: groups by priority, in each the preferred version first. Asked once, then kept. */
  readonly resources: (options?: { refresh?: boolean }) => Promise<readonly DiscoveredResource[]>
  /** The resource that serves a kind; undefined when none does, after asking the server anew. */
  readonly mapKind: (apiVersion: string, kind: string) => Promise<DiscoveredResource | undefined>
  /** By plural, singular, kind or short name, with `.group` or `.version.group` behind it if need be; a category gives
   *  several; none when nothing is called so. */
  readonly mapResource: (text: string) => Promise<readonly DiscoveredResource[]>
}

type Raw = (method: string, path: string, options: { accept: string }) => Promise<unknown>

const ACCEPT = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'

export function createDiscovery(raw: Raw): Discovery {
  let known: Promise<readonly DiscoveredResource[]> | undefined

  const ask = async (): Promise<readonly DiscoveredResource[]> => {
    const answers = await Promise.all(['/api', '/apis'].map((path) => groupsAt(raw, path)))
    return answers.flat().flatMap(resourcesOf)
  }
  const resources: Discovery['resources'] = ({ refresh = false } = {}) => {
    if (refresh || known === undefined) {
      known = ask()
      known.catch(() => {
        known = undefined
      })
    }
    return known
  }
  /** A CRD may have come since the last answer. */
  const find = async (matching: (all: readonly DiscoveredResource[]) => readonly DiscoveredResource[]) => {
    const fresh = known === undefined
    const found = matching(await resources())
    return found.length > 0 || fresh ? found : matching(await resources({ refresh: true }))
  }

  return {
    resources,
    async mapKind(apiVersion, kind) {
      const version = parseApiVersion(apiVersion)
      if (version === undefined) return undefined
      return (await find((all) => all.filter((each) => each.kind === kind && sameGroupVersion(each, version))))[0]
    },
    mapResource: (text) => find((all) => named(all, text.toLowerCase())),
  }
}

function sameGroupVersion(one: GroupVersion, other: GroupVersion): boolean {
  return one.group === other.group && one.version === other.version
}

/** kubectl's order: exact names, then short names, then categories. The first in the server's order wins. */
function named(all: readonly DiscoveredResource[], text: string): readonly DiscoveredResource[] {
  const [name = '', ...rest] = text.split('.')
  const qualifier = rest.join('.')
  const candidates = all.filter(({ group, version }) => {
    if (qualifier === '' || qualifier === group || qualifier === `${version}.${group}`) return true
    return group === '' && qualifier === version
  })
  const first =
    candidates.find((each) => each.resource === name || each.singular === name || each.kind.toLowerCase() === name) ??
    candidates.find((each) => each.shortNames.includes(name))
  if (first !== undefined) return [first]
  if (qualifier !== '') return []
  const seen = new Set<string>()
  return all.filter((each) => {
    const key = `${each.resource}.${each.group}`
    if (!each.categories.includes(name) || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** apidiscovery.k8s.io/v2 APIGroupDiscovery, as far as it is read here. */
interface GroupDiscovery {
  readonly metadata?: { readonly name?: string }
  readonly versions?: readonly {
    readonly version: string
    readonly resources?: readonly {
      readonly resource: string
      readonly responseKind?: { readonly kind?: string }
      readonly scope: string
      readonly singularResource?: string
      readonly shortNames?: readonly string[]
      readonly categories?: readonly string[]
      readonly verbs?: readonly string[]
      readonly subresources?: readonly { readonly subresource: string }[]
    }[]
  }[]
}

/** A virtual workspace without the core group answers 404 for `/api`; one for `/apis` says that there is no such workspace. */
async function groupsAt(raw: Raw, path: string): Promise<readonly GroupDiscovery[]> {
  try {
    const answer = (await raw('GET', path, { accept: ACCEPT })) as { items?: readonly GroupDiscovery[] }
    return answer.items ?? []
  } catch (error) {
    if (path === '/api' && isStatus(error, 'NotFound')) return []
    throw error
  }
}

function resourcesOf({ metadata, versions = [] }: GroupDiscovery): DiscoveredResource[] {
  const group = metadata?.name ?? ''
  return versions.flatMap(({ version, resources = [] }) =>
    resources.map((each) => ({
      group,
      version,
      resource: each.resource,
      namespaced: each.scope === 'Namespaced',
      kind: each.responseKind?.kind ?? '',
      singular: each.singularResource ?? '',
      shortNames: each.shortNames ?? [],
      categories: each.categories ?? [],
      verbs: each.verbs ?? [],
      subresources: (each.subresources ?? []).map(({ subresource }) => subresource),
    })),
  )
}
