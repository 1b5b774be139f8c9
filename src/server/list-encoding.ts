/**
 * A list's bytes, page by page: of a long one no more than a page is held at a time, and no page holds the event loop for
 * long. Protobuf says its length first, so that its bytes are gathered.
 */
import { formatApiVersion, type KubeObject } from '../machinery/index.ts'
import type { Answer, AnsweredRow } from './answer.ts'
import type { RequestContext } from './context.ts'
import type { ResourceDefinition } from './definition.ts'
import type { ObjectForm } from './form.ts'
import { ALL_CLUSTERS, clusterOfKey } from './keys.ts'
import { partialObjectMetadata } from './printers/partial-object-metadata.ts'
import { tableOf } from './printers/table.ts'
import { protobufList } from './protobuf-answer.ts'
import { presentObject } from './read.ts'
import { isCurrent, spliceRow } from './row.ts'

export type ListAnswer = Extract<Answer, { type: 'list' }>
type Pages = AsyncIterable<readonly AnsweredRow[]>

/** Rows put into bytes in one go: stored bytes, and those that are read as objects first. */
const STITCHED = 256
const READ = 64
const SEPARATOR = Buffer.from(',')

/** In JSON, also for a form that becomes YAML, or in protobuf. */
export function listPieces(context: RequestContext, form: ObjectForm, answer: ListAnswer): AsyncIterable<Buffer> {
  const { definition, metadata } = answer
  const { as, metaVersion, includeObject, encoding } = form
  const indented = form.pretty && encoding === 'json'
  const clusterOf = (row: AnsweredRow): string =>
    context.cluster === ALL_CLUSTERS ? clusterOfKey(definition, row.key) : context.cluster
  const present = (row: AnsweredRow): KubeObject => presentObject(definition, row, clusterOf(row))
  if (as === 'Table') {
    const options = { includeObject, metaVersion, now: form.now(), metadata }
    const rows = (some: readonly AnsweredRow[]) => tableOf(definition, some.map(present), options).rows
    return jsonPieces(tableOf(definition, [], options), inSlices(answer, READ), printer(rows, indented), indented)
  }
  const isPartial = as === 'PartialObjectMetadata'
  const shape = isPartial ? (row: AnsweredRow) => partialObjectMetadata(present(row), metaVersion) : present
  // Upstream's unstructured lists say that there is nothing more.
  const shown = definition.builtIn ? metadata : { continue: '', ...metadata }
  const list = isPartial
    ? { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${metaVersion}`, metadata }
    : { kind: definition.names.listKind, apiVersion: formatApiVersion(definition), metadata: shown }
  const objects = (some: readonly AnsweredRow[]) => some.map(shape)
  if (encoding === 'protobuf') return protobufList(list, mapped(inSlices(answer, READ), objects))
  const whole = { ...list, items: [] }
  if (isPartial || indented) return jsonPieces(whole, inSlices(answer, READ), printer(objects, indented), indented)
  const stitched = (some: readonly AnsweredRow[]) => stitch(definition, some, clusterOf)
  return jsonPieces(whole, inSlices(answer, STITCHED), stitched, false)
}

/** The last field of the list is the array that the items belong into. */
async function* jsonPieces(
  list: object,
  slices: Pages,
  print: (rows: readonly AnsweredRow[]) => Buffer,
  indented: boolean,
): AsyncGenerator<Buffer> {
  const text = indented ? `${JSON.stringify(list, null, 2)}\n` : JSON.stringify(list)
  const end = text.lastIndexOf(']')
  yield Buffer.from(text.slice(0, end))
  let isEmpty = true
  for await (const rows of slices) {
    const items = print(rows)
    yield isEmpty ? items : Buffer.concat([SEPARATOR, items])
    isEmpty = false
  }
  yield Buffer.from(indented && !isEmpty ? `\n  ${text.slice(end)}` : text.slice(end))
}

/** No slice is empty. */
async function* inSlices({ rows, rest }: ListAnswer, size: number): Pages {
  let page = rows
  const pages = rest?.[Symbol.asyncIterator]()
  try {
    for (;;) {
      for (let start = 0; start < page.length; start += size) {
        if (start > 0) await new Promise(setImmediate)
        yield page.slice(start, start + size)
      }
      const next = await pages?.next()
      if (next === undefined || next.done === true) return
      page = next.value
    }
  } finally {
    await pages?.return?.()
  }
}

async function* mapped<T>(pages: Pages, map: (rows: readonly AnsweredRow[]) => T): AsyncGenerator<T> {
  for await (const page of pages) yield map(page)
}

/** The items as they are printed within their list, with a comma between any two. */
function printer(
  shown: (rows: readonly AnsweredRow[]) => readonly object[],
  indented: boolean,
): (rows: readonly AnsweredRow[]) => Buffer {
  if (!indented) return (rows) => Buffer.from(JSON.stringify(shown(rows)).slice(1, -1))
  return (rows) => Buffer.from(JSON.stringify([shown(rows)], null, 2).slice('[\n  ['.length, -'\n  ]\n]'.length))
}

/** Without parsing what may go out as it is. */
function stitch(
  definition: ResourceDefinition,
  rows: readonly AnsweredRow[],
  clusterOf: (row: AnsweredRow) => string,
): Buffer {
  const pieces: Buffer[] = []
  for (const row of rows) {
    if (pieces.length > 0) pieces.push(SEPARATOR)
    const cluster = clusterOf(row)
    if (isCurrent(definition, row.value)) {
      const [before, splice, after] = spliceRow(definition, row.value, cluster, row.version)
      pieces.push(before, Buffer.from(splice, 'latin1'), after)
    } else pieces.push(Buffer.from(JSON.stringify(presentObject(definition, row, cluster))))
  }
  return Buffer.concat(pieces)
}
