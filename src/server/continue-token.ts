/** Where a list goes on: opaque to clients, as upstream's (apiserver/pkg/storage/continue.go), and with its messages. */
import { badRequest, goJsonError, type StatusError } from '../machinery/index.ts'

const VERSION = 'meta.k8s.io/v1'

/** In place of a revision: the one that is the latest when the list goes on, however late that is. */
export const LATEST = -1

export interface ContinueToken {
  /** The revision that all pages show, or LATEST. */
  readonly revision: number
  /** The last key of the page before. */
  readonly after: string
  /** How many rows there were behind the page before, where that is known: counted once, for the first page. */
  readonly left?: number
}

/** @param prefix of the keys that the list is about; the token has what follows it. */
export function encodeContinue({ revision, after, left }: ContinueToken, prefix: string): string {
  const start = `${after.slice(prefix.length)}\u0000`
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start, n: left })).toString('base64url')
}

/** Throws 400. A token cannot lead out of the prefix. */
export function decodeContinue(text: string, prefix: string): ContinueToken {
  const illegal = /[^A-Za-z0-9_-]/.exec(text)
  if (illegal !== null) throw refused(`illegal base64 data at input byte ${illegal.index}`)
  const json = Buffer.from(text, 'base64url').toString('utf8')
  const { v, rv, start, n } = parse(json)
  if (v !== VERSION) throw refused(`server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`)
  if (!Number.isSafeInteger(rv) || rv === 0)
    throw refused(`incorrect encoded start resourceVersion (version ${VERSION})`)
  if (typeof start !== 'string' || start === '') throw refused(`encoded start key empty (version ${VERSION})`)
  const after = start.endsWith('\u0000') ? start.slice(0, -1) : start
  return { revision: rv as number, after: prefix + after, ...(Number.isSafeInteger(n) && { left: n as number }) }
}

function parse(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    throw refused(goJsonError(json))
  }
}

function refused(why: string): StatusError {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`)
}
