/** `keelson apply PLAN.json` and `keelson apply -f DIR --local`: control centers and platforms, by plan. */
import fs from 'node:fs'
import type { Command } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import { EXIT, type PlanDocument, parsePlanDocument, staleReasons } from '../platform/index.ts'
import type { Environment } from './environment.ts'
import { readManifests } from './manifest-files.ts'
import type { Manifest } from './manifest-text.ts'
import { planText } from './plan-text.ts'
import { runPlan } from './platform-apply.ts'
import { desiredOf, lockFor, newRun, type PlatformFlags, planOf } from './platform-input.ts'
import { printable } from './table.ts'

export interface ApplyPlatformFlags extends PlatformFlags {
  readonly autoApprove?: boolean
  readonly prune?: boolean
  readonly allowReplace?: boolean
  readonly timeout?: number
  readonly output: 'text' | 'json'
}

/** Plans and carries out in one; resolves with the exit code. */
export async function applyPlatform(
  manifests: readonly Manifest[],
  flags: ApplyPlatformFlags,
  command: Command,
  environment: Environment,
): Promise<number> {
  const desired = desiredOf(manifests, flags)
  const run = { type: 'converge', prune: flags.prune === true, allowReplace: flags.allowReplace === true } as const
  using _lock = lockFor('apply', desired, environment)
  const plan = await planOf(desired, { command: run, run: newRun(), signal: environment.signal })
  if (flags.output === 'text') environment.stdout.write(`${planText(plan)}\n`)
  if (flags.autoApprove !== true) {
    throw new KeelsonError(
      'nothing was applied',
      `Add --auto-approve to apply this, or plan with --out FILE, read it, and apply FILE. See '${command.name()} --help'.`,
      { exitCode: 64 },
    )
  }
  // Not before it has ended is the lock given back.
  return await runPlan(plan, flags, environment)
}

/** What was planned is carried out, or nothing. The manifests are read again from where the plan was made of. */
export async function applyPlanFile(
  file: string,
  flags: ApplyPlatformFlags,
  environment: Environment,
): Promise<number> {
  const document = readPlan(file)
  const { sources, recursive, run, command, scope } = document.keelson
  const manifests = await readManifests(
    flags.filename ?? sources,
    { recursive: flags.recursive ?? recursive },
    environment,
  )
  const desired = desiredOf(manifests, { ...flags, workspace: scope.workspace })
  using _lock = lockFor('apply', desired, environment)
  const plan = await planOf(desired, { command, run, signal: environment.signal })
  const reasons = staleReasons(document, plan)
  if (reasons.length > 0) {
    const remedy = 'plan again; nothing was applied'
    throw new KeelsonError(`the plan ${file} is stale: ${reasons.map(printable).join('; ')}`, remedy, {
      exitCode: EXIT.stale,
    })
  }
  // Not before it has ended is the lock given back.
  return await runPlan(plan, flags, environment)
}

function readPlan(file: string): PlanDocument {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (cause) {
    throw new KeelsonError(`the plan ${file} cannot be read: ${(cause as Error).message}`, '', { cause })
  }
  const parsed = parsePlanDocument(text)
  if (!parsed.ok)
    throw new KeelsonError(`${file} ${parsed.error}`, 'manifests are given with -f; keelson plan --out writes plans')
  return parsed.value
}
