import { badRequest, expired } from '../../machinery/index.ts'
import { isStoreError, type Revision, revisionOf } from '../../storage/index.ts'
import type { Answer, AnsweredRow, ListMetadata } from '../answer.ts'
import type { ResourceContext } from '../context.ts'
import { decodeContinue, encodeContinue, LATEST } from '../continue-token.ts'
import { rangePrefix } from '../keys.ts'
import { checkListOptions, readInt64, readLimit } from '../list-options.ts'
import { readListVersion } from '../options.ts'
import type { Page } from '../read.ts'
import { awaitVersion, listVersion } from '../resource-version.ts'
import { readSelection, type Selection } from '../selection.ts'

/** Rows read in one go: short enough to keep the event loop free. */
const SLICE = 500
/** Of a longer list it is not told how many are left. */
const MOST_COUNTED = 20_000

export async function list(context: ResourceContext): Promise<Answer> {
  const selection = readSelection(context)
  // Read for what is wrong with it: a list is not held to it.
  readInt64(context.query, 'timeoutSeconds')
  // Version 0 is upstream's watch cache, which answers whole.
  const limit = context.query.get('resourceVersion') === '0' ? 0 : readLimit(context.query)
  const request = { selection, ...(await readStart(context, limit)) }
  const { definition } = context
  if (limit > 0) return { type: 'list', definition, ...(await limitedRows(context, { ...request, limit })) }
  const { rows, rest, revision } = await allRows(context, request)
  const metadata = metadataAt(revision)
  return { type: 'list', definition, rows, metadata, ...(rest !== undefined && { rest }) }
}

export interface ListRequest {
  readonly selection: Selection
  readonly after?: string
  readonly at?: Revision
  /** How many rows there were behind the page before this one, where it is known. */
  readonly left?: number
}

export interface AllRows {
  readonly rows: AnsweredRow[]
  /** The pages after, each read when it is asked for; undefined: there are none. Throws 410 when the history is gone by then. */
  readonly rest: AsyncIterable<AnsweredRow[]> | undefined
  readonly revision: Revision
}

/** A list of whatever length: no more than a page of it is held at a time. */
export async function allRows(context: ResourceContext, request: ListRequest): Promise<AllRows> {
  const first = await readSelected(context, request, SLICE)
  const { rows, revision, next } = first
  return { rows, revision, rest: next === undefined ? undefined : pagesAfter(next) }

  async function* pagesAfter(start: string): AsyncGenerator<AnsweredRow[]> {
    let after: string | undefined = start
    while (after !== undefined) {
      await new Promise(setImmediate)
      context.request.signal.throwIfAborted()
      // All pages show the state that the first one saw.
      const page: SelectedRows = await readSelected(context, { ...request, after, at: revision }, SLICE)
      yield page.rows
      after = page.next
    }
  }
}

export interface ListedRows {
  readonly rows: readonly AnsweredRow[]
  readonly metadata: ListMetadata
}

/** As many rows as the limit, or all of them if it is 0, at once. */
export async function listRows(
  context: ResourceContext,
  request: ListRequest & { readonly limit: number },
): Promise<ListedRows> {
  if (request.limit > 0) return limitedRows(context, request)
  const { rows, rest, revision } = await allRows(context, request)
  for await (const page of rest ?? []) for (const row of page) rows.push(row)
  return { rows, metadata: metadataAt(revision) }
}

async function limitedRows(
  context: ResourceContext,
  request: ListRequest & { readonly limit: number },
): Promise<ListedRows> {
  const { limit } = request
  let { after, at } = request
  const rows: AnsweredRow[] = []
  for (;;) {
    const wanted = Math.min(SLICE, limit - rows.length)
    const page = await readSelected(
      context,
      { ...request, ...(after !== undefined && { after }), ...(at !== undefined && { at }) },
      wanted,
    )
    at ??= page.revision
    for (const row of page.rows) rows.push(row)
    if (page.next === undefined) return { rows, metadata: metadataAt(at) }
    after = page.next
    if (rows.length >= limit) {
      if (!(await isMoreBehind(context, after, at))) return { rows, metadata: metadataAt(at) }
      const prefix = rangePrefix(context.definition, context.cluster, context.info.namespace)
      const left = await rowsBehind(context, request, { listed: rows.length, last: after })
      const next = encodeContinue({ revision: at, after, ...(left !== undefined && { left }) }, prefix)
      const remaining = left !== undefined && left > 0 && { remainingItemCount: left }
      return { rows, metadata: { ...metadataAt(at), continue: next, ...remaining } }
    }
    await new Promise(setImmediate)
    context.request.signal.throwIfAborted()
  }
}

