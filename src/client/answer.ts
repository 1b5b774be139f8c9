/** From the bytes of an answer to what the caller gets: an object, or a StatusError. */
import { type ApiResponse, type Status, StatusError } from '../machinery/index.ts'

export async function readBody(body: ApiResponse['body']): Promise<Buffer> {
  if (Symbol.iterator in body) return body.length === 1 && body[0] !== undefined ? body[0] : Buffer.concat(body)
  const pieces: Buffer[] = []
  for await (const piece of body) pieces.push(piece)
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
}

export function isStatusFailure(value: unknown): value is Status {
  if (typeof value !== 'object' || value === null) return false
  const { kind, status, code } = value as Partial<Status>
  return kind === 'Status' && status === 'Failure' && typeof code === 'number'
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

/** The failure that an answer stands for. A proxy's HTML page is no Status: it becomes one, as in client-go's
 *  NewGenericServerResponse. */
export function failureOf(status: number, text: string): StatusError {
  const parsed = parseJson(text)
  if (isStatusFailure(parsed)) return new StatusError(parsed)
  const excerpt = text.trim().slice(0, 200)
  const reason = REASONS[status]
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: excerpt === '' ? `the server answered with status ${status}` : excerpt,
    ...(reason === undefined ? {} : { reason }),
    details: { causes: [{ reason: 'UnexpectedServerResponse', message: excerpt }] },
    code: status,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The texts of a `Warning` header: `299 - "text"`, several separated by commas (RFC 7234, 5.5). */
export function warningTexts(header: string | undefined): string[] {
  if (header === undefined) return []
  const matches = header.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)
  return [...matches].map((match) => (match[1] ?? '').replaceAll(/\\(.)/g, '$1'))
}
