import { type ApiResponse, type Handler, requestEntityTooLarge, type UserInfo } from '../machinery/index.ts'

export interface TransportRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** Ends the request, and the stream of its answer. */
  readonly signal: AbortSignal
  /** Milliseconds from sending to the last byte of the answer; absent for a watch. A call inside the process has none:
   *  the server bounds it. */
  readonly timeout?: number
}

/** Carries requests to an API server. An answer of any HTTP status is an answer; it throws only when there is none. */
export interface Transport extends Disposable {
  readonly send: (request: TransportRequest) => Promise<ApiResponse>
}

/** Calls the API server of this process, as `user`. */
export function inProcessTransport(handler: Handler, user: UserInfo): Transport {
  return {
    send: ({ method, url, headers, body, signal }) =>
      handler({
        method,
        url,
        headers,
        user,
        signal,
        body: async (limit) => {
          if (body === undefined) return Buffer.alloc(0)
          if (body.length > limit) throw requestEntityTooLarge(limit)
          return body
        },
      }),
    [Symbol.dispose]() {},
  }
}
