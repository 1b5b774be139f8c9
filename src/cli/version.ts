import type { Command } from 'commander'
import { type Json, KeelsonError } from '../machinery/index.ts'
import { type ConnectionOptions, connect } from './connection.ts'
import type { Environment } from './environment.ts'
import { failureText } from './failure.ts'
import { parseOutputFormat } from './output-format.ts'

interface VersionOptions extends ConnectionOptions {
  readonly output?: string
  readonly client?: boolean
}

export function addVersion(program: Command, environment: Environment): void {
  program
    .command('version')
    .summary('show the version of the command and of the server')
    .description('Show the version of this command, and that of the server when it answers.')
    .option('-o, --output <format>', 'yaml or json')
    .option('--client', 'of the command only')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<VersionOptions>()
      const format = parseOutputFormat(options.output)
      if (format.type !== 'object' && options.output !== undefined) {
        throw new KeelsonError(`--output must be 'yaml' or 'json'`, '')
      }
      const clientVersion = { gitVersion: `v${environment.version}`, platform: `${process.platform}/${process.arch}` }
      const serverVersion = options.client === true ? undefined : await askServer(options, environment)
      if (format.type === 'object') {
        environment.stdout.write(
          format.print({ clientVersion, ...(serverVersion === undefined ? {} : { serverVersion }) } as Json),
        )
        return
      }
      environment.stdout.write(`Client Version: ${clientVersion.gitVersion}\n`)
      if (serverVersion !== undefined) environment.stdout.write(`Server Version: ${serverVersion.gitVersion}\n`)
    })
}

/** No server is no failure of this command: it says so and shows the rest. */
async function askServer(
  options: VersionOptions,
  environment: Environment,
): Promise<{ gitVersion: string } | undefined> {
  try {
    using connection = connect(options, environment)
    return (await connection.client.raw('GET', '/version', { signal: environment.signal })) as { gitVersion: string }
  } catch (error) {
    environment.stderr.write(failureText(error))
    return undefined
  }
}
