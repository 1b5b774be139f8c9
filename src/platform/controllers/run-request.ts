/**
 * How a run of the command line has an object's controller work for it: annotations ask, `status.run` answers. What is asked
 * holds until the run has ended, and the answer stays, so that whoever was cut off can still read it.
 */
import type { ObservedCluster } from '../../providers/index.ts'
import type { Convergence, Outcome } from '../engine/converge.ts'
import type { Action } from '../engine/decide.ts'
import type { ClusterObject } from './cluster-object.ts'

const RUN = 'platform.keelson.dev/run'
const MAY_REPLACE = 'platform.keelson.dev/run-may-replace'
const ENDS = 'platform.keelson.dev/run-ends'
const ADOPTS_FROM = 'platform.keelson.dev/run-adopts-from'

export interface RunRequest {
  readonly id: string
  readonly allowReplace: boolean
  readonly adoptFrom?: string
  readonly ends?: Ending
}

/**
 * The run is about the object's deletion, which follows the asking. A destroy takes the cluster although something that is in
 * no manifest may depend on it, as without a server; a prune leaves it until nothing does.
 */
type Ending = 'Anyway' | 'AfterDependents'

/** In `status.run`. */
export interface RunStatus {
  readonly id: string
  readonly outcome: Outcome
  readonly action: Action
  readonly message: string
  readonly logTail: readonly string[]
  readonly touched: boolean
  readonly state: ObservedCluster['state'] | 'absent'
}

export function runAnnotations({ id, allowReplace, adoptFrom = '', ends }: RunRequest): Record<string, string> {
  return {
    [RUN]: id,
    ...(allowReplace && { [MAY_REPLACE]: 'true' }),
    ...(adoptFrom !== '' && { [ADOPTS_FROM]: adoptFrom }),
    ...(ends !== undefined && { [ENDS]: ends }),
  }
}

/** The run that waits for this object; undefined when none does. */
export function requestedRun({ metadata, status }: ClusterObject): RunRequest | undefined {
  const { [RUN]: id, [MAY_REPLACE]: mayReplace, [ADOPTS_FROM]: adoptFrom, [ENDS]: ends } = metadata.annotations ?? {}
  if (id === undefined || id === status?.run?.id) return undefined
  // Written before the deletion that it is about: until that comes there is nothing to answer.
  if (ends !== undefined && metadata.deletionTimestamp === undefined) return undefined
  return {
    id,
    allowReplace: mayReplace === 'true',
    ...(ends !== undefined && { ends: ends === 'Anyway' ? ends : 'AfterDependents' }),
    ...(adoptFrom !== undefined && { adoptFrom }),
  }
}

export function runStatus(id: string, { observed, ...ended }: Convergence): RunStatus {
  const { outcome, action, message, logTail, touched } = ended
  return { id, outcome, action, message, logTail, touched, state: observed?.state ?? 'absent' }
}
