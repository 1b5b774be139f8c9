/** What may run in one process at a time, of those that serve one store: whoever holds the Lease runs it. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { createClient, inProcessTransport } from '../client/index.ts'
import type { Handler } from '../machinery/index.ts'
import { sleep, systemClock } from './clock.ts'
import { type Actor, controllerUser } from './feature.ts'
import { runLeaderElection } from './lease.ts'
import { errorLog, type Log, messageOf } from './log.ts'

/** Whoever stands for election, for the server's policy. */
export const CANDIDATE: Actor = {
  name: 'leader-election',
  rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] }],
}

/** Between two terms, where the first ended early. */
const PAUSE_MS = 1_000

export interface ElectedOptions {
  readonly handler: Handler
  /** Runs what one process runs, until it is disposed of. */
  readonly start: () => Promise<AsyncDisposable>
  readonly log?: Log
}

/** Disposing ends what runs and leaves the Lease to others. The Lease is `kube-system/keelson-controllers` of `system:admin`. */
export function startElected({ handler, start, log = errorLog }: ElectedOptions): AsyncDisposable {
  const stop = new AbortController()
  const transport = inProcessTransport(handler, controllerUser(CANDIDATE))
  const client = createClient({ transport, cluster: '/clusters/system:admin', userAgent: 'keelson/leader-election' })
  const identity = `${hostname()}_${randomBytes(8).toString('hex')}`
  const lease = { client, namespace: 'kube-system', name: 'keelson-controllers', identity, log, signal: stop.signal }

  async function lead(signal: AbortSignal): Promise<void> {
    await using _running = await start()
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }

  async function stand(): Promise<void> {
    while (!stop.signal.aborted) {
      await runLeaderElection({ ...lease, lead }).catch((error) => {
        log.error('the controllers have ended', { error: messageOf(error) })
      })
      if (!stop.signal.aborted) await sleep(systemClock, PAUSE_MS, stop.signal)
    }
  }

  const standing = stand()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await standing
    },
  }
}
