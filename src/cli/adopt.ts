/** `keelson adopt`: takes over what another owner has, cluster by cluster as the manifests name them. */
import { type Command, Option } from 'commander'
import type { Plan } from '../platform/index.ts'
import { type ApplyPlatformFlags, planAndRun } from './apply-platform.ts'
import { readDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { addLockOptions, addPlatformOptions } from './platform-input.ts'
import { platformManifests } from './platform-session.ts'
import { usageError } from './usage-error.ts'

interface AdoptFlags extends ApplyPlatformFlags {
  readonly from: string
}

export function addAdopt(program: Command, environment: Environment, exit: (code: number) => void): void {
  addLockOptions(addPlatformOptions(program.command('adopt')))
    .summary("take over another owner's clusters that the manifests name")
    .description(
      'Clusters that the manifests name and that carry the owner tag of --from become those of their ClusterProvider, and are ' +
        'brought in line with the manifests. Nothing else is touched.',
    )
    .requiredOption('--from <owner>', 'the owner tag that gives them up')
    .option('--auto-approve', 'do it; without it, only the plan is shown')
    .option('--timeout <duration>', "for each, for example 5m; default: its provider's createTimeout", readDuration)
    .addOption(new Option('-o, --output <format>', 'how results are printed').choices(['text', 'json']).default('text'))
    .action(async (_: unknown, command: Command) => {
      const flags = command.optsWithGlobals<AdoptFlags>()
      const manifests = await platformManifests(flags, environment)
      if (manifests === undefined) throw usageError(command, 'must specify -f')
      const { from } = flags
      const run = { type: 'converge', adoptFrom: from } as const
      const part = (plan: Plan): Plan => ({
        ...plan,
        items: plan.items.filter(({ observed }) => observed?.ownerTag === from),
      })
      exit(await planAndRun({ verb: 'adopt', manifests, flags, command, run, part }, environment))
    })
}
