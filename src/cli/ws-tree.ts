import type { Command } from 'commander'
import { type Client, clusterPathOf } from '../client/index.ts'
import { isStatus, KeelsonError } from '../machinery/index.ts'
import { type ConnectionOptions, connect } from './connection.ts'
import type { Environment } from './environment.ts'
import { nameOf } from './workspace-path.ts'
import { pathOf, workspaces } from './workspaces.ts'

interface TreeOptions extends ConnectionOptions {
  readonly full?: boolean
}

export function addTree(ws: Command, environment: Environment): void {
  ws.command('tree')
    .summary('show the workspaces below')
    .description('Show the workspace one is in and all below it.')
    .option('-f, --full', 'paths instead of names')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<TreeOptions>()
      using connection = connect(options, environment)
      const top = clusterPathOf(connection.client.prefix)
      if (top === undefined) {
        throw new KeelsonError('the current server URL names no workspace', 'add --workspace :root')
      }
      environment.stdout.write('.\n')
      const label = (path: string) => (options.full === true ? path : nameOf(path))
      environment.stdout.write(`└── ${label(top)}\n`)
      await writeChildren(connection.client, top, '    ', label, environment)
    })
}

/** Level by level and line by line: of a large tree the first lines come at once. */
async function writeChildren(
  client: Client,
  parent: string,
  indent: string,
  label: (path: string) => string,
  environment: Environment,
): Promise<void> {
  const children = await childrenOf(client.inCluster(parent), environment.signal)
  for (const [index, workspace] of children.entries()) {
    const last = index === children.length - 1
    const path = pathOf(workspace, parent)
    const mount = workspace.spec?.mount === undefined ? '' : ' [m]'
    environment.stdout.write(`${indent}${last ? '└── ' : '├── '}${label(path)}${mount}\n`)
    if (mount === '') await writeChildren(client, path, `${indent}${last ? '    ' : '│   '}`, label, environment)
  }
}

/** Those that are being deleted are left out. A workspace that may not be listed shows no children. */
async function childrenOf(client: Client, signal: AbortSignal) {
  try {
    const { items } = await client.list(workspaces, { signal })
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  } catch (error) {
    if (isStatus(error, 'Forbidden') || isStatus(error, 'NotFound')) return []
    throw error
  }
}
