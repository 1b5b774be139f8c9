/** One request, tried again when the server asks for it, its failure thrown as a StatusError. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ApiResponse } from '../machinery/index.ts'
import { failureOf, readBody, warningTexts } from './answer.ts'
import type { Transport } from './transport.ts'

export interface Call {
  readonly method: string
  /** Path and query below the logical cluster's prefix. */
  readonly path: string
  readonly contentType?: string
  readonly accept?: string | undefined
  readonly body?: Buffer
  readonly signal?: AbortSignal | undefined
  /** A watch: no time limit, and the caller reads the stream. */
  readonly stream?: boolean
}

interface RequesterOptions {
  readonly transport: Transport
  readonly userAgent: string
  /** Milliseconds for one request; watches have no limit. */
  readonly timeout: number
  readonly onWarning: ((text: string) => void) | undefined
}

export type Requester = (url: string, call: Call) => Promise<ApiResponse>

/** As client-go: 429 and 5xx with Retry-After are tried again, at most this often. */
const MAX_RETRIES = 10

/** Resolves with a successful answer only. */
export function createRequester({ transport, userAgent, timeout, onWarning }: RequesterOptions): Requester {
  return async (prefix, call) => {
    const headers = {
      accept: call.accept ?? 'application/json',
      'user-agent': userAgent,
      ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
    }
    for (let attempt = 0; ; attempt++) {
      // A signal for this request alone: whoever listens to it is collected with it, however long the caller's lives.
      const signal = call.signal === undefined ? new AbortController().signal : AbortSignal.any([call.signal])
      const response = await transport.send({
        method: call.method,
        url: prefix + call.path,
        headers,
        signal,
        ...(call.body === undefined ? {} : { body: call.body }),
        ...(call.stream === true ? {} : { timeout }),
      })
      if (onWarning !== undefined) for (const text of warningTexts(response.headers.warning)) onWarning(text)
      if (response.status < 300) return response
      const body = await readBody(response.body)
      const wait = retryAfter(response)
      if (wait === undefined || attempt === MAX_RETRIES) throw failureOf(response.status, body.toString())
      await delay(wait * 1000, undefined, call.signal === undefined ? {} : { signal: call.signal })
    }
  }
}

function retryAfter({ status, headers }: ApiResponse): number | undefined {
  const seconds = headers['retry-after']
  if (seconds === undefined || !/^\d+$/.test(seconds)) return undefined
  return status === 429 || status >= 500 ? Number(seconds) : undefined
}
