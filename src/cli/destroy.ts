/** `keelson destroy`: deletes the clusters of the manifests. */
import { type Command, Option } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import { parseDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { planText } from './plan-text.ts'
import { runPlan } from './platform-apply.ts'
import { addPlatformOptions, lockFor, newRun, type PlatformFlags, planOf, readPlatform } from './platform-input.ts'
import { usageError } from './usage-error.ts'

interface DestroyFlags extends PlatformFlags {
  readonly allOwned?: boolean
  readonly autoApprove?: boolean
  readonly timeout?: number
  readonly output: 'text' | 'json'
}

export function addDestroy(program: Command, environment: Environment, exit: (code: number) => void): void {
  addPlatformOptions(program.command('destroy'))
    .summary('delete the control centers and platforms of manifests')
    .description('Delete the clusters of the manifests, those that depend on others first.')
    .option('--all-owned', 'delete what carries the owner tag in this workspace and is in no manifest, too')
    .option('--auto-approve', 'do it; without it, only the plan is shown')
    .option('--timeout <duration>', "for each, for example 5m; default: its provider's createTimeout", parseDuration)
    .addOption(new Option('-o, --output <format>', 'how results are printed').choices(['text', 'json']).default('text'))
    .action(async (_: unknown, command: Command) => {
      const flags = command.optsWithGlobals<DestroyFlags>()
      const desired = await readPlatform(flags, command, environment)
      const run = { type: 'destroy', prune: flags.allOwned === true } as const
      using _lock = lockFor('destroy', desired, environment)
      const plan = await planOf(desired, { command: run, run: newRun(), signal: environment.signal })
      if (flags.output === 'text') environment.stdout.write(`${planText(plan)}\n`)
      if (flags.autoApprove !== true) {
        const { message, remedy } = usageError(command, 'nothing was destroyed')
        throw new KeelsonError(message, `Add --auto-approve to do it. ${remedy}`, { exitCode: 64 })
      }
      exit(await runPlan(plan, flags, environment))
    })
}
