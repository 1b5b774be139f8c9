import { type Command, Option } from 'commander'
import { KeelsonError } from '../machinery/index.ts'
import { EXIT, isPlatformObject } from '../platform/index.ts'
import { applyManifests } from './apply-manifests.ts'
import { type ApplyPlatformFlags, applyPlanFile, applyPlatform, unapproved } from './apply-platform.ts'
import { applyTree, hasClusters } from './apply-tree.ts'
import { type ConnectionOptions, connect } from './connection.ts'
import { readDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { failureCounter } from './failure.ts'
import { isDirectory, nothingIn, readManifests } from './manifest-files.ts'
import type { Manifest } from './manifest-text.ts'
import { readManifestTree, someDirectory } from './manifest-tree.ts'
import { each } from './repeated.ts'
import { usageError } from './usage-error.ts'

interface ApplyFlags extends ConnectionOptions, ApplyPlatformFlags {
  readonly filename?: string[]
  readonly recursive?: boolean
  readonly tree?: boolean
  readonly dryRun?: 'none' | 'server'
}

export function addApply(program: Command, environment: Environment, exit: (code: number) => void): void {
  program
    .command('apply')
    .summary('create or change objects as files say')
    .description(
      'Create or change objects as files say. Definitions (CRDs) come first and are waited for. ' +
        'With --tree each folder in the directory is a workspace of that name, entered when it is Ready. ' +
        'Where there are control centers or platforms, it goes by plan: from the file of keelson plan --out, or at once with ' +
        '--auto-approve. The server makes them; with --local this process does.',
    )
    .argument('[plan]', 'a file that keelson plan --out has written')
    .option(
      '-f, --filename <file>',
      'a file or directory with manifests, or - for the standard input; may be repeated',
      each,
    )
    .option('-R, --recursive', 'go into the directories of -f')
    .option('--tree', 'the directories of -f are workspaces: DIR/acme/web/ holds what belongs into acme:web')
    .addOption(
      new Option('--dry-run <where>', 'server: let the server check, change nothing').choices(['none', 'server']),
    )
    .option('--local', 'of control centers and platforms: without a server, this process asks the cluster providers')
    .option('--auto-approve', 'of control centers and platforms: apply without a plan that was read before')
    .option('--prune', 'delete clusters that carry the owner tag in this workspace and are in no manifest')
    .option('--allow-replace', 'delete clusters and build them anew where a change cannot be made in place')
    .option('--timeout <duration>', "for each cluster; default: its provider's createTimeout", readDuration)
    .option(
      '--lock-timeout <duration>',
      'how long to wait for another run to end; default: not at all',
      readDuration,
      0,
    )
    .addOption(
      new Option('-o, --output <format>', 'how what became of clusters is printed')
        .choices(['text', 'json'])
        .default('text'),
    )
    .action(async (plan: string | undefined, _: unknown, command: Command) => {
      const flags = command.optsWithGlobals<ApplyFlags>()
      if (flags.local === true || plan !== undefined) refuse(command, OF_A_SERVER, 'has no meaning for a plan')
      if (plan !== undefined) {
        exit(await applyPlanFile(plan, flags, environment))
        return
      }
      if (flags.filename === undefined) throw usageError(command, 'must specify -f')
      if (flags.tree === true && flags.recursive === true) throw usageError(command, '--tree and -R exclude each other')
      const run = flags.tree === true ? applyDirectories : applyFiles
      exit(await run(flags.filename, flags, command, environment))
    })
}

/** Everything in one workspace. Resolves with the exit code. */
async function applyFiles(
  sources: readonly string[],
  flags: ApplyFlags,
  command: Command,
  environment: Environment,
): Promise<number> {
  const manifests = await readManifests(sources, { recursive: flags.recursive === true }, environment)
  const dryRun = flags.dryRun === 'server'
  const isPlanned = flags.local === true || (!dryRun && manifests.some(({ object }) => isPlatformObject(object)))
  if (isPlanned) return applyPlatform(manifests, flags, command, environment)
  refuse(command, OF_A_PLAN, 'goes with control centers and platforms')
  const failures = failureCounter(environment)
  using connection = connect(flags, environment)
  const options = { namespace: connection.namespace, dryRun, report: failures.report, label: '' }
  await applyManifests(connection.client, manifests, options, environment)
  return failures.exitCode()
}

/** `--tree`: each directory in the workspace of its name. Resolves with the exit code. */
async function applyDirectories(
  [directory = '', ...others]: readonly string[],
  flags: ApplyFlags,
  command: Command,
  environment: Environment,
): Promise<number> {
  refuse(command, ['output'], 'has no meaning for --tree')
  if (others.length > 0 || directory === '-' || !isDirectory(directory)) {
    throw new KeelsonError('--tree needs one directory', 'for example: keelson apply --tree -f examples/first-steps')
  }
  const tree = await readManifestTree(directory, environment)
  if (!someDirectory(tree, ({ manifests }) => manifests.length > 0)) throw nothingIn([directory])
  const dryRun = flags.dryRun === 'server'
  const isPlanned = !dryRun && someDirectory(tree, hasClusters)
  if (isPlanned && flags.autoApprove !== true) throw unapproved(command)
  if (!isPlanned) refuse(command, OF_A_PLAN, 'goes with control centers and platforms')
  const failures = failureCounter(environment)
  using connection = connect(flags, environment)
  const options = { namespace: connection.namespace, dryRun, report: failures.report }
  let first: number = EXIT.ok
  const byPlan = async (manifests: readonly Manifest[], path: string) => {
    const code = await applyPlatform(manifests, { ...flags, workspace: `:${path}` }, command, environment)
    first = first === EXIT.ok ? code : first
  }
  await applyTree(connection.client, tree, { ...options, ...(isPlanned && { byPlan }) }, environment)
  return failures.exitCode() === 0 ? first : failures.exitCode()
}

/** What is not carried out is refused, not passed over. */
const OF_A_SERVER = ['dryRun', 'tree']
const OF_A_PLAN = ['prune', 'allowReplace']

function refuse(command: Command, names: readonly string[], hint: string): void {
  const misplaced = names.find((name) => command.getOptionValueSource(name) === 'cli')
  if (misplaced === undefined) return
  throw usageError(command, `--${misplaced.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${hint}`)
}
