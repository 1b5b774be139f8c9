/** Rows as the server sees them: stored ones, and the virtual ones that no one has changed yet. */
import { applyDefaults, formatApiVersion, type KubeObject, pruneValue } from '../machinery/index.ts'
import { type RangeResult, type Revision, type Row, type Store, unescapeSegment } from '../storage/index.ts'
import type { ResourceDefinition, Services } from './definition.ts'
import { ALL_CLUSTERS, epochKey, objectKey, rangePrefix } from './keys.ts'
import type { LogicalClusterRecord } from './logical-cluster.ts'
import { decodeRow, isCurrent } from './row.ts'
import { VIRTUAL_NAMESPACES, type VirtualRows, virtualNames, virtualRowsOf } from './virtual.ts'

/** `virtual`: there is no row; a write creates it. */
export interface SeenRow extends Row {
  readonly virtual: boolean
}

export interface PageRequest {
  readonly cluster: string
  readonly namespace: string
  /** Only keys that begin as this object's does are read. */
  readonly name?: string
  readonly after?: string
  readonly limit: number
  readonly at?: Revision
}

export interface Page {
  readonly rows: readonly SeenRow[]
  readonly more: boolean
  readonly revision: Revision
}

export interface Reader {
  readonly get: (
    definition: ResourceDefinition,
    cluster: string,
    namespace: string,
    name: string,
  ) => Promise<SeenRow | undefined>
  readonly page: (definition: ResourceDefinition, request: PageRequest) => Promise<Page>
  /** The rows that exist by themselves in a logical cluster; undefined where there are none of the kind. */
  readonly virtual: (definition: ResourceDefinition, cluster: string) => Promise<VirtualRows | undefined>
  /** How many objects of a list exist by themselves without a row. */
  readonly unwritten: (definition: ResourceDefinition, cluster: string, namespace: string) => Promise<number>
  /** The names of all namespaces, virtual ones included. */
  readonly namespacesOf: (cluster: string) => Promise<string[]>
}

export interface ReaderOptions {
  readonly store: Store
  readonly logicalClusterOf: (cluster: string) => Promise<LogicalClusterRecord | undefined>
  readonly authorityOf: Services['authorityOf']
}

export function createReader({ store, logicalClusterOf, authorityOf }: ReaderOptions): Reader {
  async function virtual(definition: ResourceDefinition, cluster: string): Promise<VirtualRows | undefined> {
    if (definition.strategy.virtual === undefined || cluster === ALL_CLUSTERS) return undefined
    const logicalCluster = await logicalClusterOf(cluster)
    if (logicalCluster === undefined) return undefined
    const { rootCertificate } = await authorityOf(cluster)
    return virtualRowsOf(definition, { cluster, logicalCluster, rootCertificate })
  }

  async function namespacesOf(cluster: string): Promise<string[]> {
    const prefix = epochKey(cluster)
    const names = new Set(VIRTUAL_NAMESPACES)
    for await (const { key } of allRows(store, prefix)) {
      if (key !== prefix) names.add(unescapeSegment(key.slice(prefix.length)))
    }
    return [...names]
  }

  async function isNamespace(cluster: string, namespace: string): Promise<boolean> {
    return VIRTUAL_NAMESPACES.includes(namespace) || (await store.get(epochKey(cluster, namespace))) !== undefined
  }

  /** Where a list's virtual rows are: in the namespaces that exist, or in none. */
  async function placesOf({ namespaced }: ResourceDefinition, cluster: string, namespace: string): Promise<string[]> {
    if (!namespaced) return ['']
    if (namespace === '') return namespacesOf(cluster)
    return (await isNamespace(cluster, namespace)) ? [namespace] : []
  }

  async function unwritten(definition: ResourceDefinition, cluster: string, namespace: string): Promise<number> {
    const rows = await virtual(definition, cluster)
    if (rows === undefined) return 0
    const places = await placesOf(definition, cluster, namespace)
    const stored = await Promise.all(places.flatMap(rows.in).map(({ key }) => store.get(key)))
    return stored.filter((row) => row === undefined).length
  }

  return {
    virtual,
    unwritten,
    namespacesOf,
    get: async (definition, cluster, namespace, name) => {
      const key = objectKey(definition, cluster, namespace, name)
      const row = await store.get(key)
      if (row !== undefined) return { ...row, virtual: false }
      if (!virtualNames(definition).has(name)) return undefined
      if (definition.namespaced && !(await isNamespace(cluster, namespace))) return undefined
      const rows = await virtual(definition, cluster)
      return rows?.in(definition.namespaced ? namespace : '').find((each) => each.key === key)
    },
    page: async (definition, request) => {
      const { cluster, namespace, after, limit, at } = request
      const prefix = prefixOf(definition, request)
      const stored = await store.range({
        prefix,
        limit,
        ...(after !== undefined && { after }),
        ...(at !== undefined && { at }),
      })
      const rows = await virtual(definition, cluster)
      if (rows === undefined) return { ...stored, rows: stored.rows.map((row) => ({ ...row, virtual: false })) }
      const places = await placesOf(definition, cluster, namespace)
      const known = places.flatMap(rows.in).filter(({ key }) => key.startsWith(prefix))
      return merge(stored, known, request)
    },
  }
}

