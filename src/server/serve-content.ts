/**
 * A document as Go's net/http.ServeContent answers it: not again to who has it, and in part. Of several parts at once the
 * whole is sent, as RFC 9110 allows.
 */
import type { Headers } from '../machinery/index.ts'
import type { Answer } from './answer.ts'

export interface Content {
  readonly contentType: string
  readonly body: Buffer
  /** In quotes, as the header has it. */
  readonly etag?: string
  /** When it became what it is, in milliseconds since the epoch. */
  readonly modified: number
  readonly headers?: Readonly<Record<string, string>>
}

type Document = Extract<Answer, { readonly type: 'document' }>

const EMPTY = Buffer.alloc(0)
const TEXT = 'text/plain; charset=utf-8'

/** @param asked the headers of a GET */
export function serveContent(asked: Headers, content: Content): Document {
  const { contentType, body, etag, modified, headers } = content
  const tagged = { ...headers, ...(etag !== undefined && { etag }) }
  const dated = { ...tagged, 'last-modified': new Date(modified).toUTCString() }
  if (failsPrecondition(asked, content)) return { ...bare(412, dated), contentType }
  if (isKnown(asked, content)) return bare(304, etag === undefined ? dated : tagged)
  const all = { ...dated, 'accept-ranges': 'bytes' }
  const range = isRangeMeant(asked, content) ? rangeOf(asked.range ?? '', body.length) : undefined
  if (range === undefined) return { type: 'document', status: 200, contentType, body, headers: all }
  if (typeof range === 'string') {
    const beyond = range === NO_OVERLAP ? { 'content-range': `bytes */${body.length}` } : {}
    // What is kept of the document is not kept of its refusal.
    const { 'cache-control': _, ...others } = headers ?? {}
    const refusal = { ...others, 'x-content-type-options': 'nosniff', ...beyond }
    return { type: 'document', status: 416, contentType: TEXT, body: Buffer.from(`${range}\n`), headers: refusal }
  }
  const [from, to] = range
  const part = { ...all, 'content-range': `bytes ${from}-${to}/${body.length}` }
  return { type: 'document', status: 206, contentType, body: body.subarray(from, to + 1), headers: part }
}

function bare(status: number, headers: Readonly<Record<string, string>>): Document {
  return { type: 'document', status, body: EMPTY, headers }
}

function failsPrecondition({ 'if-match': match, 'if-unmodified-since': since }: Headers, content: Content): boolean {
  if (match !== undefined) return !names(match, content.etag, false)
  const time = Date.parse(since ?? '')
  return !Number.isNaN(time) && seconds(content.modified) > seconds(time)
}

function isKnown({ 'if-none-match': known, 'if-modified-since': since }: Headers, content: Content): boolean {
  if (known !== undefined) return names(known, content.etag, true)
  const time = Date.parse(since ?? '')
  return !Number.isNaN(time) && seconds(content.modified) <= seconds(time)
}

/** Whether a list of entity tags names this one: `*` names all, and what is weak (`W/`) counts where that is allowed. */
function names(list: string, etag: string | undefined, weak: boolean): boolean {
  if (list.trim() === '*') return true
  return list.split(',').some((one) => (weak ? one.trim().replace(/^W\//, '') : one.trim()) === etag)
}

/** If-Range: a part is of use only to who has the rest of the same document. */
function isRangeMeant({ range, 'if-range': same }: Headers, { etag, modified }: Content): boolean {
  if (range === undefined || same === undefined) return range !== undefined
  return same.startsWith('"') ? same === etag : seconds(Date.parse(same)) === seconds(modified)
}

const NO_OVERLAP = 'invalid range: failed to overlap'
const INVALID = 'invalid range'
const RANGE = /^(\d*)\s*-\s*(\d*)$/

/** First and last byte; undefined: all of it; a text: what is wrong with the header. */
function rangeOf(header: string, size: number): readonly [number, number] | string | undefined {
  if (!header.startsWith('bytes=')) return INVALID
  const texts = header.slice('bytes='.length).split(',')
  const ranges = texts.map((text) => text.trim()).filter((text) => text !== '')
  const [only] = ranges
  if (only === undefined || ranges.length > 1) return undefined
  const [, start = '', end = ''] = RANGE.exec(only) ?? []
  if (start === '') return end === '' ? INVALID : [Math.max(0, size - Number(end)), size - 1]
  const from = Number(start)
  const to = end === '' ? size - 1 : Math.min(Number(end), size - 1)
  if (from >= size) return NO_OVERLAP
  return end !== '' && Number(end) < from ? INVALID : [from, to]
}

function seconds(time: number): number {
  return Math.floor(time / 1000)
}
