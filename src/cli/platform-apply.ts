/** Carries a plan out and tells of it, a line an event; with -o json one document at the end. */
import {
  applyExitCode,
  applyPlan,
  type CarryOut,
  type ItemResult,
  type Plan,
  type RunObserver,
} from '../platform/index.ts'
import type { Environment, Output } from './environment.ts'
import { printable } from './table.ts'

export interface RunOptions {
  /** Who does it; default: this process. */
  readonly carryOut?: CarryOut
  readonly output: 'text' | 'json'
  /** Milliseconds for each item. */
  readonly timeout?: number
}

/** Resolves with the exit code. */
export async function runPlan(plan: Plan, options: RunOptions, environment: Environment): Promise<number> {
  const { output, timeout, carryOut } = options
  const { stdout, stderr, signal } = environment
  const observer = observerOf(output === 'json' ? stderr : stdout)
  const results = await applyPlan(plan, {
    observer,
    signal,
    ...(timeout === undefined ? {} : { timeout }),
    ...(carryOut === undefined ? {} : { carryOut }),
  })
  const code = applyExitCode(results)
  stdout.write(output === 'json' ? document(plan, results, code) : `\n${summary(results)}\n`)
  return code
}

function observerOf(out: Output): RunObserver {
  const last = new Map<string, string>()
  const say = (address: string, text: string) => {
    // The same said again is no progress.
    if (last.get(address) === text) return
    last.set(address, text)
    out.write(`${address}: ${printable(text)}\n`)
  }
  return {
    record: async () => undefined,
    step: (address, step) => say(address, `${step} ...`),
    progress(address, { phase, message, done, total }) {
      const count = done === undefined || total === undefined ? '' : ` (${done} of ${total})`
      say(address, message === '' ? `${phase}${count} ...` : `${phase}${count}: ${message}`)
    },
    done({ item, outcome, message, logTail }) {
      say(item.address, message === '' || isPlain(outcome) ? outcome : `${outcome}: ${message}`)
      for (const line of logTail) out.write(`    ${printable(line)}\n`)
    },
  }
}

/** Why it was done is in the plan. */
function isPlain(outcome: ItemResult['outcome']): boolean {
  return !['blocked', 'unknown', 'failed', 'timeout', 'skipped', 'left', 'unchanged'].includes(outcome)
}

function summary(results: readonly ItemResult[]): string {
  const counts = Map.groupBy(results, ({ outcome }) => outcome)
  const told = [...counts].map(([outcome, each]) => `${each.length} ${outcome}`)
  return told.length === 0 ? 'Nothing to do.' : `${told.join(', ')}.`
}

function document({ run, scope }: Plan, results: readonly ItemResult[], exitCode: number): string {
  const items = results.map(({ item, outcome, message, logTail, observed }) => ({
    address: item.address,
    provider: item.configured.name,
    notice: item.configured.provider.capabilities().notice,
    outcome,
    message,
    log_tail: logTail,
    external_name: item.externalName,
    external_id: observed?.externalID ?? null,
    state: observed?.state ?? 'absent',
    endpoint: observed?.endpoint ?? null,
  }))
  return `${JSON.stringify({ run, scope, results: items, exit_code: exitCode }, null, 2)}\n`
}
