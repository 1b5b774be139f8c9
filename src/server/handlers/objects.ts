/** Objects of one logical cluster by namespace or owner, of whatever resource: what deletion and garbage collection ask. */
import { badRequest, parseFieldSelector } from '../../machinery/index.ts'
import type { Row } from '../../storage/index.ts'
import type { Answer, AnsweredRow } from '../answer.ts'
import type { ResourceContext } from '../context.ts'
import type { DefinitionSet, ResourceDefinition } from '../definition.ts'
import { ALL_CLUSTERS, clusterOfKey, keyOfOwnerIndex, ownerIndexPrefix, rangePrefix } from '../keys.ts'
import { OBJECTS_DEFINITION, objectReference } from '../lifecycle.ts'
import { presentObject } from '../read.ts'
import { listVersion } from '../resource-version.ts'
import { encodeRow } from '../row.ts'

const DEFAULT_LIMIT = 500

export async function listObjects(context: ResourceContext): Promise<Answer> {
  const { cluster, parts, query } = context
  if (cluster === ALL_CLUSTERS) throw badRequest('objects are listed in one logical cluster at a time')
  const { namespace, owner } = readFields(query)
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT) || DEFAULT_LIMIT
  const definitions = await parts.definitionsOf(cluster)
  const found =
    owner === undefined
      ? await inPlace(context, definitions, namespace ?? '', limit)
      : await dependentsOf(context, definitions, owner, limit)
  const rows = found
    .filter(({ object }) => namespace === undefined || (object.metadata.namespace ?? '') === namespace)
    .map(
      ({ definition, object, row }): AnsweredRow => ({
        key: row.key,
        version: row.version,
        value: encodeRow(OBJECTS_DEFINITION, objectReference(definition, object)),
      }),
    )
  const metadata = { resourceVersion: String(listVersion(parts.store.revision())) }
  return { type: 'list', definition: OBJECTS_DEFINITION, rows, metadata }
}

interface Found {
  readonly definition: ResourceDefinition
  readonly object: ReturnType<typeof presentObject>
  readonly row: Row
}

function readFields(query: URLSearchParams): { namespace: string | undefined; owner: string | undefined } {
  const parsed = parseFieldSelector(query.get('fieldSelector') ?? '')
  if (!parsed.ok) throw badRequest(parsed.error)
  const known = ['metadata.namespace', 'metadata.ownerReferences.uid']
  for (const { field, operator } of parsed.value.requirements) {
    if (!known.includes(field) || operator !== '=') throw badRequest(`field label not supported: ${field}`)
  }
  return {
    namespace: parsed.value.exactMatch('metadata.namespace'),
    owner: parsed.value.exactMatch('metadata.ownerReferences.uid'),
  }
}

/** The storage definitions: each row once, whatever versions and groups it is served in. */
function stored(definitions: DefinitionSet): ResourceDefinition[] {
  return definitions.all.filter(
    (one) =>
      one.hidden !== true &&
      one.storedForm === undefined &&
      one.verbs.includes('list') &&
      one.version === one.storageVersion,
  )
}

async function inPlace(
  { cluster, parts }: ResourceContext,
  definitions: DefinitionSet,
  namespace: string,
  limit: number,
): Promise<Found[]> {
  const found: Found[] = []
  for (const definition of stored(definitions)) {
    if (namespace !== '' && !definition.namespaced) continue
    const prefix = rangePrefix(definition, cluster, namespace)
    let after: string | undefined
    while (found.length < limit) {
      const page = await parts.store.range({
        prefix,
        limit: limit - found.length,
        ...(after !== undefined && { after }),
      })
      for (const row of page.rows) found.push({ definition, row, object: presentObject(definition, row, cluster) })
      after = page.rows.at(-1)?.key
      if (!page.more) break
    }
    if (found.length >= limit) break
  }
  return found
}

async function dependentsOf(
  { cluster, parts }: ResourceContext,
  definitions: DefinitionSet,
  owner: string,
  limit: number,
): Promise<Found[]> {
  const prefix = ownerIndexPrefix(cluster, owner)
  const { rows } = await parts.store.range({ prefix, limit })
  const candidates = stored(definitions)
  const found: Found[] = []
  for (const index of rows) {
    const key = keyOfOwnerIndex(prefix, index.key)
    const definition = candidates.find((one) => key.startsWith(rangePrefix(one, ALL_CLUSTERS, '')))
    const row = await parts.store.get(key)
    if (definition === undefined || row === undefined || clusterOfKey(definition, key) !== cluster) continue
    found.push({ definition, row, object: presentObject(definition, row, cluster) })
  }
  return found
}
