/** `keelson destroy`: deletes the clusters of the manifests. */
import { type Command, Option } from 'commander'
import { type ApplyPlatformFlags, planAndRun } from './apply-platform.ts'
import { readDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { addLockOptions, addPlatformOptions } from './platform-input.ts'
import { platformManifests } from './platform-session.ts'
import { usageError } from './usage-error.ts'

interface DestroyFlags extends ApplyPlatformFlags {
  readonly allOwned?: boolean
}

export function addDestroy(program: Command, environment: Environment, exit: (code: number) => void): void {
  addLockOptions(addPlatformOptions(program.command('destroy')))
    .summary('delete the control centers and platforms of manifests')
    .description(
      'Delete the clusters of the manifests, those that depend on others first. Through a server, their objects go with ' +
        'them; ClusterProviders and objects of other kinds stay.',
    )
    .option('--all-owned', 'delete what carries the owner tag in this workspace and is in no manifest, too')
    .option('--auto-approve', 'do it; without it, only the plan is shown')
    .option('--timeout <duration>', "for each, for example 5m; default: its provider's createTimeout", readDuration)
    .addOption(new Option('-o, --output <format>', 'how results are printed').choices(['text', 'json']).default('text'))
    .action(async (_: unknown, command: Command) => {
      const flags = command.optsWithGlobals<DestroyFlags>()
      const manifests = await platformManifests(flags, environment)
      if (manifests === undefined) throw usageError(command, 'must specify -f')
      const run = { type: 'destroy', prune: flags.allOwned === true } as const
      exit(await planAndRun({ verb: 'destroy', manifests, flags, command, run }, environment))
    })
}
