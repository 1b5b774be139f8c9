/**
 * Brings one cluster to what is wanted, a step at a time: look, judge, do the first thing, look again. Nothing is remembered
 * between two looks, so whoever is killed anywhere in here is carried on by the next run, and no error of a create is
 * believed before the world has been asked again: the name is deterministic, so there is one answer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ClusterIntent,
  isProviderError,
  type ObservedCluster,
  type Operation,
  type Progress,
} from '../../providers/index.ts'
import type { Action, Command, Step } from './decide.ts'
import type { ConfiguredProvider, DesiredCluster } from './desired.ts'
import { judge } from './judge.ts'
import { type Look, lookAt } from './world.ts'

export interface Observer {
  /** Resolves when it is kept: a create is begun only after its intent is. `keelson-run` in the world says the rest. */
  readonly record: (address: string, event: CreateEvent) => Promise<void>
  readonly step: (address: string, step: Step) => void
  readonly progress: (address: string, progress: Progress) => void
}

/** Crossplane's annotations of a managed resource's fence. */
export type CreateEvent = 'external-create-pending' | 'external-create-succeeded' | 'external-create-failed'

export type Outcome =
  | 'unchanged'
  | 'created'
  | 'adopted'
  | 'updated'
  | 'repaired'
  | 'replaced'
  | 'started'
  | 'deleted'
  | 'released'
  | 'left'
  | 'blocked'
  | 'unknown'
  | 'failed'
  | 'timeout'
  | 'skipped'

export interface Convergence {
  readonly outcome: Outcome
  /** What the last look asked for. */
  readonly action: Action
  readonly message: string
  /** The last lines of the cluster's own output, where it failed. */
  readonly logTail: readonly string[]
  /** As it was when last seen. */
  readonly observed?: ObservedCluster
  /** Whether anything was begun in the world, whatever came of it. */
  readonly touched: boolean
}

export interface ConvergeOptions {
  readonly cluster: DesiredCluster
  readonly configured: ConfiguredProvider
  readonly command: Command
  readonly run: string
  /** Milliseconds for all of it; default the provider's createTimeout. */
  readonly timeout?: number
  /** Asked before the first step; where none is free, nothing is begun. Default: there is one. */
  readonly place?: () => Disposable | undefined
  readonly observer: Observer
  readonly signal: AbortSignal
}

/** A step that failed so often with the same world is not tried again by this run. */
const ATTEMPTS = 2
/** Adopt, start and update, delete and create, each twice: more is going round in circles. */
const MAX_STEPS = 12
const POLL = 250

/** Rejects only when the signal aborts. */
export async function converge(options: ConvergeOptions): Promise<Convergence> {
  const { cluster, configured, command, observer, signal } = options
  const limit = AbortSignal.timeout(options.timeout ?? configured.createTimeout)
  const within = AbortSignal.any([signal, limit])
  const done: Step[] = []
  const failures = new Map<Step, number>()
  let failure: unknown
  using held = new DisposableStack()
  let hasPlace = options.place === undefined
  for (;;) {
    // The last look is taken even when the time is up: what was made in the last moment counts.
    const look = await lookAt(configured, cluster.externalName, limit.aborted ? signal : within).catch((error) => {
      signal.throwIfAborted()
      if (limit.aborted) return { found: 'unknown', message: 'it did not answer in time' } as const
      throw error
    })
    const judged = judge(cluster, configured, look, command)
    const seen = look.found === true ? { observed: look } : {}
    const end = (outcome: Outcome, message: string): Convergence => ({
      ...seen,
      outcome,
      action: judged.action ?? 'no-op',
      message,
      logTail: isProviderError(failure) ? failure.logTail : [],
      touched: done.length > 0 || failure !== undefined,
    })
    if (judged.outcome === 'settled') return end(settled(judged.action, done, look), judged.reason)
    if (judged.outcome === 'unknown') return end('unknown', judged.reason)
    if (judged.outcome === 'blocked') {
      return failure === undefined ? end('blocked', judged.reason) : end('failed', messageOf(failure))
    }
    if (limit.aborted) return end('timeout', `still at it after ${limitText(options)}: ${judged.reason}`)
    if ((failures.get(judged.step) ?? 0) >= ATTEMPTS || done.length >= MAX_STEPS) {
      return end('failed', failure === undefined ? `it does not settle: ${judged.reason}` : messageOf(failure))
    }
    if (!hasPlace) {
      const place = options.place?.()
      if (place === undefined) return end('skipped', placesText(configured))
      held.use(place)
      hasPlace = true
    }
    observer.step(cluster.address, judged.step)
    try {
      await perform(judged.step, look, options, within)
      done.push(judged.step)
    } catch (error) {
      signal.throwIfAborted()
      if (!limit.aborted) {
        failure = error
        // Asking again would get the same answer, but the world is looked at once more all the same.
        const final = isProviderError(error, 'refused') || isProviderError(error, 'conflict')
        failures.set(judged.step, final ? ATTEMPTS : (failures.get(judged.step) ?? 0) + 1)
      }
    }
  }
}