function prefixOf(definition: ResourceDefinition, { cluster, namespace, name }: PageRequest): string {
  const isPlaced = cluster !== ALL_CLUSTERS && (!definition.namespaced || namespace !== '')
  return name !== undefined && isPlaced
    ? objectKey(definition, cluster, namespace, name)
    : rangePrefix(definition, cluster, namespace)
}

/** Puts virtual rows in their places in a page; a stored row of the same key shadows one. */
function merge(stored: RangeResult, virtual: readonly SeenRow[], { after, limit }: PageRequest): Page {
  const last = stored.rows.at(-1)?.key
  const taken = new Set(stored.rows.map(({ key }) => key))
  const here = virtual.filter(
    ({ key }) =>
      (after === undefined || key > after) && (!stored.more || (last !== undefined && key <= last)) && !taken.has(key),
  )
  const rows = [...stored.rows.map((row) => ({ ...row, virtual: false })), ...here].sort((a, b) =>
    a.key < b.key ? -1 : 1,
  )
  return { rows: rows.slice(0, limit), more: stored.more || rows.length > limit, revision: stored.revision }
}

/** Every row under a prefix, page by page. */
export async function* allRows(store: Store, prefix: string): AsyncGenerator<Row> {
  let after: string | undefined
  for (;;) {
    const page = await store.range({ prefix, limit: 500, ...(after !== undefined && { after }) })
    yield* page.rows
    after = page.rows.at(-1)?.key
    if (!page.more || after === undefined) return
  }
}

/**
 * The object of a row in the version that the definition serves: a row written under another schema is pruned and
 * defaulted when read, as upstream does.
 */
export function presentObject(definition: ResourceDefinition, row: Row, cluster: string): KubeObject {
  const { storedForm } = definition
  if (storedForm !== undefined) return storedForm.fromStored(presentObject(storedForm.definition, row, cluster))
  const object = decodeRow(row.value, cluster, row.version, definition.externalURL)
  const writtenBy = definition.stored?.() ?? definition
  if (isCurrent(writtenBy, row.value)) {
    if (writtenBy !== definition) object.apiVersion = formatApiVersion(definition)
    return object
  }
  object.apiVersion = formatApiVersion(definition)
  object.kind = definition.names.kind
  if (writtenBy.schema !== undefined) {
    pruneValue(writtenBy.schema, object, { isResourceRoot: true })
    if (definition.printAsGo === undefined) applyDefaults(writtenBy.schema, object)
    else definition.printAsGo(object)
  }
  return object
}
