/**
 * The resources that logical clusters have by their bindings. Each is found anew for every request: binding, then export,
 * then the export's schema as it is now; only what one logical cluster says is kept, while it does not change.
 */
import type { KubeObject } from '../../machinery/index.ts'
import {
  ALL_CLUSTERS,
  boundedCache,
  type DefinitionSet,
  type DefinitionSources,
  derive,
  type ResourceDefinition,
  rangePrefix,
  type SharedDefinitions,
} from '../../server/index.ts'
import { type BoundResource, bindingStatus, exportReference } from '../api/api-binding.ts'
import { exportSpec, exportStatus } from '../api/api-export.ts'
import { apiBindingDefinition } from './api-binding.ts'
import { apiExportDefinition } from './api-export.ts'
import { apiResourceSchemaDefinition } from './api-resource-schema.ts'
import { identityPrefix, placeOf } from './binding-index.ts'
import { lockName } from './resource-locks.ts'
import { schemaDefinitions } from './schema-definitions.ts'
import { exportedDefinitions, findVirtualWorkspace } from './virtual-workspace.ts'

/** One binding of a logical cluster. */
export interface Bound {
  readonly name: string
  readonly provider: string
  readonly export: string
  readonly deleting: boolean
  readonly resources: readonly BoundResource[]
}

/** What a logical cluster exports. */
export interface Provided {
  readonly schemas: ReadonlyMap<string, KubeObject>
  readonly exports: ReadonlyMap<string, Exported>
}

export interface Exported {
  readonly identityHash: string
  /** `spec.maximalPermissionPolicy.local`: RBAC beside the export bounds what consumers may do. */
  readonly bounded: boolean
  /** Names of schemas, by `<resource>.<group>`. */
  readonly schemaOf: ReadonlyMap<string, string>
}

/** Exports of one identity that are looked at: most are gone with their workspaces, or it is one. */
const SHARING = 16
const NONE: readonly ResourceDefinition[] = []

export async function boundDefinitions(sources: DefinitionSources): Promise<SharedDefinitions> {
  const { store, readAll, limit, failed } = sources
  const prefixOf = (definition: ResourceDefinition): string => rangePrefix(definition, ALL_CLUSTERS, '')
  const bindings = await derive<readonly Bound[]>({
    store,
    prefixes: [prefixOf(apiBindingDefinition)],
    compute: async (cluster) => (await readAll(apiBindingDefinition, cluster, '')).flatMap(boundOf),
    limit,
    failed,
  })
  const provided = await derive<Provided>({
    store,
    prefixes: [apiExportDefinition, apiResourceSchemaDefinition].map(prefixOf),
    compute: async (cluster) => {
      const [exports, schemas] = await Promise.all([
        readAll(apiExportDefinition, cluster, ''),
        readAll(apiResourceSchemaDefinition, cluster, ''),
      ])
      return {
        exports: new Map(exports.map((object) => [object.metadata.name ?? '', exportedOf(object)])),
        schemas: new Map(schemas.map((object) => [object.metadata.name ?? '', object])),
      }
    },
    limit,
    failed,
  })
  const same = shareEqual(limit)
  /** Of a logical cluster's bindings: the exports that the definitions were made from, and these. */
  const made = new WeakMap<
    readonly Bound[],
    { from: readonly Provided[]; definitions: readonly ResourceDefinition[] }
  >()

  async function definitionsIn(cluster: string): Promise<readonly ResourceDefinition[]> {
    if (cluster === ALL_CLUSTERS) return NONE
    const bound = await bindings.of(cluster)
    if (bound.length === 0) return NONE
    const from: Provided[] = []
    for (const { provider } of bound) from.push(await provided.of(provider))
    const known = made.get(bound)
    if (known?.from.every((each, index) => each === from[index]) === true) return known.definitions
    const definitions = same(bound.flatMap((each, index) => definitionsOf(each, from[index])))
    made.set(bound, { from, definitions })
    return definitions
  }

  async function maximalPolicyIn(cluster: string, group: string, resource: string): Promise<string | undefined> {
    const key = lockName({ group, resource })
    const holder = (await bindings.of(cluster)).find(({ resources }) =>
      resources.some((each) => lockName(each) === key),
    )
    if (holder === undefined) return undefined
    const { exports } = await provided.of(holder.provider)
    return exports.get(holder.export)?.bounded === true ? holder.provider : undefined
  }

  /** The first that serves anything: those who share an identity share their objects. */
  async function identified(identity: string): Promise<DefinitionSet | undefined> {
    const prefix = identityPrefix(identity)
    const { rows } = await store.range({ prefix, limit: SHARING })
    for (const row of rows) {
      const { cluster, name } = placeOf(prefix, row)
      const found = await provided.of(cluster)
      if (found.exports.get(name)?.identityHash === identity) return exportedDefinitions(found, name)
    }
    return undefined
  }

  return {
    definitionsIn,
    identified,
    maximalPolicyIn,
    virtualWorkspace: (path) => findVirtualWorkspace(path, { provided: provided.of, bindings: bindings.of, readAll }),
    [Symbol.dispose]: () => {
      bindings[Symbol.dispose]()
      provided[Symbol.dispose]()
    },
  }
}

function boundOf(object: KubeObject): Bound[] {
  const { apiExportClusterName: provider, boundResources = [] } = bindingStatus(object)
  const reference = exportReference(object)
  if (provider === undefined || reference === undefined) return []
  return [
    {
      name: object.metadata.name ?? '',
      provider,
      export: reference.name,
      deleting: object.metadata.deletionTimestamp !== undefined,
      resources: boundResources,
    },
  ]
}

function exportedOf(object: KubeObject): Exported {
  const resources = exportSpec(object).resources ?? []
  return {
    identityHash: exportStatus(object).identityHash ?? '',
    bounded: exportSpec(object).maximalPermissionPolicy?.local !== undefined,
    schemaOf: new Map(resources.map(({ name, group, schema }) => [lockName({ group, resource: name }), schema])),
  }
}

/** What has gone with its export is served by the schema that it was bound with, as long as there is that. */
function definitionsOf(bound: Bound, provided: Provided | undefined): ResourceDefinition[] {
  const current = provided?.exports.get(bound.export)
  return bound.resources.flatMap((resource) => {
    const { identityHash, name } = resource.schema
    const now = current?.identityHash === identityHash ? current.schemaOf.get(lockName(resource)) : undefined
    const schema = provided?.schemas.get(now ?? name)
    return schema === undefined ? [] : schemaDefinitions(schema, { identityHash, terminating: bound.deleting })
  })
}

/** Logical clusters that have bound the same share one array, and so one set and its documents. */
function shareEqual(limit: number): (definitions: readonly ResourceDefinition[]) => readonly ResourceDefinition[] {
  const ids = new WeakMap<ResourceDefinition, number>()
  const kept = boundedCache<readonly ResourceDefinition[]>(limit)
  let last = 0
  return (definitions) => {
    const key = definitions.map((definition) => {
      const id = ids.get(definition) ?? ++last
      ids.set(definition, id)
      return id
    })
    return kept(key.join(), () => definitions)
  }
}
