/**
 * A request and its answer as values, whatever carries them: a TLS socket or a call inside the process.
 * The API server is one Handler; the client's transports send to it.
 */

/**
 * Header names in lower case. A header sent several times has its values joined: those of `impersonate-group` and
 * `impersonate-extra-*` by a newline, as they may hold commas, all others as RFC 9110 says.
 */
export type Headers = Readonly<Record<string, string | undefined>>

export interface ApiRequest {
  readonly method: string
  /** Path and query as sent, for example `/clusters/root/api/v1/namespaces?limit=500`. */
  readonly url: string
  readonly headers: Headers
  /** Reads the body to its end; refuses with 413 above the limit, in bytes. */
  readonly body: (limit: number) => Promise<Buffer>
  /** Who calls, when the carrier knows: a verified client certificate, or a caller inside the process. */
  readonly user?: UserInfo
  /** The address that the request came from; absent for a caller inside the process. */
  readonly sourceIP?: string
  /** Aborts when the client has gone away or the server stops. */
  readonly signal: AbortSignal
}

export interface ApiResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Whole pieces in order, or a stream that ends when the answer does (a watch, a long list). */
  readonly body: readonly Buffer[] | AsyncIterable<Buffer>
  /** The body's pieces are events, which come when something happens. */
  readonly events?: true
}

export type Handler = (request: ApiRequest) => Promise<ApiResponse>

/** authentication.k8s.io/v1 UserInfo. */
export interface UserInfo {
  readonly username: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}