/** The store says of an earlier state only that there may be more: upstream ends such a list where it ends. */
async function isMoreBehind(context: ResourceContext, after: string | undefined, at: Revision): Promise<boolean> {
  if (at === context.parts.store.revision()) return true
  return (await readPage(context, { limit: 1, name: undefined, after, at })).rows.length > 0
}

function metadataAt(revision: Revision): ListMetadata {
  return { resourceVersion: String(listVersion(revision)) }
}

interface SelectedRows {
  readonly rows: AnsweredRow[]
  /** The key after which there may be more. */
  readonly next: string | undefined
  readonly revision: Revision
}

async function readSelected(
  context: ResourceContext,
  { selection, after, at }: ListRequest,
  limit: number,
): Promise<SelectedRows> {
  const page = await readPage(context, { limit, name: selection.name, after, at })
  const rows: AnsweredRow[] = []
  for (const row of page.rows) if (selection.everything || selection.matches(row.key, row.value)) rows.push(row)
  return { rows, next: page.more ? page.rows.at(-1)?.key : undefined, revision: at ?? page.revision }
}

/**
 * As near as upstream tells it; with a selector it cannot be known. Counting is as long as the list: it is done once, and not at
 * all for one of a million, whose first page would wait for it (clients are told not to rely on the field).
 */
async function rowsBehind(
  context: ResourceContext,
  { selection, after, at, left }: ListRequest,
  { listed, last }: { readonly listed: number; readonly last: string | undefined },
): Promise<number | undefined> {
  const { definition, cluster, info, parts } = context
  if (!selection.everything) return undefined
  if (after !== undefined) return left === undefined ? undefined : left - listed
  // The store knows how many there are now, and what was there at an earlier version by reading it.
  if (at !== undefined && at < parts.store.revision()) return countAfter(context, last, at)
  const stored = await parts.store.count(rangePrefix(definition, cluster, info.namespace), MOST_COUNTED)
  if (stored >= MOST_COUNTED) return undefined
  return stored + (await parts.reader.unwritten(definition, cluster, info.namespace)) - listed
}

async function countAfter(context: ResourceContext, last: string | undefined, at: Revision): Promise<number> {
  let count = 0
  for (let after = last; ; ) {
    const page = await readPage(context, { limit: SLICE, name: undefined, after, at })
    count += page.rows.length
    after = page.rows.at(-1)?.key
    if (!page.more || after === undefined) return count
    await new Promise(setImmediate)
    context.request.signal.throwIfAborted()
  }
}

interface PageStart {
  readonly limit: number
  readonly name: string | undefined
  readonly after: string | undefined
  readonly at: Revision | undefined
}

async function readPage(
  { definition, cluster, info, parts }: ResourceContext,
  { limit, name, after, at }: PageStart,
): Promise<Page> {
  try {
    return await parts.reader.page(definition, {
      cluster,
      namespace: info.namespace,
      limit,
      ...(name !== undefined && { name }),
      ...(after !== undefined && { after }),
      ...(at !== undefined && { at }),
    })
  } catch (error) {
    if (!isStoreError(error, 'compacted')) throw error
    if (after === undefined) throw expired('The resourceVersion for the provided list is too old.')
    // As upstream, a list may go on at the price of consistency: the pages after show the state that is then the latest.
    throw inconsistentContinue(after, rangePrefix(definition, cluster, info.namespace))
  }
}

function inconsistentContinue(after: string, prefix: string): Error {
  const error = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
      'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
      'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
      'deleted between the time the first chunk was returned and now may show up in the list.',
  )
  error.status.metadata = { continue: encodeContinue({ revision: LATEST, after }, prefix) }
  return error
}

/** resourceVersion, resourceVersionMatch and continue: apimachinery/pkg/apis/internalversion/validation. */
async function readStart(
  { definition, cluster, info, query, parts, request }: ResourceContext,
  limit: number,
): Promise<Pick<ListRequest, 'after' | 'at' | 'left'>> {
  checkListOptions(query)
  const text = query.get('resourceVersion') ?? ''
  const match = query.get('resourceVersionMatch') ?? ''
  const token = query.get('continue') ?? ''
  if (token !== '') {
    const { revision, ...start } = decodeContinue(token, rangePrefix(definition, cluster, info.namespace))
    if (text !== '' && text !== '0') throw badRequest('specifying resource version is not allowed when using continue')
    return revision === LATEST ? start : { ...start, at: revision }
  }
  const version = readListVersion(text)
  await awaitVersion(parts.store, version, request.signal)
  // Without a match, a limit makes a version exact, as it was before there was resourceVersionMatch.
  const exact = version > 0 && (match === 'Exact' || (match === '' && limit > 0))
  return exact ? { at: revisionOf(version) } : {}
}
