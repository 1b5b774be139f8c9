import type { Client } from '../client/index.ts'
import { StatusError } from '../machinery/index.ts'
import { type Clock, systemClock } from './clock.ts'
import { errorLog, type Log, logWith, messageOf } from './log.ts'
import { type Backoff, createQueue } from './queue.ts'
import type { Request, Result } from './request.ts'
import type { Source } from './source.ts'

export interface ReconcileContext {
  /** In the request's logical cluster. */
  readonly client: Client
  /** Aborts when the controller stops: pass it to whatever waits. */
  readonly signal: AbortSignal
  readonly log: Log
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Brings one object into order, from what it finds now: it may be called at any time, any number of times, and after any
 * interruption. A rejection is logged and tried again, later each time; a result may ask for another look.
 */
export type Reconciler = (request: Request, context: ReconcileContext) => Promise<Result>

export interface ControllerOptions {
  readonly name: string
  /** Where the sources watch: in one logical cluster, or in all of them with `client.inCluster('*')`. */
  readonly client: Client
  readonly sources: readonly Source[]
  readonly reconcile: Reconciler
  /** Objects reconciled at a time; default 8. */
  readonly concurrency?: number
  /** Of these at most so many of one logical cluster; default half. */
  readonly perCluster?: number
  readonly backoff?: Backoff
  readonly clock?: Clock
  readonly log?: Log
  /** Stops the controller. */
  readonly signal?: AbortSignal
}

/** Disposing stops it and waits for the reconciles that run. */
export interface Controller extends AsyncDisposable {
  readonly name: string
  /** Requests that wait for a worker or are with one. */
  readonly depth: () => number
  /** Resolves when no request waits for a worker or is with one. */
  readonly idle: () => Promise<void>
}

/**
 * @example
 * await using controller = startController({
 *   name: 'greeter',
 *   client: client.inCluster('*'),
 *   sources: [watching(GREETINGS)],
 *   async reconcile({ namespace, name }, { client }) {
 *     const greeting = await client.get(GREETINGS, name, { namespace })
 *     await patchStatus(client, GREETINGS, greeting, { text: `Hello ${greeting.spec.to}` })
 *   },
 * })
 */
export function startController(options: ControllerOptions): Controller {
  const { name, client, sources, reconcile, clock = systemClock, concurrency = 8 } = options
  const log = logWith(options.log ?? errorLog, { controller: name })
  const stop = new AbortController()
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])

  const queue = createQueue({
    name,
    concurrency,
    ...(options.perCluster === undefined ? {} : { perCluster: options.perCluster }),
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
    clock,
    async process(request) {
      await ready
      if (signal.aborted) return undefined
      const { cluster } = request
      return reconcile(request, {
        client: cluster === '' ? client : client.inCluster(cluster),
        signal,
        log: logWith(log, namesOf(request)),
        now: clock.now,
      })
    },
    failed(request, error, retryIn) {
      if (signal.aborted) return
      const fields = { ...namesOf(request), error: messageOf(error), retryIn }
      // Somebody else wrote first: the next attempt sees it. Nothing to look into.
      if (error instanceof StatusError && error.status.code === 409) log.info('conflict', fields)
      else log.error('cannot reconcile', fields)
    },
  })
  const context = { client, clock, log, signal, enqueue: queue.add }
  const ready = Promise.all(sources.map((source) => source(context)))

  return {
    name,
    depth: queue.depth,
    idle: queue.idle,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await queue[Symbol.asyncDispose]()
    },
  }
}

function namesOf({ cluster, namespace, name, resource }: Request) {
  return {
    ...(cluster === '' ? {} : { cluster }),
    ...(resource === undefined ? {} : { resource: resource.resource }),
    ...(namespace === '' ? {} : { namespace }),
    name,
  }
}
