/** `keelson up`: serve, apply and watch in one, for a laptop. */
import fs from 'node:fs'
import path from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { loadKubeconfig } from '../client/index.ts'
import { KeelsonError } from '../machinery/index.ts'
import { type AppliedWorkspace, applyTree } from './apply-tree.ts'
import { alignColumns, TABLE_COLUMNS } from './columns.ts'
import { connectTo } from './connection.ts'
import type { Environment, KubeconfigRequest, Served } from './environment.ts'
import { failureCounter } from './failure.ts'
import { followFiles } from './follow-files.ts'
import { kubeconfigRequests } from './issued-kubeconfigs.ts'
import { isDirectory } from './manifest-files.ts'
import { type ManifestTree, readManifestTree } from './manifest-tree.ts'
import { runBeside } from './run-program.ts'
import { addServeOptions, readyLine, serveOptions, shortPath } from './serve.ts'
import { type TreeNode, treeNodes } from './tree-nodes.ts'
import { treeText } from './tree-text.ts'
import { untilAllReady } from './until-ready.ts'

type UpFlags = Parameters<typeof serveOptions>[0] & { readonly filename: string; readonly run: readonly Beside[] }

/** A program, and whose kubeconfig it gets; without a name the administrator's. */
interface Beside {
  readonly name: string | undefined
  readonly program: string
}

interface Issued extends KubeconfigRequest {
  readonly file: string
}

/** Whoever deletes a file sees nothing happen. */
const NOTHING_TO_DO = 'Nothing to apply. What is taken out of the files stays until keelson delete takes it away.\n'

/** Printed when all is applied, as Helm does with that of a chart. */
const NOTES = 'NOTES.txt'

export function addUp(program: Command, environment: Environment, exit: (code: number) => void): void {
  addServeOptions(program.command('up'))
    .summary('serve, apply a directory of workspaces, and follow its files')
    .description(
      'Run the API server, apply a directory of workspaces, wait until everything is ready, and show what there is. Then apply ' +
        'what changes in the files; Ctrl-C ends it. A binding with the annotation keelson.dev/kubeconfig: NAME gives its user the ' +
        `file NAME.kubeconfig in the data directory. A file ${NOTES} in the directory is printed at the end.`,
    )
    .requiredOption('-f, --filename <dir>', 'the directory to apply, laid out as for apply --tree')
    .option(
      '--run <[name=]program>',
      'a program beside the server, started again when it fails, with KUBECONFIG set to the one issued for NAME, or the ' +
        "administrator's; may be repeated",
      parseRun,
      [],
    )
    .action(async (flags: UpFlags) => {
      const { stdout, signal } = environment
      if (!isDirectory(flags.filename)) {
        throw new KeelsonError(`-f ${flags.filename} is no directory`, 'for example: keelson up -f examples/acme')
      }
      using files = followFiles(flags.filename, environment)
      const tree = await readManifestTree(flags.filename, environment)
      const requests = kubeconfigRequests(tree, TOP)
      checkPrograms(flags.run, requests)
      const served = await environment.serve(serveOptions(flags, 'none'), signal)
      stdout.write(readyLine(served, environment))
      const failures = failureCounter(environment)
      const programs: Promise<void>[] = []
      try {
        using connection = connectTo(
          loadKubeconfig({ file: served.kubeconfig, env: {}, context: TOP }),
          {},
          environment,
        )
        const { client } = connection
        const apply = (files: ManifestTree, { report }: Pick<typeof failures, 'report'>, changesOnly: boolean) =>
          applyTree(client, files, { namespace: 'default', dryRun: false, report, changesOnly }, environment)
        stdout.write(`\nApplying ${flags.filename}:\n`)
        const applied = await apply(tree, failures, false)
        const issued = await issueAll(requests, served)
        programs.push(...flags.run.map((each) => runBeside(besideOptions(each, issued, served, environment))))
        await untilAllReady(client, applied, failures, environment)
        const nodes = await treeNodes(client, TOP, signal)
        stdout.write(`\n${treeText(nodes, { terminal: stdout.isTTY === true })}`)
        if (lacksNodes(nodes))
          stdout.write('\nAPI only, no nodes: npx keelson doctor says what gives them nodes here.\n')
        stdout.write(kubeconfigsText(issued))
        if (failures.exitCode() === 0) stdout.write(notes(flags.filename))
        stdout.write(
          '\nChanges of the files are applied. Ctrl-C ends it; the next start goes on with everything that is there.\n',
        )
        // A mistake on the way to what is wanted is told, and is no failure of the whole.
        const told = failureCounter(environment)
        await files.follow({
          report: told.report,
          async apply(changedTree) {
            const wanted = kubeconfigRequests(changedTree, TOP)
            stdout.write(`\n${flags.filename} has changed:\n`)
            const mistakes = failureCounter(environment)
            const changed = changesIn(await apply(changedTree, mistakes, true))
            if (changed.every(({ applied }) => applied.length === 0) && mistakes.exitCode() === 0)
              stdout.write(NOTHING_TO_DO)
            const added = await issueAll(
              wanted.filter(({ name }) => !issued.some((each) => each.name === name)),
              served,
            )
            issued.push(...added)
            stdout.write(kubeconfigsText(added))
            await untilAllReady(client, changed, told, environment)
          },
        })
      } catch (error) {
        // Ctrl-C while applying: the server ends and the next start goes on.
        if (!signal.aborted) throw error
      }
      await Promise.all([served.ended, ...programs])
      exit(failures.exitCode())
    })
}

