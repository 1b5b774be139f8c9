/** Objects of one logical cluster by namespace or owner, of whatever resource: what deletion and garbage collection ask. */
import { badRequest, parseFieldSelector } from '../../machinery/index.ts'
import type { Row } from '../../storage/index.ts'
import type { Answer, AnsweredRow } from '../answer.ts'
import type { ResourceContext } from '../context.ts'
import { decodeContinue, encodeContinue } from '../continue-token.ts'
import type { DefinitionSet, ResourceDefinition } from '../definition.ts'
import { ALL_CLUSTERS, clusterOfKey, keyOfOwnerIndex, ownerIndexPrefix, rangePrefix } from '../keys.ts'
import { OBJECTS_DEFINITION, objectReference } from '../lifecycle.ts'
import { readLimit } from '../list-options.ts'
import { presentObject } from '../read.ts'
import { listVersion } from '../resource-version.ts'
import { encodeRow } from '../row.ts'

const DEFAULT_LIMIT = 100

export async function listObjects(context: ResourceContext): Promise<Answer> {
  const { cluster, parts, query } = context
  if (cluster === ALL_CLUSTERS) throw badRequest('objects are listed in one logical cluster at a time')
  const { namespace, owner } = readFields(query)
  const limit = readLimit(query) || DEFAULT_LIMIT
  const definitions = await parts.definitionsOf(cluster)
  const token = query.get('continue') ?? ''
  const from: Place = { limit, ...(token !== '' && { after: decodeContinue(token, '').after }) }
  const { found, next } =
    owner === undefined
      ? await inPlace(context, definitions, namespace ?? '', from)
      : await dependentsOf(context, definitions, owner, from)
  const rows = found
    .filter(({ object }) => namespace === undefined || (object.metadata.namespace ?? '') === namespace)
    .map(
      ({ definition, object, row }): AnsweredRow => ({
        key: row.key,
        version: row.version,
        value: encodeRow(OBJECTS_DEFINITION, objectReference(definition, object)),
      }),
    )
  const revision = parts.store.revision()
  const metadata = {
    resourceVersion: String(listVersion(revision)),
    ...(next !== undefined && { continue: encodeContinue({ revision, after: next }, '') }),
  }
  return { type: 'list', definition: OBJECTS_DEFINITION, rows, metadata }
}

/** Pages are read as things are now, not at one revision: whoever asks looks again anyway. */
interface Place {
  readonly limit: number
  readonly after?: string
}

interface Page {
  readonly found: readonly Found[]
  /** The key after which there may be more. */
  readonly next: string | undefined
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
  { limit, after: start }: Place,
): Promise<Page> {
  const found: Found[] = []
  const possible = stored(definitions)
    .filter((definition) => namespace === '' || definition.namespaced)
    .map((definition) => ({ definition, prefix: rangePrefix(definition, cluster, namespace) }))
  const occupied = new Set(await parts.store.occupied(possible.map(({ prefix }) => prefix)))
  const places = possible
    .filter(({ prefix }) => occupied.has(prefix))
    // In the order of their keys, so that a page goes on where the one before ended, whatever is defined by then.
    .toSorted((one, other) => (one.prefix < other.prefix ? -1 : 1))
  for (const { definition, prefix } of places) {
    if (start !== undefined && prefix < start && !start.startsWith(prefix)) continue
    let after = start?.startsWith(prefix) === true ? start : undefined
    for (;;) {
      const page = await parts.store.range({
        prefix,
        limit: limit - found.length,
        ...(after !== undefined && { after }),
      })
      for (const row of page.rows) found.push({ definition, row, object: presentObject(definition, row, cluster) })
      after = page.rows.at(-1)?.key ?? after
      if (found.length >= limit) return { found, next: after }
      if (!page.more) break
    }
  }
  return { found, next: undefined }
}

async function dependentsOf(
  { cluster, parts }: ResourceContext,
  definitions: DefinitionSet,
  owner: string,
  { limit, after }: Place,
): Promise<Page> {
  const prefix = ownerIndexPrefix(cluster, owner)
  const { rows, more } = await parts.store.range({ prefix, limit, ...(after !== undefined && { after }) })
  const candidates = stored(definitions)
  const found: Found[] = []
  for (const index of rows) {
    const key = keyOfOwnerIndex(prefix, index.key)
    const definition = candidates.find((one) => key.startsWith(rangePrefix(one, ALL_CLUSTERS, '')))
    const row = await parts.store.get(key)
    if (definition === undefined || row === undefined || clusterOfKey(definition, key) !== cluster) continue
    found.push({ definition, row, object: presentObject(definition, row, cluster) })
  }
  return { found, next: more ? rows.at(-1)?.key : undefined }
}
