/** For tests: one request to the server as bytes and headers, where a client would hide them. */
import { gunzipSync } from 'node:zlib'
import { type Handler, requestEntityTooLarge, type Status, type UserInfo } from '../machinery/index.ts'

const ADMIN: UserInfo = { username: 'shard-admin', groups: ['system:masters', 'system:authenticated'] }

export interface TriedRequest {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly user?: UserInfo
  readonly signal?: AbortSignal
}

export interface TriedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The body as JSON, where it is. */
  readonly json: Record<string, unknown> & { readonly metadata: Record<string, unknown> }
  /** The same as a failure. */
  readonly failure: Status
}

/** @param body text or bytes as they are, anything else as JSON. */
export async function tryRequest(
  handler: Handler,
  method: string,
  url: string,
  { body, headers = {}, user = ADMIN, signal = new AbortController().signal }: TriedRequest = {},
): Promise<TriedAnswer> {
  const sent = body === undefined || Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body)
  const bytes = Buffer.from(sent ?? '')
  const read = async (limit: number): Promise<Buffer> => {
    if (bytes.length > limit) throw requestEntityTooLarge(limit)
    return bytes
  }
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const answer = await handler({ method, url, headers: { ...type, ...headers }, user, signal, body: read })
  const pieces: Buffer[] = []
  for await (const piece of answer.body) pieces.push(piece)
  const whole = Buffer.concat(pieces)
  const text = (answer.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole).toString()
  const json = text.startsWith('{') && !text.includes('}\n{') ? JSON.parse(text) : {}
  return { status: answer.status, headers: answer.headers, text, json, failure: json }
}
