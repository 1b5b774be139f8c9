/** What is told of an object as events: each step that is begun, and each end that is not simply as before. */
import type { Convergence, Outcome } from '../engine/converge.ts'
import type { Action, Step } from '../engine/decide.ts'

export interface ClusterEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

const STEPS: Readonly<Record<Exclude<Step, 'none'>, string>> = {
  adopt: 'Adopting',
  create: 'Creating',
  update: 'Updating',
  repair: 'Repairing',
  start: 'Starting',
  delete: 'Deleting',
  release: 'Releasing',
  'wait-until-gone': 'WaitingUntilGone',
}

const ENDED_WELL: Readonly<Partial<Record<Outcome, string>>> = {
  created: 'Created',
  adopted: 'Adopted',
  updated: 'Updated',
  repaired: 'Repaired',
  replaced: 'Replaced',
  started: 'Started',
  deleted: 'Deleted',
  released: 'Released',
}

const ENDED_BADLY: Readonly<Partial<Record<Outcome, string>>> = {
  blocked: 'Blocked',
  unknown: 'Unreachable',
  failed: 'Failed',
  timeout: 'TimedOut',
}

const BLOCKED: Readonly<Partial<Record<Action, string>>> = {
  conflict: 'Conflict',
  foreign: 'Foreign',
  replace: 'ReplaceNeeded',
}

export function stepEvent(step: Step, externalName: string): ClusterEvent | undefined {
  return step === 'none' ? undefined : { type: 'Normal', reason: STEPS[step], message: `cluster ${externalName}` }
}

/** Lines of the cluster's own output that an event of a failure has. */
const LOG_LINES = 5

export function endEvent(
  { outcome, action, message, logTail }: Convergence,
  externalName: string,
): ClusterEvent | undefined {
  const well = ENDED_WELL[outcome]
  if (well !== undefined) return { type: 'Normal', reason: well, message: `cluster ${externalName}` }
  const badly = (outcome === 'blocked' ? BLOCKED[action] : undefined) ?? ENDED_BADLY[outcome]
  const log = outcome === 'failed' ? logTail.slice(-LOG_LINES).filter((line) => !message.includes(line.trim())) : []
  return badly === undefined ? undefined : { type: 'Warning', reason: badly, message: [message, ...log].join('\n') }
}
