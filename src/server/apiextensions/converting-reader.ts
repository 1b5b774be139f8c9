/**
 * Rows in the version that is asked for, where a webhook converts between versions: behind this reader, nobody knows of others.
 * What has been converted is kept as long as the row that it was made of.
 */
import { formatApiVersion, type KubeObject } from '../../machinery/index.ts'
import type { Change, Row, Store } from '../../storage/index.ts'
import type { ResourceDefinition } from '../definition.ts'
import { ALL_CLUSTERS, clusterOfKey } from '../keys.ts'
import type { LogicalClusterRecord } from '../logical-cluster.ts'
import type { Reader } from '../read.ts'
import { convertedRow, decodeRow, encodeRow, writtenVersion } from '../row.ts'
import type { WebhookCaller } from '../webhooks/client-config.ts'
import { convertObjects } from './convert-objects.ts'

export interface RowConverter {
  /** The rows in the version of the definition; those that are in it already as they are. */
  readonly rows: <R extends Row>(definition: ResourceDefinition, cluster: string, rows: readonly R[]) => Promise<R[]>
  /** One object from one version to another. */
  readonly object: (
    object: KubeObject,
    to: ResourceDefinition,
    cluster: string,
    signal: AbortSignal,
  ) => Promise<KubeObject>
}

export interface ConverterParts {
  readonly webhooks: WebhookCaller
  readonly logicalClusterOf: (cluster: string) => Promise<LogicalClusterRecord | undefined>
}

export function createRowConverter({ webhooks, logicalClusterOf }: ConverterParts): RowConverter {
  const kept = new WeakMap<Buffer, WeakMap<ResourceDefinition, Buffer>>()

  /** Nothing of a logical cluster that is going waits for what tenants have named. */
  async function convert(
    objects: readonly KubeObject[],
    to: ResourceDefinition,
    cluster: string,
    signal: AbortSignal,
  ): Promise<KubeObject[]> {
    if ((await logicalClusterOf(cluster))?.deleting === true) {
      return objects.map((object) => ({ ...structuredClone(object), apiVersion: formatApiVersion(to) }))
    }
    return convertObjects(objects, to, { webhooks, cluster, signal })
  }

  async function convertRows(definition: ResourceDefinition, cluster: string, rows: readonly Row[]): Promise<void> {
    const objects = rows.map((row) => decodeRow(row.value, cluster, row.version))
    const converted = await convert(objects, definition, cluster, NEVER)
    for (const [index, row] of rows.entries()) {
      const object = converted[index]
      if (object === undefined) continue
      const versions = kept.get(row.value) ?? new WeakMap<ResourceDefinition, Buffer>()
      versions.set(definition, convertedRow(definition, object, writtenVersion(row.value)))
      kept.set(row.value, versions)
    }
  }

  return {
    object: async (object, to, cluster, signal) => {
      const [converted] = await convert([object], to, cluster, signal)
      return converted ?? object
    },
    rows: async (definition, cluster, rows) => {
      const apiVersion = formatApiVersion(definition)
      const isOther = ({ value }: Row) => writtenVersion(value) !== apiVersion
      const missing = rows.filter((row) => isOther(row) && kept.get(row.value)?.get(definition) === undefined)
      const byCluster = Object.groupBy(missing, ({ key }) =>
        cluster === ALL_CLUSTERS ? clusterOfKey(definition, key) : cluster,
      )
      for (const [place, some = []] of Object.entries(byCluster)) await convertRows(definition, place, some)
      return rows.map((row) =>
        isOther(row) ? { ...row, value: kept.get(row.value)?.get(definition) ?? row.value } : row,
      )
    },
  }
}

const NEVER = new AbortController().signal

export function convertingReader(reader: Reader, { rows }: RowConverter): Reader {
  return {
    ...reader,
    get: async (definition, cluster, namespace, name) => {
      const row = await reader.get(definition, cluster, namespace, name)
      if (row === undefined || definition.conversion === undefined) return row
      return (await rows(definition, cluster, [row]))[0]
    },
    page: async (definition, request) => {
      const page = await reader.page(definition, request)
      if (definition.conversion === undefined) return page
      return { ...page, rows: await rows(definition, request.cluster, page.rows) }
    },
  }
}

/** For a watch: its changes in the version of the definition, in their order. */
export function convertingStore(
  store: Store,
  definition: ResourceDefinition,
  cluster: string,
  { rows }: RowConverter,
): Store {
  const converted = async ({ key, version, value, previous }: Change): Promise<Change> => {
    const [now, before] = await Promise.all(
      [value, previous].map(async (each) =>
        each === undefined ? undefined : (await rows(definition, cluster, [{ key, version, value: each }]))[0]?.value,
      ),
    )
    return { key, version, value: now, previous: before }
  }
  return {
    ...store,
    watch: (options) => {
      let last = Promise.resolve()
      return store.watch({
        ...options,
        deliver: (batch) => {
          last = last
            .then(async () => options.deliver({ ...batch, changes: await Promise.all(batch.changes.map(converted)) }))
            .catch((error: Error) => options.failed(error))
        },
      })
    },
  }
}

/** What is stored of an object: in the storage version, whatever version it was written in. */
export async function storedRow(
  definition: ResourceDefinition,
  object: KubeObject,
  cluster: string,
  convert: RowConverter,
  signal: AbortSignal,
): Promise<Buffer> {
  const { conversion, group, storageVersion, version } = definition
  const storage = conversion?.versions().get(formatApiVersion({ group, version: storageVersion }))
  if (version === storageVersion || storage === undefined) return encodeRow(definition, object)
  return encodeRow(storage, await convert.object(object, storage, cluster, signal))
}
