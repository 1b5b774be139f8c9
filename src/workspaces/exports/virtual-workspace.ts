/**
 * `/services/apiexport/<logical cluster>/<export>/clusters/{*,<name>}/…`: an export's objects of all workspaces that bind
 * it, for its provider. One resource across all of them is one range of the store, since its identity is in the key.
 */
import { notFound } from '../../machinery/index.ts'
import {
  ALL_CLUSTERS,
  type DefinitionSet,
  definitionSet,
  definitionWith,
  type RequestInfo,
  type Services,
  type VirtualWorkspace,
} from '../../server/index.ts'
import { APIS_GROUP, EXPORT_LABEL } from '../api/groups.ts'
import { apiBindingDefinition } from './api-binding.ts'
import type { Bound, Provided } from './bound-definitions.ts'
import { exportHash } from './export-hash.ts'
import { apiBindingV1alpha1 } from './older-versions.ts'
import { lockName } from './resource-locks.ts'
import { schemaDefinitions } from './schema-definitions.ts'

const URL_PATH = /^\/services\/apiexport\/([^/]+)\/([^/]+)\/clusters\/([^/]+)(\/.*)?$/
const READ = ['get', 'list', 'watch'] as const

/** The export's bindings are read there; whoever made them changes them in their own workspace. */
const SHOWN_BINDINGS = [apiBindingDefinition, apiBindingV1alpha1].map((definition) =>
  definitionWith(definition, { verbs: [...READ], subresources: {}, strategy: {} }),
)

export interface VirtualWorkspaceSources extends Pick<Services, 'readAll'> {
  readonly provided: (cluster: string) => Promise<Provided>
  readonly bindings: (cluster: string) => Promise<readonly Bound[]>
}

export async function findVirtualWorkspace(
  path: string,
  sources: VirtualWorkspaceSources,
): Promise<VirtualWorkspace | undefined> {
  const [, provider, name, cluster, rest = '/'] = URL_PATH.exec(path)?.map((segment) => decode(segment)) ?? []
  if (provider === undefined || name === undefined || cluster === undefined) return undefined
  const provided = await sources.provided(provider)
  const hash = exportHash(provider, name)
  const isBindings = ({ group, resource }: RequestInfo): boolean =>
    group === APIS_GROUP && resource === apiBindingDefinition.names.plural
  return {
    cluster,
    path: rest,
    definitions: exportedDefinitions(provided, name),
    guard: { cluster: provider, group: APIS_GROUP, resource: 'apiexports', subresource: 'content', name },
    labels: (info) => (isBindings(info) ? `${EXPORT_LABEL}=${hash}` : undefined),
    refusal: async (info) => {
      if (cluster === ALL_CLUSTERS || !info.isResource) return undefined
      const bound = (await sources.bindings(cluster)).filter(
        (binding) => binding.provider === provider && binding.export === name,
      )
      if (bound.length === 0) return `no APIBinding of ${name} in this logical cluster`
      if (isBindings(info)) {
        if (info.name !== '' && !bound.some((binding) => binding.name === info.name))
          throw notFound({ group: APIS_GROUP, resource: info.resource }, info.name)
        return undefined
      }
      const holds = bound.find(({ resources }) => resources.some((each) => lockName(each) === lockName(info)))
      if (holds === undefined) return `${lockName(info)} is not bound in this logical cluster`
      return holds.deleting && info.verb === 'create' ? 'the APIBinding is being deleted' : undefined
    },
  }
}

const sets = new WeakMap<Provided, Map<string, DefinitionSet>>()

/** Schemas that are missing are left out. */
export function exportedDefinitions(provided: Provided, name: string): DefinitionSet {
  const ofCluster = sets.get(provided) ?? new Map<string, DefinitionSet>()
  sets.set(provided, ofCluster)
  const known = ofCluster.get(name)
  if (known !== undefined) return known
  const exported = provided.exports.get(name)
  if (exported === undefined || exported.identityHash === '') return definitionSet([])
  const { identityHash } = exported
  const resources = [...exported.schemaOf.values()].flatMap((schemaName) => {
    const schema = provided.schemas.get(schemaName)
    return schema === undefined ? [] : schemaDefinitions(schema, { identityHash, terminating: false })
  })
  const set = definitionSet([...SHOWN_BINDINGS, ...resources])
  ofCluster.set(name, set)
  return set
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
