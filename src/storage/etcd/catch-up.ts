/**
 * The history before what is in memory, for watches that resume from there (after a restart: all of them). They ride together: one
 * reader goes through etcd's history from the oldest of their versions on, and lets them off where memory begins.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { compactedError, failedError } from '../errors.ts'
import { type Change, lastVersionOf, type Revision, revisionOf, type WatchRequest } from '../store.ts'
import { CompactedFeed, type FeedSource, feedFrom } from './feed.ts'
import { GrpcError } from './grpc.ts'

const PAUSE_MS = 200

interface Rider {
  readonly request: WatchRequest
  /** Of the watch in memory, once it is there. */
  live: Disposable | undefined
  ended: boolean
}

export interface CatchUpOptions extends FeedSource {
  /** The newest revision that memory has no changes of. */
  readonly before: () => Revision
  readonly watchLive: (request: WatchRequest) => Disposable
  readonly compacted: (oldest: number) => void
  readonly signal: AbortSignal
}

export interface CatchUp {
  ride(request: WatchRequest): Disposable
  /** Ends all that are under way. */
  fail(error: Error): void
}

export function createCatchUp(options: CatchUpOptions): CatchUp {
  const { before, watchLive, numbering, signal } = options
  const under = new Set<Rider>()
  let boarding: Rider[] = []

  function end(rider: Rider, error: Error): void {
    if (rider.ended) return
    rider.ended = true
    under.delete(rider)
    rider.request.failed(error)
  }

  /** A receiver that throws, against the contract, loses its own watch. */
  function deliver(rider: Rider, changes: readonly Change[], revision: Revision): void {
    if (rider.ended) return
    try {
      rider.request.deliver({ changes, revision })
    } catch (error) {
      end(rider, error instanceof Error ? error : new Error(String(error)))
    }
  }

  function letOff(rider: Rider, after: number): void {
    if (rider.ended) return
    under.delete(rider)
    try {
      rider.live = watchLive({ ...rider.request, after })
    } catch (error) {
      end(rider, error instanceof Error ? error : new Error(String(error)))
    }
  }

  async function drive(riders: readonly Rider[]): Promise<void> {
    const byPrefix = Map.groupBy(riders, ({ request }) => request.prefix)
    const lengths = [...new Set([...byPrefix.keys()].map(({ length }) => length))]
    let position = Math.min(...riders.map(({ request }) => revisionOf(request.after + 1))) - 1
    while (position < before() && riders.some(({ ended }) => !ended)) {
      try {
        for await (const { commits } of feedFrom(options, numbering.toEtcd(position + 1), signal)) {
          for (const { revision, changes } of commits) {
            const seen = new Map<Rider, Change[]>()
            for (const { operation, change } of changes) {
              for (const length of lengths) {
                if (length > change.key.length) continue
                for (const rider of byPrefix.get(change.key.slice(0, length)) ?? []) {
                  if (operation <= rider.request.after) continue
                  const list = seen.get(rider)
                  if (list === undefined) seen.set(rider, [change])
                  else list.push(change)
                }
              }
            }
            position = revision
            for (const [rider, list] of seen) deliver(rider, list, revision)
          }
          if (position >= before() || riders.every(({ ended }) => ended)) break
        }
      } catch (error) {
        if (!(error instanceof GrpcError)) throw error
        await sleep(PAUSE_MS, undefined, { signal })
      }
    }
    for (const rider of riders) letOff(rider, Math.max(lastVersionOf(position), rider.request.after))
  }

  function board(): void {
    const riders = boarding
    boarding = []
    drive(riders).catch((error) => {
      const ended = error instanceof CompactedFeed ? history(error) : failedError(error)
      for (const rider of riders) end(rider, ended)
    })
  }

  function history({ oldest }: CompactedFeed): Error {
    options.compacted(oldest)
    return compactedError(numbering.toStore(oldest) - 1, numbering.toStore(oldest) + 1)
  }

  return {
    ride(request) {
      const rider: Rider = { request, live: undefined, ended: false }
      under.add(rider)
      boarding.push(rider)
      // Those who come in the same moment ride together.
      if (boarding.length === 1) setImmediate(board)
      return {
        [Symbol.dispose]: () => {
          rider.ended = true
          under.delete(rider)
          rider.live?.[Symbol.dispose]()
        },
      }
    },
    fail(error) {
      for (const rider of [...under]) end(rider, error)
    },
  }
}
