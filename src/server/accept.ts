/** The Accept header: what a client takes, best first (munnerz/goautoneg, apiserver/pkg/endpoints/handlers/negotiation). */

export interface AcceptClause {
  readonly type: string
  readonly subtype: string
  readonly quality: number
  readonly parameters: Readonly<Record<string, string>>
}

/** Clients send few different headers, and each with every request. */
const KEPT = 256
const known = new Map<string, readonly AcceptClause[]>()

export function acceptClauses(header: string): readonly AcceptClause[] {
  let clauses = known.get(header)
  if (clauses === undefined) {
    clauses = parseAccept(header)
    if (known.size >= KEPT) known.clear()
    known.set(header, clauses)
  }
  return clauses
}

/** Clauses that are no media types are passed over; wildcards come after what is said in full. */
function parseAccept(header: string): AcceptClause[] {
  return header
    .split(',')
    .flatMap((part) => clauseOf(part) ?? [])
    .sort((a, b) => b.quality - a.quality || wildness(a) - wildness(b))
}

function clauseOf(text: string): AcceptClause | undefined {
  const [media = '', ...rest] = text.split(';').map((part) => part.trim())
  const [type = '', subtype = type === '*' ? '*' : '', ...more] = media.toLowerCase().split('/')
  if (type === '' || subtype === '' || more.length > 0) return undefined
  const parameters = Object.fromEntries(
    rest.map((parameter) => parameter.split('=')).filter((pair): pair is [string, string] => pair.length === 2),
  )
  const quality = parameters.q === undefined ? 1 : Number(parameters.q)
  return { type, subtype, quality: Number.isNaN(quality) ? 0 : quality, parameters }
}

function wildness({ type, subtype }: AcceptClause): number {
  return (type === '*' ? 2 : 0) + (subtype === '*' ? 1 : 0)
}

/** Whether a clause takes a media type such as `application/json`. */
export function takes({ type, subtype }: AcceptClause, mediaType: string): boolean {
  if (type === '*') return subtype === '*'
  const slash = mediaType.indexOf('/')
  if (type !== mediaType.slice(0, slash)) return false
  return subtype === '*' || subtype === mediaType.slice(slash + 1)
}

/** Upstream's router compares media types as they are, or takes all (go-restful: matchesAccept). */
export function isRoutable(header: string, produced: ReadonlySet<string>): boolean {
  if (header === '') return true
  return acceptClauses(header).some(({ type, subtype }) => type === '*' || produced.has(`${type}/${subtype}`))
}
