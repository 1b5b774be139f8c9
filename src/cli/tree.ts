/** `keelson tree`: what there is and how it is, from the workspace one is in downwards. */
import type { Command } from 'commander'
import { clusterPathOf } from '../client/index.ts'
import { type Json, KeelsonError } from '../machinery/index.ts'
import { type ConnectionOptions, connect } from './connection.ts'
import type { Environment } from './environment.ts'
import { parseOutputFormat } from './output-format.ts'
import { treeNodes } from './tree-nodes.ts'
import { treeNames, treeText } from './tree-text.ts'

export function addObjectTree(program: Command, environment: Environment): void {
  program
    .command('tree')
    .summary('show workspaces, control centers, platforms and how they are')
    .description(
      'Show the workspace one is in and all below it, with their control centers and platforms and whatever else is of the ' +
        'category `keelson`: whether it is ready, where it is served, and what it says.',
    )
    .option('-o, --output <format>', 'json, yaml or name')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions & { readonly output?: string }>()
      const format = parseOutputFormat(options.output)
      using connection = connect(options, environment)
      const { client } = connection
      const top = clusterPathOf(client.prefix)
      if (top === undefined)
        throw new KeelsonError('the current server URL names no workspace', 'add --workspace :root')
      // What is left out below because it cannot be read would be all of it, were there no such workspace.
      await client.discovery.resources()
      const root = await treeNodes(client, top, environment.signal)
      environment.stdout.write(textIn(format))

      function textIn(format: ReturnType<typeof parseOutputFormat>): string {
        if (format.type === 'name') return `${treeNames(root).join('\n')}\n`
        if (format.type === 'object') return format.print(root as unknown as Json)
        return treeText(root, { terminal: environment.stdout.isTTY === true })
      }
    })
}
