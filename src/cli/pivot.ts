/**
 * `keelson pivot`: what was made with --local is from now on a server's to look after (clusterctl move, without anything that
 * has to be copied: the world is the state, and the same names lead to it from both sides).
 */
import { type Command, Option } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import { EXIT, isPlatformObject, type Plan } from '../platform/index.ts'
import { type ApplyPlatformFlags, carryOut, unapproved } from './apply-platform.ts'
import { readDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { readManifests } from './manifest-files.ts'
import type { Manifest } from './manifest-text.ts'
import { planText } from './plan-text.ts'
import { addLockOptions } from './platform-input.ts'
import { newRun, withPlatform } from './platform-session.ts'
import { each } from './repeated.ts'

const CONVERGE = { type: 'converge' } as const

export function addPivot(program: Command, environment: Environment, exit: (code: number) => void): void {
  addLockOptions(program.command('pivot'))
    .summary('hand what was made with --local over to a server')
    .description(
      'Control centers and platforms of the manifests that were built with --local become objects of the workspace, whose ' +
        'controllers look after them from then on. No cluster is changed. Where this process and the server do not see the same ' +
        'clusters, as the manifests say, nothing is written.',
    )
    .requiredOption('-f, --filename <file>', 'a file or directory with manifests; may be repeated', each)
    .option('-R, --recursive', 'go into the directories of -f')
    .option('--auto-approve', 'do it; without it, only what the server sees is shown')
    .option('--timeout <duration>', "for each, for example 5m; default: its provider's createTimeout", readDuration)
    .addOption(new Option('-o, --output <format>', 'how results are printed').choices(['text', 'json']).default('text'))
    .action(async (_: unknown, command: Command) => {
      exit(await pivot(command.optsWithGlobals<ApplyPlatformFlags>(), command, environment))
    })
}

async function pivot(flags: ApplyPlatformFlags, command: Command, environment: Environment): Promise<number> {
  const { filename = [], recursive = false } = flags
  const manifests = await readManifests(filename, { recursive }, environment)
  return withPlatform({ flags, manifests, verb: 'pivot' }, environment, async (session) => {
    const { workspace } = session.desired.scope
    const here = await localPlan({ ...flags, local: true, workspace: `:${workspace}` }, manifests, {
      ...environment,
      signal: session.signal,
    })
    const there = await session.plan(CONVERGE, newRun())
    refuseOtherWorlds(here, there)
    if (flags.output === 'text') environment.stdout.write(`${planText(there)}\n`)
    if (flags.autoApprove !== true) throw unapproved(command)
    return carryOut(there, session, flags, environment)
  })
}

/** Under both locks nobody builds meanwhile, in this process or elsewhere. */
function localPlan(flags: ApplyPlatformFlags, manifests: readonly Manifest[], environment: Environment): Promise<Plan> {
  const own = manifests.filter(({ object }) => isPlatformObject(object))
  return withPlatform({ flags, manifests: own, verb: 'pivot' }, environment, ({ plan }) => plan(CONVERGE, newRun()))
}

function refuseOtherWorlds(here: Plan, there: Plan): void {
  const reasons = here.items.flatMap(({ address, action, reason, observed }) => {
    if (action === 'orphan') return []
    if (action !== 'no-op' || observed === undefined) {
      return [`${address} is not as the manifests say (${action}${reason === '' ? '' : `: ${reason}`})`]
    }
    const other = there.items.find((item) => item.address === address)
    if (other?.observed?.externalID === observed.externalID) return []
    const found = other?.observed === undefined ? 'no such cluster' : `another one, ${other.observed.externalID}`
    return [`${address} is ${observed.externalID} here, and the server sees ${found}`]
  })
  if (reasons.length === 0) return
  const remedy = 'build it with keelson apply --local, or have the server reach what this machine reaches'
  throw new KeelsonError(`nothing was written: ${reasons.join('; ')}`, remedy, { exitCode: EXIT.blocked })
}
