/** `npm start`: a server with something in it, and what to do next. */
import type { Command } from 'commander'
import { loadKubeconfig } from '../client/index.ts'
import { type AppliedWorkspace, applyTree } from './apply-tree.ts'
import { alignColumns, TABLE_COLUMNS } from './columns.ts'
import { connectTo } from './connection.ts'
import type { Environment, Served } from './environment.ts'
import { failureCounter } from './failure.ts'
import { readManifestTree } from './manifest-tree.ts'
import { addServeOptions, readyLine, serveOptions, shortPath } from './serve.ts'
import { typeText } from './workspaces.ts'

type StartFlags = Parameters<typeof serveOptions>[0] & { readonly filename: string }

export function addStart(program: Command, environment: Environment, exit: (code: number) => void): void {
  addServeOptions(program.command('start'))
    .summary('run the API server with the first workspaces in it')
    .description('Run the API server, apply a directory of workspaces, and show what to do next; Ctrl-C ends it.')
    .option('-f, --filename <dir>', 'the directory to apply, laid out as for apply --tree', 'examples/first-steps')
    .action(async (flags: StartFlags) => {
      const { stdout, signal } = environment
      const tree = await readManifestTree(flags.filename, environment)
      const served = await environment.serve(serveOptions(flags), signal)
      stdout.write(readyLine(served, environment))
      const failures = failureCounter(environment)
      try {
        stdout.write(`\nApplying ${flags.filename}:\n`)
        using connection = connectTo(
          loadKubeconfig({ file: served.kubeconfig, env: {}, context: 'root' }),
          {},
          environment,
        )
        const options = { namespace: 'default', dryRun: false, report: failures.report }
        const applied = await applyTree(connection.client, tree, options, environment)
        stdout.write(`\n${overview(applied)}`)
        if (failures.exitCode() === 0) stdout.write(`\n${nextSteps(applied, served)}`)
      } catch (error) {
        // Ctrl-C while applying: the server ends and the next start goes on.
        if (!signal.aborted) throw error
      }
      await served.ended
      exit(failures.exitCode())
    })
}

function overview(workspaces: readonly AppliedWorkspace[]): string {
  const lines = workspaces.map(({ path, workspace, applied }) => {
    const byResource = Map.groupBy(applied, ({ resource }) => resource.resource)
    const contents = [...byResource].map(
      ([resource, each]) => `${resource}: ${each.map(({ object }) => object.metadata.name).join(', ')}`,
    )
    return [path, typeText(workspace) || '-', workspace?.status?.phase ?? '-', contents.join('; ')]
  })
  return alignColumns([['WORKSPACE', 'TYPE', 'PHASE', 'OBJECTS'], ...lines], TABLE_COLUMNS)
}

/** Commands that show something in what was applied. */
function nextSteps(workspaces: readonly AppliedWorkspace[], { kubeconfig }: Served): string {
  const custom = workspaces
    .flatMap(({ path, applied }) => applied.map((each) => ({ path, ...each })))
    .find(({ resource }) => resource.namespaced && resource.group !== '')
  const place = custom?.path ?? workspaces.at(-1)?.path ?? 'root'
  const plural = custom?.resource.resource ?? 'configmaps'
  const name = custom?.object.metadata.name ?? ''
  const singular = custom?.resource.singular ?? ''
  const commands = [
    'npx keelson ws tree',
    `npx keelson ws :${place}`,
    `npx keelson get ${plural}`,
    ...(name === '' ? [] : [`npx keelson describe ${singular} ${name}`]),
  ]
  const file = shortPath(kubeconfig)
  return [
    'In another terminal, in this directory, with nothing installed:',
    '',
    ...commands.map((command) => `  ${command}`),
    '',
    'or with kubectl, which goes where ws went:',
    '',
    `  export KUBECONFIG=${file}`,
    `  kubectl get ${plural} -o wide`,
    `  kubectl create configmap hello --from-literal=from=kubectl`,
    '',
    'Ctrl-C ends it; the next start goes on with everything that is there.',
    '',
  ].join('\n')
}
