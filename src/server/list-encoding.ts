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

/** The items as they are printed within their list, with a comma between any two, and something before them. */
type Printer = (rows: readonly AnsweredRow[], before: string) => Buffer

/** In JSON, also for a form that becomes YAML, or in protobuf. */
export function listPieces(context: RequestContext, form: ObjectForm, answer: ListAnswer): AsyncIterable<Buffer> {
  const { definition, metadata } = answer
  const { as, metaVersion, includeObject, encoding } = form
  const indented = form.pretty && encoding === 'json'
  const clusterOf = (row: AnsweredRow): string =>
    context.cluster === ALL_CLUSTERS ? clusterOfKey(definition, row.key) : context.cluster
  const present = (row: AnsweredRow): KubeObject => presentObject(definition, row, clusterOf(row))
  const item = (row: AnsweredRow): object => itemOf(definition, present(row))
  if (as === 'Table') {
    const options = { includeObject, metaVersion, now: form.now(), metadata }
    const rows = (some: readonly AnsweredRow[]) => tableOf(definition, some.map(present), options).rows
    return jsonPieces(tableOf(definition, [], options), inSlices(answer, READ), printer(rows, indented), indented)
  }
  const isPartial = as === 'PartialObjectMetadata'
  const shape = isPartial ? (row: AnsweredRow) => partialObjectMetadata(present(row), metaVersion) : item
  // Upstream's unstructured lists say that there is nothing more.
  const shown = definition.builtIn ? metadata : { continue: '', ...metadata }
  const list = isPartial
    ? { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${metaVersion}`, metadata }
    : { kind: definition.names.listKind, apiVersion: formatApiVersion(definition), metadata: shown }
  const objects = (some: readonly AnsweredRow[]) => some.map(shape)
  if (encoding === 'protobuf') return protobufList(list, mapped(inSlices(answer, READ), objects))
  const whole = { ...list, items: [] }
  if (isPartial || indented) return jsonPieces(whole, inSlices(answer, READ), printer(objects, indented), indented)
  const stitched: Printer = (some, before) => stitch(definition, some, clusterOf, before)
  return jsonPieces(whole, inSlices(answer, STITCHED), stitched, false)
}

/** Go's lists of structs leave it to the list to say of which kind its objects are. */
function itemOf({ builtIn }: ResourceDefinition, object: KubeObject): object {
  if (!builtIn) return object
  const { apiVersion: _, kind: __, ...item } = object
  return item
}

/** The last field of the list is the array that the items belong into. */
async function* jsonPieces(list: object, slices: Pages, print: Printer, indented: boolean): AsyncGenerator<Buffer> {
  const text = indented ? `${JSON.stringify(list, null, 2)}\n` : JSON.stringify(list)
  const end = text.lastIndexOf(']')
  yield Buffer.from(text.slice(0, end))
  let isEmpty = true
  for await (const rows of slices) {
    yield print(rows, isEmpty ? '' : ',')
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

function printer(shown: (rows: readonly AnsweredRow[]) => readonly object[], indented: boolean): Printer {
  if (!indented) return (rows, before) => Buffer.from(before + JSON.stringify(shown(rows)).slice(1, -1))
  const nested = (rows: readonly AnsweredRow[]): string => JSON.stringify([shown(rows)], null, 2)
  return (rows, before) => Buffer.from(before + nested(rows).slice('[\n  ['.length, -'\n  ]\n]'.length))
}

/** Copied once, and not parsed where the stored bytes may go out as they are. */
function stitch(
  definition: ResourceDefinition,
  rows: readonly AnsweredRow[],
  clusterOf: (row: AnsweredRow) => string,
  before: string,
): Buffer {
  const pieces: (Buffer | string)[] = []
  let length = 0
  const add = (piece: Buffer | string): void => {
    pieces.push(piece)
    length += piece.length
  }
  for (const [index, row] of rows.entries()) {
    add(index === 0 ? before : ',')
    const cluster = clusterOf(row)
    if (isCurrent(definition, row.value))
      for (const piece of spliceRow(definition, row.value, cluster, row.version, definition.builtIn)) add(piece)
    else add(Buffer.from(JSON.stringify(itemOf(definition, presentObject(definition, row, cluster)))))
  }
  const whole = Buffer.allocUnsafeSlow(length)
  let offset = 0
  for (const piece of pieces) {
    offset += typeof piece === 'string' ? whole.write(piece, offset, 'latin1') : piece.copy(whole, offset)
  }
  return whole
}
