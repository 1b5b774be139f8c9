/**
 * Replaces what no two servers can have in common (uid, resourceVersion, times, tokens) by what it stands for, and drops
 * the annotation `kcp.io/cluster`; nothing else. Equal values of one case get equal names, so that a uid which changes, or a
 * resourceVersion which does not, is still seen.
 */
import type { Fields, Json } from './case.ts'
import type { RawAnswer } from './connection.ts'

/** What is compared and recorded. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Json
}

export interface Normalizer {
  answer(raw: RawAnswer): Answer
  value(value: Json): Json
  /** From now on `text`, which a server made up, is called `name`. */
  rename(text: string, name: string): void
}

/** Of the connection rather than of the answer. */
const HOP_BY_HOP = new Set(['date', 'content-length', 'connection', 'keep-alive', 'transfer-encoding'])

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g
const TOKEN = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g
/** An object inside a message. */
const CLUSTER_IN_TEXT = /(,?)\\*"annotations\\*":\{\\*"kcp\.io\/cluster\\*":\\*"[a-z0-9]+\\*"\}(,?)/g
const AGE = /^\d+(?:\.\d+)?(?:ms|s|m)$/
/** As headers have times. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d ([A-Z]{3})$/
const ONE_DAY = 86_400_000
const TWO_YEARS = 2 * 365 * ONE_DAY

/** What a resourceVersion is that of. */
type Versioned = 'object' | 'list' | 'bookmark'

export function createNormalizer(): Normalizer {
  const uids = new Map<string, string>()
  const versions = new Map<string, string>()
  /** Of lists and bookmarks: whatever else was written before them counts, so that they have no number. */
  const lists = new Set<string>()
  const renamed = new Map<string, string>()
  const called = (names: Map<string, string>, prefix: string, value: string): string => {
    const name = names.get(value) ?? `<${prefix} ${names.size + 1}>`
    names.set(value, name)
    return name
  }

  const text = (value: string): string => {
    let result = value.replace(CLUSTER_IN_TEXT, (_, before: string, after: string) => (before && after ? ',' : ''))
    for (const [from, to] of renamed) result = result.replaceAll(from, to)
    result = result
      .replace(UUID, (uid) => called(uids, 'uid', uid))
      .replace(TOKEN, '<token>')
      .replace(TIME, (time, fraction: string | undefined, zone: string) =>
        isNow(time)
          ? `<time${fraction === undefined ? '' : `.${fraction.length - 1}`}${zone === 'Z' ? '' : zone}>`
          : time,
      )
    if (/resource ?version|too old|too large/i.test(result)) {
      result = result.replace(
        /\b\d+\b/g,
        (digits) => versions.get(digits) ?? (lists.has(digits) ? '<list version>' : digits),
      )
    }
    return result
  }

  const bookmarks = new Map<string, string>()
  const bookmarkVersion = (value: string): string => {
    const isBehind = [...versions.keys()].some((version) => Number(version) > Number(value))
    // Later steps come to see the same one again.
    const name = bookmarks.get(value) ?? (isBehind ? '<version that is behind>' : '<bookmark version>')
    bookmarks.set(value, name)
    return name
  }

  const walk = (value: Json, key: string, of: Versioned): Json => {
    if (typeof value === 'string') {
      if (key === 'resourceVersion' && /^[1-9]\d*$/.test(value)) {
        if (of === 'object') return called(versions, 'version', value)
        if (of === 'bookmark') return bookmarkVersion(value)
        lists.add(value)
        return '<list version>'
      }
      if (key === 'continue' && value !== '') return '<continue>'
      return key === 'cells' && AGE.test(value) ? '<age>' : text(value)
    }
    if (Array.isArray(value)) {
      const items = value.map((item) => walk(item, key, 'object'))
      // Their order is that of their times, by the second.
      return key === 'managedFields'
        ? items.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
        : items
    }
    if (typeof value !== 'object' || value === null) return value
    const isList = Array.isArray(value.items) || Array.isArray(value.rows) || value.kind === 'Bookmark'
    const isBookmark = value.type === 'BOOKMARK'
    const result: Fields = {}
    // In the order of names, whichever order the server writes them in: uids are numbered on the way.
    for (const [name, field] of Object.entries(value).sort()) {
      result[text(name)] = walk(field, name, isBookmark ? 'bookmark' : name === 'metadata' && isList ? 'list' : of)
    }
    return withoutCluster(result)
  }

  return {
    value: (value) => walk(value, '', 'object'),
    answer({ status, headers, body }) {
      const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name))
      const named = kept.map(([name, value]) => [
        name,
        value
          .replace(UUID, '<uid>')
          .replace(/^"[0-9A-F]{64,}"$/, '<etag>')
          .replace(HTTP_DATE, (time, zone: string) => (isNow(time) ? `<time ${zone}>` : time)),
      ])
      return { status, headers: Object.fromEntries(named), body: walk(parsed(body), '', 'object') }
    },
    rename: (from, to) => renamed.set(from, to),
  }
}

function isNow(time: string): boolean {
  const distance = Date.parse(time) - Date.now()
  return distance > -ONE_DAY && distance < TWO_YEARS
}

function withoutCluster(fields: Fields): Fields {
  const { annotations } = fields
  if (typeof annotations !== 'object' || annotations === null || Array.isArray(annotations)) return fields
  if (!('kcp.io/cluster' in annotations)) return fields
  delete annotations['kcp.io/cluster']
  if (Object.keys(annotations).length === 0) delete fields.annotations
  return fields
}

function parsed(body: string): Json {
  if (!body.startsWith('{')) return body
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
