/**
 * Leader election over a coordination.k8s.io/v1 Lease, move for move as client-go's tools/leaderelection, so that ours and
 * Go's candidates can compete for one lease. Machines' clocks are never compared: a candidate counts from when *it* last
 * saw the record change, so what matters is that clocks run at about the same rate.
 */
import { type Client, resourceRef } from '../client/index.ts'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { type Clock, sleep, systemClock } from './clock.ts'
import { find } from './find.ts'
import { errorLog, type Log, messageOf } from './log.ts'

export interface Lease extends KubeObject {
  spec: {
    holderIdentity?: string
    leaseDurationSeconds?: number
    acquireTime?: string
    renewTime?: string
    leaseTransitions?: number
  }
}

export const LEASES = resourceRef<Lease>('coordination.k8s.io/v1', 'leases', { namespaced: true })

/** Times in milliseconds; defaults are client-go's recommendation. leaseDuration > renewDeadline > 1.2 × retryPeriod. */
export interface LeaderElectionOptions {
  readonly client: Client
  readonly namespace: string
  readonly name: string
  /** Unlike that of every other candidate: a host name and a random part. */
  readonly identity: string
  /** Whoever saw no renewal for so long may take over. Default 15,000. */
  readonly leaseDuration?: number
  /** A leader that could not renew for so long steps down. Default 10,000. */
  readonly renewDeadline?: number
  /** Between attempts. Default 2,000. */
  readonly retryPeriod?: number
  readonly clock?: Clock
  readonly log?: Log
  /** Aborting it releases the lease, so that the next leader need not wait. */
  readonly signal: AbortSignal
  /** Runs while this candidate leads; its signal aborts when it no longer does. The lease is released after it returns. */
  readonly lead: (signal: AbortSignal) => Promise<void>
}

/** client-go's JitterFactor: candidates wait 1 to 2.2 retry periods, so that they do not meet each time. */
const JITTER = 1.2

/** Resolves when the signal has aborted, or after leadership was lost or given up: elect again to go on. */
export async function runLeaderElection(options: LeaderElectionOptions): Promise<void> {
  const { leaseDuration = 15_000, renewDeadline = 10_000, retryPeriod = 2_000 } = options
  const { clock = systemClock, signal, identity } = options
  const log = options.log ?? errorLog
  const lock = createLock(options, clock, leaseDuration / 1000)

  const within = async <T>(patience: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const late = new AbortController()
    using _timer = clock.setTimeout(() => late.abort(), patience)
    // Not every server lets go of a request when it is told to.
    const isLate = new Promise<never>((_, reject) => {
      late.signal.addEventListener('abort', () => reject(new Error(`no answer in ${patience} ms`)), { once: true })
    })
    return await Promise.race([work(late.signal), isLate])
  }
  /** Undefined: nobody knows, as nothing has answered in time. */
  const attempt = async (patience: number): Promise<boolean | undefined> => {
    try {
      return await within(patience, lock.acquireOrRenew)
    } catch (error) {
      log.info('cannot renew lease', { lease: options.name, error: messageOf(error) })
      return undefined
    }
  }
  const release = () =>
    within(renewDeadline, lock.release).catch((error) => {
      log.info('cannot release lease', { error: messageOf(error) })
    })
  /** Resolves when another leads, when renewing has failed for longer than the deadline, or on abort. */
  const renew = async (from: number, until: AbortSignal) => {
    let renewed = from
    const left = () => Math.max(0, renewed + renewDeadline - clock.now())
    while (!until.aborted) {
      await sleep(clock, Math.min(retryPeriod, left()), until)
      if (until.aborted) return
      // The answer may come late: what it says was so when it was asked.
      const begun = clock.now()
      const isOurs = await attempt(Math.max(left(), retryPeriod))
      if (isOurs === true) renewed = begun
      else if (isOurs === false || left() === 0) return
    }
  }

  let begun = clock.now()
  while ((await attempt(renewDeadline)) !== true) {
    await sleep(clock, retryPeriod * (1 + Math.random() * JITTER), signal)
    if (signal.aborted) return
    begun = clock.now()
  }
  // What was given up meanwhile is not begun.
  if (signal.aborted) return release()
  log.info('became leader', { lease: options.name, identity })
  const leading = new AbortController()
  const led = AbortSignal.any([signal, leading.signal])
  const work = options.lead(led).finally(() => leading.abort())
  try {
    await renew(begun, led)
    leading.abort()
    await work
  } finally {
    await release()
    log.info('stopped leading', { lease: options.name, identity })
  }
}

function createLock(options: LeaderElectionOptions, clock: Clock, leaseDurationSeconds: number) {
  const { client, namespace, name, identity } = options
  /** The record as last seen or written, and when this process saw it change. */
  let observed: Lease | undefined
  let observedAt = 0

  const observe = (lease: Lease) => {
    if (lease.metadata.resourceVersion === observed?.metadata.resourceVersion) return
    observed = lease
    observedAt = clock.now()
  }
  const isValid = (lease: Lease) => observedAt + (lease.spec.leaseDurationSeconds ?? 0) * 1000 > clock.now()
  const isOurs = (lease: Lease | undefined) => lease !== undefined && lease.spec.holderIdentity === identity
  const recordAfter = (previous: Lease | undefined): Lease['spec'] => {
    const now = formatMicroTime(clock.now())
    const transitions = previous?.spec.leaseTransitions ?? 0
    const ours = isOurs(previous)
    return {
      holderIdentity: identity,
      leaseDurationSeconds,
      acquireTime: ours ? (previous?.spec.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: ours || previous === undefined ? transitions : transitions + 1,
    }
  }
  const write = async (lease: Lease, spec: Lease['spec'], signal: AbortSignal) =>
    observe(await client.update(LEASES, { ...lease, spec }, { signal }))

  /** False: another has it. */
  const acquireOrRenew = async (signal: AbortSignal): Promise<boolean> => {
    // The leader writes over what it wrote last; only when that fails it looks.
    if (observed !== undefined && isOurs(observed) && isValid(observed)) {
      try {
        await write(observed, recordAfter(observed), signal)
        return true
      } catch (error) {
        if (!isStatus(error, 'Conflict') && !isStatus(error, 'NotFound')) throw error
      }
    }
    const current = await find(client, LEASES, name, { namespace, signal })
    if (current === undefined) {
      const metadata = { name, namespace }
      const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: recordAfter(undefined) }
      observe(await client.create(LEASES, lease, { signal }))
      return true
    }
    observe(current)
    if ((current.spec.holderIdentity ?? '') !== '' && isValid(current) && !isOurs(current)) return false
    await write(current, recordAfter(current), signal)
    return true
  }

  return {
    acquireOrRenew,
    /** Leaves a record without holder that expires in a second, as client-go's ReleaseOnCancel. */
    async release(signal: AbortSignal) {
      if (observed === undefined || !isOurs(observed)) return
      const now = formatMicroTime(clock.now())
      const leaseTransitions = observed.spec.leaseTransitions ?? 0
      await write(
        observed,
        {
          holderIdentity: '',
          leaseDurationSeconds: 1,
          acquireTime: now,
          renewTime: now,
          leaseTransitions,
        },
        signal,
      )
    },
  }
}

/** metav1.MicroTime: RFC 3339 with six places. */
function formatMicroTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}
