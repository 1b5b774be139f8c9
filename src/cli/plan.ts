/** `keelson plan` and `keelson drift`: what apply would do. Neither changes anything. */
import fs from 'node:fs'
import { type Command, Option } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import { type Plan, type PlanSources, planDocument, planExitCode } from '../platform/index.ts'
import type { Environment } from './environment.ts'
import { planMarkdown, planText } from './plan-text.ts'
import { addPlatformOptions } from './platform-input.ts'
import {
  newRun,
  type PlatformFlags,
  type PlatformSession,
  platformManifests,
  withPlatform,
} from './platform-session.ts'
import { printable } from './table.ts'
import { usageError } from './usage-error.ts'

type PlanOutput = 'text' | 'json' | 'md'

interface PlanFlags extends PlatformFlags {
  readonly out?: string
  readonly detailedExitcode?: boolean
  readonly output: PlanOutput
  readonly prune?: boolean
  readonly allowReplace?: boolean
  readonly destroy?: boolean
}

export function addPlan(program: Command, environment: Environment, exit: (code: number) => void): void {
  const command = addPlatformOptions(program.command('plan'))
    .summary('show what apply would do to control centers and platforms')
    .description('Compare the manifests of control centers and platforms with what is there. Changes nothing.')
    .option('--out <file>', 'write the plan into a file, for keelson apply FILE')
    .option('--prune', 'delete what carries the owner tag in this workspace and is in no manifest')
    .option('--allow-replace', 'delete and build anew where a change cannot be made in place')
    .option('--destroy', 'plan what keelson destroy would do')
  addOutput(command).action(async (_: unknown, command: Command) => {
    const flags = command.optsWithGlobals<PlanFlags>()
    const { plan, others } = await planned(flags, command, environment)
    const sources = sourcesOf(flags, others)
    if (flags.out !== undefined) writePlan(flags.out, plan, sources)
    environment.stdout.write(shown(plan, flags.output, sources) + besideText(sources, plan, flags.output))
    exit(planExitCode(plan.items, { detailed: flags.detailedExitcode === true }))
  })
}

export function addDrift(program: Command, environment: Environment, exit: (code: number) => void): void {
  const command = addPlatformOptions(program.command('drift'))
    .summary('show what is no longer as the manifests say')
    .description('Show only what differs from the manifests, and what is there besides. Changes nothing.')
  addOutput(command).action(async (_: unknown, command: Command) => {
    const flags = command.optsWithGlobals<PlanFlags>()
    const { plan, others } = await planned(flags, command, environment)
    const items = plan.items.filter(({ action }) => action !== 'no-op')
    const code = planExitCode(plan.items, { detailed: flags.detailedExitcode === true })
    if (items.length === 0 && flags.output === 'text') environment.stdout.write('No drift.\n')
    else environment.stdout.write(shown({ ...plan, items }, flags.output, sourcesOf(flags, others)))
    exit(code)
  })
}

function addOutput(command: Command): Command {
  return command
    .option('--detailed-exitcode', 'exit with 2 when there is something to do')
    .addOption(
      new Option('-o, --output <format>', 'how the plan is printed').choices(['text', 'json', 'md']).default('text'),
    )
}

async function planned(
  flags: PlanFlags,
  command: Command,
  environment: Environment,
): Promise<{ readonly plan: Plan; readonly others: PlatformSession['others'] }> {
  const manifests = await platformManifests(flags, environment)
  if (manifests === undefined) throw usageError(command, 'must specify -f')
  const run = {
    type: flags.destroy === true ? 'destroy' : 'converge',
    prune: flags.prune === true,
    allowReplace: flags.allowReplace === true,
  } as const
  return withPlatform({ flags, manifests }, environment, async ({ plan, others }) => ({
    plan: await plan(run, newRun()),
    others,
  }))
}

/** What a plan of clusters does not speak of, and apply writes all the same. */
function besideText({ beside }: PlanSources, { command }: Plan, output: PlanOutput): string {
  if (beside.length === 0 || output === 'json' || command.type === 'destroy') return ''
  return `\nBesides, apply writes ${beside.map(printable).join(', ')}.\n`
}

function sourcesOf({ filename = [], recursive = false }: PlanFlags, others: PlatformSession['others']): PlanSources {
  const beside = others.map(({ object: { kind, metadata } }) => `${kind}/${metadata.name ?? ''}`)
  return { sources: filename, recursive, beside }
}

function shown(plan: Plan, output: PlanOutput, sources: PlanSources): string {
  if (output === 'md') return planMarkdown(plan)
  if (output === 'text') return planText(plan)
  return `${JSON.stringify(planDocument(plan, sources), null, 2)}\n`
}

function writePlan(file: string, plan: Plan, sources: PlanSources): void {
  try {
    fs.writeFileSync(file, `${JSON.stringify(planDocument(plan, sources), null, 2)}\n`)
  } catch (cause) {
    throw new KeelsonError(`--out ${file}: ${(cause as Error).message}`, 'name a file that can be written', { cause })
  }
}
