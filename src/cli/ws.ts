/** `keelson ws`: where one is in the tree of workspaces, as kcp's `kubectl ws`. */
import type { Command } from 'commander'
import { type Client, changeKubeconfig, clientConfigOf, clusterPathOf, switchBack } from '../client/index.ts'
import { isStatus, KeelsonError } from '../machinery/index.ts'
import { connect, openKubeconfig } from './connection.ts'
import type { Environment } from './environment.ts'
import { nameOf, parentOf, resolveWorkspace } from './workspace-path.ts'
import { typeText, workspaces } from './workspaces.ts'
import { addCreateWorkspace } from './ws-create.ts'
import { currentPlaceText, enterWorkspace, type PlaceOptions } from './ws-enter.ts'
import { addTree } from './ws-tree.ts'

export function addWs(program: Command, environment: Environment): void {
  const ws = program
    .command('ws')
    .alias('workspace')
    .summary('show or change the workspace one is in')
    .description(
      'Show or change the workspace that the kubeconfig points to. ' +
        "PLACE is ':root:acme' (absolute), 'web' (a child), '..', '.' (where am I), '-' (back), '~' or nothing (home).",
    )
    .argument('[place]', 'the workspace to go to')
    .option('--short', 'print the path only')
    .action(async (place: string | undefined, _: unknown, command: Command) => {
      await go(place ?? '~', command.optsWithGlobals<PlaceOptions>(), environment)
    })
  for (const { name, place, summary, description } of PLACES) {
    const command = ws.command(name).summary(summary).description(description).option('--short', 'print the path only')
    if (place === undefined) command.argument('<place>', 'the workspace to go to')
    command.action(async (...given: unknown[]) => {
      const chosen = place ?? (given[0] as string)
      await go(chosen, (given.at(-1) as Command).optsWithGlobals<PlaceOptions>(), environment)
    })
  }
  addTree(ws, environment)
  addCreateWorkspace(ws, environment)
}

/** `place`: where it always goes. */
const PLACES: readonly { name: string; place?: string; summary: string; description: string }[] = [
  { name: 'use', summary: 'go to a workspace', description: 'Go to a workspace.' },
  {
    name: 'current',
    place: '.',
    summary: 'show the workspace one is in',
    description: 'Show the workspace one is in.',
  },
]

async function go(place: string, options: PlaceOptions, environment: Environment): Promise<void> {
  const config = openKubeconfig(options, environment)
  const { context: currentContext } = clientConfigOf(config, options.context)
  if (place === '.') environment.stdout.write(currentPlaceText({ ...config, currentContext }, options))
  else if (place === '-') {
    changeKubeconfig(config, switchBack({ ...config, currentContext }))
    environment.stdout.write(currentPlaceText(openKubeconfig(options, environment), options))
  } else {
    using connection = connect(options, environment)
    const { client } = connection
    const path = place === '~' ? await home(client) : resolveWorkspace(client.prefix, place)
    enterWorkspace(path, await typeOfAccessible(client, path), config, options, environment)
  }
}

/** As kcp's plugin: discovery in the target says whether one may go there, its Workspace in the parent says the type. */
async function typeOfAccessible(client: Client, path: string): Promise<string> {
  const parent = parentOf(path)
  const workspace =
    parent === undefined
      ? undefined
      : await client
          .inCluster(parent)
          .get(workspaces, nameOf(path))
          .catch((error: unknown) => ignoreUnreadable(error))
  try {
    const target = client.inCluster(path)
    await Promise.all([target.raw('GET', '/api'), target.raw('GET', '/apis')])
  } catch (error) {
    if (isStatus(error, 'NotFound') || (isStatus(error, 'Forbidden') && workspace === 'absent')) {
      throw new KeelsonError(`workspace "${path}" not found`, 'see which there are: keelson ws tree')
    }
    if (isStatus(error, 'Forbidden'))
      throw new KeelsonError(`access to workspace ${path} denied`, 'ask its owner for access')
    throw error
  }
  return typeof workspace === 'object' ? typeText(workspace) : ''
}

function ignoreUnreadable(error: unknown): 'absent' | undefined {
  if (isStatus(error, 'NotFound')) return 'absent'
  if (isStatus(error, 'Forbidden')) return undefined
  throw error
}

async function home(client: Client): Promise<string> {
  try {
    const workspace = await client.inCluster('root').get(workspaces, '~')
    const path = clusterPathOf(workspace.spec?.URL ?? '')
    if (path !== undefined) return path
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error
  }
  throw new KeelsonError(
    'this server has no home workspaces',
    'name a workspace (keelson ws :root), or . for where you are',
  )
}
