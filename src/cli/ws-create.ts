import type { Command } from 'commander'
import { clusterPathOf } from '../client/index.ts'
import { isStatus } from '../machinery/index.ts'
import { type ConnectionOptions, connect, openKubeconfig } from './connection.ts'
import type { Environment } from './environment.ts'
import { parseType, pathOf, typeText, untilReady, type Workspace, workspaces } from './workspaces.ts'
import { enterWorkspace } from './ws-enter.ts'

interface CreateOptions extends ConnectionOptions {
  readonly type?: string
  readonly enter?: boolean
  readonly ignoreExisting?: boolean
}

/** As long as kcp's plugin waits. */
const READY_WITHIN = 60_000

export function addCreateWorkspace(ws: Command, environment: Environment): void {
  ws.command('create')
    .summary('create a workspace')
    .description('Create a workspace in the one that one is in, and wait until it is ready.')
    .argument('<name>', 'its name')
    .option('--type <type>', "its type, for example team or root:team; default: the parent's")
    .option('--enter', 'go into it')
    .option('--ignore-existing', 'no failure when it exists')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<CreateOptions>()
      using connection = connect(options, environment)
      const { client } = connection
      const { stdout, signal } = environment
      const wanted: Workspace = {
        apiVersion: 'tenancy.kcp.io/v1alpha1',
        kind: 'Workspace',
        metadata: { name },
        spec: options.type === undefined ? {} : { type: parseType(options.type) },
      }
      const { workspace, created } = await createOrGet()
      const shown = `Workspace "${name}" (type ${typeText(workspace)})`
      if (!created) stdout.write(`${shown} already exists.\n`)
      if (workspace.status?.phase !== 'Ready') {
        stdout.write(`${shown} ${created ? 'created. W' : 'w'}aiting for it to be ready...\n`)
      } else if (created) stdout.write(`${shown} created.\n`)
      const ready = await untilReady(client, name, { timeout: READY_WITHIN, signal })
      if (created) stdout.write(`${shown} is ready to use.\n`)
      if (options.enter === true) {
        const path = pathOf(ready, clusterPathOf(client.prefix) ?? 'root')
        enterWorkspace(path, typeText(ready), openKubeconfig(options, environment), options, environment)
      }

      async function createOrGet(): Promise<{ workspace: Workspace; created: boolean }> {
        try {
          return { workspace: await client.create(workspaces, wanted, { signal }), created: true }
        } catch (error) {
          if (options.ignoreExisting !== true || !isStatus(error, 'AlreadyExists')) throw error
          return { workspace: await client.get(workspaces, name, { signal }), created: false }
        }
      }
    })
}
