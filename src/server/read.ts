/** Rows as the server sees them: stored ones, and the virtual ones that no one has changed yet. */
import { applyDefaults, formatApiVersion, type KubeObject, pruneValue } from '../machinery/index.ts'
import type { RangeResult, Revision, Row, Store } from '../storage/index.ts'
import type { ResourceDefinition } from './definition.ts'
import { epochKey, objectKey, rangePrefix } from './keys.ts'
import type { LogicalClusterRecord } from './logical-cluster.ts'
import { decodeRow, encodeRow, isCurrent } from './row.ts'

/** `virtual`: there is no row; a write creates it. */
export interface SeenRow extends Row {
  readonly virtual: boolean
}

export interface PageRequest {
  readonly cluster: string
  readonly namespace: string
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
  /** The rows that exist by themselves in a namespace ('' for cluster-scoped kinds) of a logical cluster. */
  readonly virtualRows: (
    definition: ResourceDefinition,
    cluster: string,
    namespace: string,
  ) => Promise<readonly SeenRow[]>
}

export interface ReaderOptions {
  readonly store: Store
  readonly logicalClusterOf: (cluster: string) => Promise<LogicalClusterRecord | undefined>
  /** PEM, for kube-root-ca.crt. */
  readonly rootCertificate: string
}

/** Namespaces that need no row. */
export const VIRTUAL_NAMESPACES: readonly string[] = ['default', 'kube-system']

export function createReader({ store, logicalClusterOf, rootCertificate }: ReaderOptions): Reader {
  async function virtualRows(definition: ResourceDefinition, cluster: string, namespace: string): Promise<SeenRow[]> {
    const { virtual } = definition.strategy
    if (virtual === undefined || cluster === '*') return []
    const logicalCluster = await logicalClusterOf(cluster)
    if (logicalCluster === undefined) return []
    const { creationTimestamp, version } = logicalCluster
    const names = definition.namespaced && namespace === '' ? await namespacesOf(cluster) : [namespace]
    return names.flatMap((scope) =>
      virtual({ cluster, creationTimestamp, namespace: scope, rootCertificate }).map((object) => ({
        key: objectKey(definition, cluster, object.metadata.namespace ?? '', object.metadata.name ?? ''),
        value: encodeRow(definition, object),
        version,
        virtual: true,
      })),
    )
  }

  async function namespacesOf(cluster: string): Promise<string[]> {
    const prefix = epochKey(cluster)
    const names = new Set(VIRTUAL_NAMESPACES)
    for await (const row of allRows(store, prefix)) if (row.key !== prefix) names.add(row.key.slice(prefix.length))
    return [...names]
  }

  async function isNamespace(cluster: string, namespace: string): Promise<boolean> {
    return VIRTUAL_NAMESPACES.includes(namespace) || (await store.get(epochKey(cluster, namespace))) !== undefined
  }

  return {
    virtualRows,
    get: async (definition, cluster, namespace, name) => {
      const key = objectKey(definition, cluster, namespace, name)
      const row = await store.get(key)
      if (row !== undefined) return { ...row, virtual: false }
      if (definition.strategy.virtual === undefined) return undefined
      if (definition.namespaced && !(await isNamespace(cluster, namespace))) return undefined
      return (await virtualRows(definition, cluster, namespace)).find((virtual) => virtual.key === key)
    },
    page: async (definition, request) => {
      const prefix = rangePrefix(definition, request.cluster, request.namespace)
      const { after, limit, at } = request
      const stored = await store.range({
        prefix,
        limit,
        ...(after !== undefined && { after }),
        ...(at !== undefined && { at }),
      })
      const virtual = await virtualRows(definition, request.cluster, request.namespace)
      if (virtual.length === 0) return { ...stored, rows: stored.rows.map((row) => ({ ...row, virtual: false })) }
      return merge(
        stored,
        virtual.filter((row) => row.key.startsWith(prefix)),
        request,
      )
    },
  }
}

/** Puts virtual rows in their places in a page; a stored row of the same key shadows one. */
function merge(stored: RangeResult, virtual: readonly SeenRow[], { after, limit }: PageRequest): Page {
  const last = stored.rows.at(-1)?.key
  const here = virtual.filter(
    ({ key }) =>
      (after === undefined || key > after) &&
      (!stored.more || (last !== undefined && key <= last)) &&
      !stored.rows.some((row) => row.key === key),
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
  if (isCurrent(definition, row.value)) return object
  object.apiVersion = formatApiVersion(definition)
  object.kind = definition.names.kind
  if (definition.schema !== undefined) {
    pruneValue(definition.schema, object, { isResourceRoot: true })
    applyDefaults(definition.schema, object)
  }
  return object
}
