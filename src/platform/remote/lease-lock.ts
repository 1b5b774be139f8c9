/**
 * One run at a time in a workspace: a Lease there, with who holds it and since when. A run that dies leaves it to run out; until
 * then others are told, or wait.
 */
import type { Client } from '../../client/index.ts'
import { find, LEASES, type Lease, orGone, runLeaderElection } from '../../controller/index.ts'
import { isStatus } from '../../machinery/index.ts'
import type { Holder } from '../engine/file-lock.ts'

const LOCK = { name: 'keelson-platform', namespace: 'default' }
/** Milliseconds: a run that has not renewed for so long is taken to be dead, counted from when it is looked at. */
const DURATION = 15_000
const RENEW_WITHIN = 10_000
const RETRY = 1000
/** What an attempt to take a lease that nobody renews needs beyond its duration. */
const SLACK = 5000

export interface LeaseLockOptions {
  readonly client: Client
  /** Unlike that of every other run. */
  readonly identity: string
  /** Milliseconds to wait for whoever has it. */
  readonly patience: number
  readonly signal: AbortSignal
  /** Whether a run is known to be dead, though its Lease has not run out. */
  readonly wasKilled: (identity: string) => boolean
  /** Told once, of whoever is waited for. */
  readonly waitsFor: (holder: Holder) => void
  /** Told of whoever was killed and has the lock no longer. */
  readonly takenFrom: (holder: Holder) => void
}

export type LockResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly holder: Holder }

/** Runs the work while it has the lock; its signal aborts when the lock is lost. */
export async function withLeaseLock<T>(
  { client, identity, patience, signal, wasKilled, waitsFor, takenFrom }: LeaseLockOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<LockResult<T>> {
  let held = await holderOfLease(client, signal)
  if (held !== undefined && wasKilled(held.holder.holder)) {
    takenFrom(held.holder)
    await breakLease(client, signal, held)
    held = await holderOfLease(client, signal)
  }
  if (held !== undefined) {
    if (held.isAlive && patience <= 0) return { ok: false, holder: held.holder }
    waitsFor(held.holder)
  }
  const giveUp = new AbortController()
  const limit = Math.max(patience, held === undefined ? RENEW_WITHIN : DURATION + SLACK)
  const timer = setTimeout(() => giveUp.abort(), limit)
  let result: PromiseSettledResult<T> | undefined
  try {
    await runLeaderElection({
      client,
      ...LOCK,
      identity,
      leaseDuration: DURATION,
      renewDeadline: RENEW_WITHIN,
      retryPeriod: RETRY,
      log: { info() {}, error() {} },
      signal: AbortSignal.any([signal, giveUp.signal]),
      async lead(leading) {
        clearTimeout(timer)
        ;[result] = await Promise.allSettled([work(leading)])
      },
    })
  } finally {
    clearTimeout(timer)
  }
  signal.throwIfAborted()
  if (result?.status === 'rejected') throw result.reason
  if (result !== undefined) return { ok: true, value: result.value }
  const now = await holderOfLease(client, signal)
  return { ok: false, holder: now?.holder ?? held?.holder ?? { holder: 'another run', since: '' } }
}

export interface Held {
  readonly holder: Holder
  /** By the times in the lease, which the clocks of two machines may tell differently. */
  readonly isAlive: boolean
  readonly resourceVersion: string
}

export async function holderOfLease(client: Client, signal: AbortSignal): Promise<Held | undefined> {
  const lease: Lease | undefined = await find(client, LEASES, LOCK.name, { namespace: LOCK.namespace, signal })
  const {
    holderIdentity: holder = '',
    acquireTime: since = '',
    renewTime = '',
    leaseDurationSeconds = 0,
  } = lease?.spec ?? {}
  if (holder === '') return undefined
  const isAlive = Date.parse(renewTime) + leaseDurationSeconds * 1000 > Date.now()
  return { holder: { holder, since }, isAlive, resourceVersion: lease?.metadata.resourceVersion ?? '' }
}

/** Takes it from whoever has it; from the one that is given, where it has not passed on meanwhile. Whether it was taken. */
export async function breakLease(client: Client, signal: AbortSignal, held?: Held): Promise<boolean> {
  const { resourceVersion } = held ?? {}
  const options = { namespace: LOCK.namespace, signal, ...(resourceVersion && { preconditions: { resourceVersion } }) }
  try {
    await orGone(client.delete(LEASES, LOCK.name, options))
    return true
  } catch (error) {
    if (held === undefined || !isStatus(error, 'Conflict')) throw error
    return false
  }
}
