/** `npm start`: a server with something in it, and what to do next. */
import type { Command } from 'commander'
import { loadKubeconfig } from '../client/index.ts'
import { applyTree } from './apply-tree.ts'
import { connectTo } from './connection.ts'
import type { Environment } from './environment.ts'
import { failureCounter } from './failure.ts'
import { readManifestTree } from './manifest-tree.ts'
import { addServeOptions, readyLine, serveOptions } from './serve.ts'
import { nextSteps, overview } from './start-summary.ts'

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
        stdout.write(`\n${await overview(connection.client, applied)}`)
        if (failures.exitCode() === 0) stdout.write(`\n${nextSteps(applied, served)}`)
      } catch (error) {
        // Ctrl-C while applying: the server ends and the next start goes on.
        if (!signal.aborted) throw error
      }
      await served.ended
      exit(failures.exitCode())
    })
}
