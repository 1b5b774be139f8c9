import { type Clock, sleep } from '../../controller/index.ts'
import { operationFailed, providerUnreachable } from '../provider-error.ts'
import type { Call, Point } from './control.ts'
import { TYPE } from './record.ts'
import type { World } from './world.ts'

/** The course that one call takes: it waits as long, and goes wrong where, control.json says. */
export interface Course {
  /** Passes a point, or fails there. */
  reach(point: Point): void
  /** Takes this share of the call's latency. Rejects with the signal's reason as soon as it aborts. */
  wait(share: number, signal: AbortSignal): Promise<void>
}

export interface Surroundings {
  world: World
  clock: Clock
}

export function courseOf(call: Call, { world, clock }: Surroundings, externalName?: string): Course {
  return {
    reach(point) {
      const fault = world
        .control()
        .faults.find(
          (candidate) =>
            candidate.call === call &&
            candidate.point === point &&
            (candidate.cluster === undefined || candidate.cluster === externalName),
        )
      if (fault === undefined) return
      const { effect, message } = fault
      if (effect === 'kill') process.kill(process.pid, 'SIGKILL')
      if (effect === 'unreachable') throw providerUnreachable(TYPE, message)
      const logTail = [`${TYPE}: ${call} is ${point === 'half' ? 'half done' : point}`, `${TYPE}: ${message}`]
      if (effect === 'break' && externalName !== undefined) {
        world.change(externalName, (record) => record && { ...record, state: 'failed', message, logTail })
      }
      throw operationFailed(`${call} failed: ${message}`, logTail)
    },
    async wait(share, signal) {
      signal.throwIfAborted()
      const milliseconds = (world.control().latency[call] ?? 0) * share
      if (milliseconds > 0) await sleep(clock, milliseconds, signal)
      signal.throwIfAborted()
    },
  }
}
