/**
 * Test files for `.ci/run`, by patterns: `node scripts/run-tests.ts [--at-once N] PATTERN…`. A file that fails among the others
 * runs once more, alone. Where it holds then, the change that is judged is not what broke it: the test, or the code under it,
 * depends on how busy the machine is. That is a defect of its own, said last and in full for whoever mends it next. Of a change
 * that breaks something, files fail both times, or more of them than can be chance.
 */
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'

/** More files that fail at once are no chance. */
const CHANCE = 3

/** The tests that failed, by file. */
export type Failures = ReadonlyMap<string, readonly string[]>

export interface Run {
  readonly failures: Failures
  /** Whether the run came to its end, and there was anything to run. */
  readonly isWhole: boolean
}

export type RunFiles = (files: { readonly patterns: readonly string[]; readonly atOnce?: number }) => Promise<Run>

export interface Verdict {
  readonly passes: boolean
  /** Failed among the others, and held alone. */
  readonly unsteady: Failures
}

/** The runner is a parameter for its own tests. */
export async function judge(
  patterns: readonly string[],
  atOnce: number | undefined,
  runFiles: RunFiles,
): Promise<Verdict> {
  const { failures, isWhole } = await runFiles({ patterns, ...(atOnce !== undefined && { atOnce }) })
  const none: Failures = new Map()
  if (!isWhole || failures.size > CHANCE) return { passes: false, unsteady: none }
  for (const file of failures.keys()) {
    const again = await runFiles({ patterns: [file], atOnce: 1 })
    if (!again.isWhole || again.failures.size > 0) return { passes: false, unsteady: none }
  }
  return { passes: true, unsteady: failures }
}

const runFiles: RunFiles = async ({ patterns, atOnce }) => {
  const failures = new Map<string, string[]>()
  let isWhole = false
  const events = run({ globPatterns: [...patterns], concurrency: atOnce ?? true })
  events.on('test:fail', ({ name, file = name }) => {
    failures.set(file, [...(failures.get(file) ?? []), name])
  })
  events.on('test:summary', ({ file, counts }) => {
    if (file === undefined) isWhole = counts.tests > 0
  })
  for await (const chunk of events.compose(spec)) process.stdout.write(chunk)
  return { failures, isWhole }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'at-once': { type: 'string' } } })
  const atOnce = values['at-once'] === undefined ? undefined : Number(values['at-once'])
  const { passes, unsteady } = await judge(positionals, atOnce, runFiles)
  for (const [file, tests] of unsteady) {
    console.log(`unsteady: ${file}: ${tests.join(' < ')}: failed among the others, and held alone`)
  }
  process.exitCode = passes ? 0 : 1
}