async function perform(step: Step, look: Look, options: ConvergeOptions, signal: AbortSignal): Promise<void> {
  const { cluster, configured, run, observer } = options
  const { provider, ownerTag } = configured
  const { address, externalName, identity, spec, digest } = cluster
  const marks = { ownerTag, identity, manifestDigest: digest, run }
  const intent: ClusterIntent = { ...marks, externalName, spec }
  const operation: Operation = { ownerTag, signal, onProgress: (progress) => observer.progress(address, progress) }
  if (step === 'create') return create(intent, operation, options)
  if (look.found !== true) return
  const { externalID } = look
  if (step === 'adopt') {
    const from = look.ownerTag === undefined ? {} : { from: look.ownerTag }
    await provider.adopt(externalID, { ...marks, manifestDigest: ADOPTED }, { signal, ...from })
  } else if (step === 'update' || step === 'repair') await provider.update(externalID, intent, operation)
  else if (step === 'start') await provider.start(externalID, operation)
  else if (step === 'delete') await provider.delete(externalID, operation)
  else if (step === 'release') await provider.release(externalID, operation)
  else if (look.ownerTag === ownerTag) await provider.delete(externalID, operation)
  else await untilGone(externalID, options, signal)
}

/** Until the manifest's own digest is written the cluster differs from it: a run that ends here is gone on with. */
const ADOPTED = 'adopted'

async function create(intent: ClusterIntent, operation: Operation, options: ConvergeOptions): Promise<void> {
  const { cluster, configured, observer } = options
  await observer.record(cluster.address, 'external-create-pending')
  try {
    await configured.provider.create(intent, operation)
  } catch (error) {
    await observer.record(cluster.address, 'external-create-failed')
    throw error
  }
  await observer.record(cluster.address, 'external-create-succeeded')
}

async function untilGone(externalID: string, { cluster, configured }: ConvergeOptions, signal: AbortSignal) {
  for (;;) {
    const seen = await configured.provider.observe(cluster.externalName, signal)
    if (!seen.found || seen.externalID !== externalID) return
    await sleep(POLL, undefined, { signal })
  }
}

/** The word for all that was done: the step that says most. */
function settled(action: string | undefined, done: readonly Step[], look: Look): Outcome {
  if (done.includes('release')) return 'released'
  if (done.includes('adopt')) return 'adopted'
  if (done.includes('create')) return done.includes('delete') ? 'replaced' : 'created'
  if (done.includes('delete') || (done.includes('wait-until-gone') && !look.found)) return 'deleted'
  if (done.includes('repair')) return 'repaired'
  if (done.includes('update')) return 'updated'
  if (done.includes('start')) return 'started'
  return action === 'leave' ? 'left' : 'unchanged'
}

function placesText({ name, parallel }: ConfiguredProvider): string {
  return `waits for a place: ClusterProvider/${name} is at ${parallel} at once (spec.limits.parallel)`
}

function limitText({ timeout, configured }: ConvergeOptions): string {
  return `${Math.round((timeout ?? configured.createTimeout) / 1000)}s`
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