/** The workspace that the directory stands for. */
const TOP = 'root'

function parseRun(text: string, before: readonly Beside[]): Beside[] {
  const [, name, program = ''] = /^(?:([a-z0-9-]+)=)?(.+)$/.exec(text) ?? []
  if (program === '') throw new InvalidArgumentError('It must be PROGRAM or NAME=PROGRAM.')
  return [...before, { name, program }]
}

/** Before anything is served: a program that cannot run is a mistake of the command line. */
function checkPrograms(programs: readonly Beside[], requests: readonly KubeconfigRequest[]): void {
  for (const { name, program } of programs) {
    if (!fs.existsSync(program)) throw new KeelsonError(`--run ${program}: no such file`, 'name a program')
    if (name === undefined || requests.some((each) => each.name === name)) continue
    const names = requests.map((each) => each.name).join(', ')
    const remedy = `annotate a binding with keelson.dev/kubeconfig: ${name}${names === '' ? '' : `, or use one of ${names}`}`
    throw new KeelsonError(`--run ${name}=${program}: no kubeconfig of this name is issued`, remedy)
  }
}

async function issueAll(requests: readonly KubeconfigRequest[], served: Served): Promise<Issued[]> {
  return Promise.all(requests.map(async (request) => ({ ...request, file: await served.issueKubeconfig(request) })))
}

function besideOptions(
  { name, program }: Beside,
  issued: readonly Issued[],
  { kubeconfig }: Served,
  environment: Environment,
): Parameters<typeof runBeside>[0] {
  const own = issued.find((each) => each.name === name)
  return {
    name: name ?? path.parse(program).name,
    program,
    kubeconfig: path.resolve(own?.file ?? kubeconfig),
    environment,
    signal: environment.signal,
  }
}

/** What providers of clusters without nodes say of them. */
function lacksNodes({ message, children }: TreeNode): boolean {
  return /\bno nodes\b/.test(message) || children.some(lacksNodes)
}

function changesIn(workspaces: readonly AppliedWorkspace[]): AppliedWorkspace[] {
  return workspaces.map(({ path, applied }) => ({
    path,
    applied: applied.filter(({ result }) => result !== 'unchanged'),
  }))
}

function kubeconfigsText(issued: readonly Issued[]): string {
  if (issued.length === 0) return ''
  const lines = issued.map(({ user, workspace, file }) => [user, workspace, shortPath(file)])
  return `\n${alignColumns([['USER', 'WORKSPACE', 'KUBECONFIG'], ...lines], TABLE_COLUMNS)}`
}

function notes(directory: string): string {
  const file = path.join(directory, NOTES)
  return fs.existsSync(file) ? `\n${fs.readFileSync(file, 'utf8')}` : ''
}
