/** What goes wrong on bad days, on demand: between clients and server, and between server and store. */
import type { Clock } from '../controller/index.ts'
import {
  type ApiRequest,
  type ApiResponse,
  type Handler,
  KeelsonError,
  type StatusError,
  serviceUnavailable,
} from '../machinery/index.ts'
import { type Store, StoreError } from '../storage/index.ts'

/** Which requests; default all of them. */
export type RequestMatch = (request: Pick<ApiRequest, 'method' | 'url' | 'headers'>) => boolean

export interface Faults {
  /** The next `count` commits fail before anything is written, as on a full disk. */
  readonly failCommits: (count: number) => void
  /** The next `count` requests that match are answered with this failure, 503 by default, and nothing is done. */
  readonly failRequests: (count: number, options?: { error?: StatusError; match?: RequestMatch }) => void
  /** From now on requests that match wait `ms` milliseconds of the test's clock; 0 ends it. */
  readonly delayRequests: (ms: number, match?: RequestMatch) => void
  /** After the next request that matches is answered, this is done, and then its caller gets the answer. */
  readonly interrupt: (between: () => Promise<unknown>, match?: RequestMatch) => void
  /** From now on no endpoint of a logical cluster can be opened; false ends it. */
  readonly refuseEndpoints: (refused: boolean) => void
  /** Ends all watches that are open, as a restart or a broken connection does. */
  readonly dropWatches: () => void
}

export interface FaultySeams {
  readonly faults: Faults
  readonly store: (store: Store) => Store
  readonly handler: (handler: Handler) => Handler
  readonly listen: <T extends (...parameters: never[]) => Promise<unknown>>(listen: T) => T
}

const all: RequestMatch = () => true

export function createFaults(clock: Clock): FaultySeams {
  let failingCommits = 0
  let failing: { count: number; error: StatusError; match: RequestMatch } | undefined
  let delay: { ms: number; match: RequestMatch } | undefined
  let interruption: { between: () => Promise<unknown>; match: RequestMatch } | undefined
  let watches = new AbortController()
  let endpointsRefused = false

  const isRefused = (request: ApiRequest): StatusError | undefined => {
    if (failing === undefined || failing.count === 0 || !failing.match(request)) return undefined
    failing.count--
    return failing.error
  }

  const interrupted = async (request: ApiRequest, answer: ApiResponse): Promise<ApiResponse> => {
    if (interruption?.match(request) !== true) return answer
    const { between } = interruption
    interruption = undefined
    const body = await Array.fromAsync<Buffer>(answer.body)
    await between()
    return { ...answer, body }
  }

  return {
    faults: {
      failCommits(count) {
        failingCommits = count
      },
      failRequests(count, { error = serviceUnavailable('refused by the test'), match = all } = {}) {
        failing = { count, error, match }
      },
      delayRequests(ms, match = all) {
        delay = ms === 0 ? undefined : { ms, match }
      },
      interrupt(between, match = all) {
        interruption = { between, match }
      },
      refuseEndpoints(refused) {
        endpointsRefused = refused
      },
      dropWatches() {
        watches.abort()
        watches = new AbortController()
      },
    },

    listen: (listen) =>
      (async (...parameters: never[]) => {
        if (endpointsRefused) throw new KeelsonError('refused by the test', 'end the fault')
        return listen(...parameters)
      }) as typeof listen,

    store: (store) => ({
      ...store,
      async commit(commit) {
        if (failingCommits === 0) return store.commit(commit)
        failingCommits--
        throw new StoreError('full', 'refused by the test')
      },
    }),

    handler: (handler) => async (request) => {
      if (delay?.match(request) === true) {
        const { ms } = delay
        await new Promise<void>((resolve) => clock.setTimeout(resolve, ms))
      }
      const refusal = isRefused(request)
      if (refusal !== undefined) return failureOf(refusal)
      if (!isWatch(request)) return interrupted(request, await handler(request))
      return handler({ ...request, signal: AbortSignal.any([request.signal, watches.signal]) })
    },
  }
}

function isWatch({ method, url }: ApiRequest): boolean {
  return method === 'GET' && /[?&]watch=(true|1)(&|$)/.test(url)
}

function failureOf({ status }: StatusError): ApiResponse {
  const body = [Buffer.from(JSON.stringify(status))]
  return { status: status.code, headers: { 'content-type': 'application/json' }, body }
}
