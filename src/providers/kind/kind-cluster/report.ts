/** What a KindCluster says of itself: phase, conditions, events. */
import {
  type Client,
  type EventRecorder,
  find,
  isStatus,
  patchStatus,
  setCondition,
} from '../../../controller/index.ts'
import type { Condition } from '../../../machinery/index.ts'
import { isProviderError } from '../../provider-error.ts'
import { KIND_CLUSTERS, type KindCluster, type KindClusterStatus, type Phase } from './kind-cluster.ts'
import type { Each } from './running.ts'

export interface Report {
  readonly phase: Phase
  readonly ready: boolean
  readonly reason: string
  readonly message: string
  /** Empty: none. */
  readonly failureMessage: string
}

export function statusOf(object: KindCluster, report: Report, now: number): KindClusterStatus {
  const { phase, ready, reason, message, failureMessage } = report
  const observedGeneration = object.metadata.generation ?? 0
  const said = [
    { type: 'Ready', status: ready ? 'True' : 'False', reason, message },
    { type: 'Paused', status: 'False', reason: 'NotPaused', message: '' },
  ] as const
  const conditions = said.reduce<readonly Condition[]>(
    (before, each) => setCondition<Condition>(before, { ...each, observedGeneration }, now),
    object.status?.conditions ?? [],
  )
  return { phase, ready, conditions, ...(failureMessage !== '' && { failureMessage }) }
}

/** Of the object as it is now: it may have changed while its cluster was worked on. */
export async function write(
  client: Client,
  { metadata: { name = '', namespace = '', uid } }: KindCluster,
  status: (object: KindCluster) => KindClusterStatus,
): Promise<KindCluster | undefined> {
  for (;;) {
    const current = await find(client, KIND_CLUSTERS, name, { namespace })
    if (current === undefined || current.metadata.uid !== uid) return undefined
    try {
      return await patchStatus(client, KIND_CLUSTERS, current, status(current))
    } catch (error) {
      if (isStatus(error, 'NotFound')) return undefined
      if (!isStatus(error, 'Conflict')) throw error
    }
  }
}

/** With the last lines of the log. */
export function failureText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const tail = isProviderError(error) ? error.logTail.slice(-5) : []
  return [message, ...tail.filter((line) => !message.includes(line.trim()))].join('\n').slice(0, 1000)
}

export function steps(recorder: EventRecorder, client: Client, object: KindCluster) {
  return {
    normal: (reason: string, message: string) => recorder.event(client, object, { type: 'Normal', reason, message }),
    warning: (reason: string, message: string) => recorder.event(client, object, { type: 'Warning', reason, message }),
  }
}

const NOTHING = { ready: false, failureMessage: '' }
export const PENDING: Report = { ...NOTHING, phase: 'Pending', reason: 'Pending', message: '' }
export const PROVISIONING: Report = { ...NOTHING, phase: 'Provisioning', reason: 'Provisioning', message: '' }
export const PROVISIONED: Report = { ...NOTHING, phase: 'Provisioned', reason: 'Provisioned', message: '' }
export const READY: Report = { ready: true, failureMessage: '', phase: 'Ready', reason: 'Ready', message: '' }

/** Resolves with whether the phase is another now. */
export function reporter({ object, context }: Pick<Each, 'object' | 'context'>): (report: Report) => Promise<boolean> {
  return async (report) => {
    let moved = false
    await write(context.client, object, (current) => {
      moved = current.status?.phase !== report.phase
      return statusOf(current, report, context.now())
    })
    return moved
  }
}
