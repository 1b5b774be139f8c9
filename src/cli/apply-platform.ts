/** `keelson apply PLAN.json` and `keelson apply -f DIR` of control centers and platforms: by plan, under the lock. */
import fs from 'node:fs'
import type { Command } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import {
  EXIT,
  type Plan,
  type PlanDocument,
  parsePlanDocument,
  type RunCommand,
  staleReasons,
} from '../platform/index.ts'
import { applyManifests } from './apply-manifests.ts'
import type { Environment } from './environment.ts'
import { failureCounter } from './failure.ts'
import { readManifests } from './manifest-files.ts'
import type { Manifest } from './manifest-text.ts'
import { planText } from './plan-text.ts'
import { runPlan } from './platform-apply.ts'
import { newRun, type PlatformFlags, type PlatformSession, withPlatform } from './platform-session.ts'
import { printable } from './table.ts'

export interface ApplyPlatformFlags extends PlatformFlags {
  readonly autoApprove?: boolean
  readonly prune?: boolean
  readonly allowReplace?: boolean
  readonly timeout?: number
  readonly output: 'text' | 'json'
}

/** Plans and carries out in one; resolves with the exit code. */
export function applyPlatform(
  manifests: readonly Manifest[],
  flags: ApplyPlatformFlags,
  command: Command,
  environment: Environment,
): Promise<number> {
  const run = { type: 'converge', prune: flags.prune === true, allowReplace: flags.allowReplace === true } as const
  return planAndRun({ verb: 'apply', manifests, flags, command, run }, environment)
}

export interface PlanAndRun {
  readonly verb: string
  readonly manifests: readonly Manifest[]
  readonly flags: ApplyPlatformFlags
  readonly command: Command
  readonly run: RunCommand
  /** The part of the plan that is carried out; default: all of it. */
  readonly part?: (plan: Plan) => Plan
}

/** Shows the plan, and carries it out where that was approved. */
export function planAndRun(
  { verb, manifests, flags, command, run, part = (plan) => plan }: PlanAndRun,
  environment: Environment,
): Promise<number> {
  return withPlatform({ flags, manifests, verb }, environment, async (session) => {
    const plan = part(await session.plan(run, newRun()))
    if (flags.output === 'text') environment.stdout.write(`${planText(plan)}\n`)
    if (flags.autoApprove !== true) {
      throw unapproved(command)
    }
    return carryOut(plan, session, flags, environment)
  })
}

export function unapproved(command: Command): KeelsonError {
  const verb = command.name()
  const remedy = `Add --auto-approve to do it. See 'keelson ${verb} --help'.`
  return new KeelsonError(`nothing was ${PAST[verb] ?? verb}`, remedy, { exitCode: 64 })
}

const PAST: Readonly<Record<string, string>> = {
  apply: 'applied',
  destroy: 'destroyed',
  adopt: 'adopted',
  pivot: 'handed over',
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
  const placed = flags.local === true ? { ...flags, workspace: scope.workspace } : flags
  return withPlatform(
    { flags: placed, manifests, verb: command.type === 'destroy' ? 'destroy' : 'apply' },
    environment,
    async (session) => {
      const here = session.desired.scope.workspace
      if (here !== scope.workspace)
        throw stale(file, [`it was made for the workspace ${scope.workspace}, and this is ${here}`])
      const plan = await session.plan(command, run)
      const reasons = staleReasons(document, plan)
      if (reasons.length > 0) throw stale(file, reasons)
      return carryOut(plan, session, flags, environment)
    },
  )
}

function stale(file: string, reasons: readonly string[]): KeelsonError {
  const remedy = 'plan again; nothing was applied'
  return new KeelsonError(`the plan ${file} is stale: ${reasons.map(printable).join('; ')}`, remedy, {
    exitCode: EXIT.stale,
  })
}

/** Objects of other kinds come first: clusters may stand in what they make. */
export async function carryOut(
  plan: Plan,
  { others, connection, carryOut: hands, writeProviders, pruneObjects, signal }: PlatformSession,
  flags: ApplyPlatformFlags,
  environment: Environment,
): Promise<number> {
  const within = { ...environment, signal }
  const failures = failureCounter(environment)
  if (connection !== undefined && others.length > 0 && plan.command.type === 'converge') {
    const { client, namespace } = connection
    const stdout = flags.output === 'json' ? environment.stderr : environment.stdout
    const options = { namespace, dryRun: false, report: failures.report, label: '' }
    await applyManifests(client, others, options, { ...within, stdout })
  }
  if (plan.command.type === 'converge') await writeProviders()
  const { output, timeout } = flags
  const code = await runPlan(
    plan,
    { output, ...(timeout !== undefined && { timeout }), ...(hands !== undefined && { carryOut: hands }) },
    within,
  )
  const pruned = await pruneObjects(plan)
  const out = output === 'json' ? environment.stderr : environment.stdout
  for (const address of pruned)
    out.write(`${address}: its object was deleted: no manifest asks for it, and it has no cluster\n`)
  return code === EXIT.ok && failures.exitCode() !== 0 ? EXIT.partial : code
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
