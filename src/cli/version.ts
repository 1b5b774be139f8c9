import type { Command } from 'commander'
import type { Json } from '../machinery/index.ts'
import { type ConnectionOptions, connect } from './connection.ts'
import type { Environment } from './environment.ts'
import { failureText } from './failure.ts'
import { parseOutputFormat } from './output-format.ts'
import { usageError } from './usage-error.ts'

interface VersionOptions extends ConnectionOptions {
  readonly output?: string
  readonly client?: boolean
}

export function addVersion(program: Command, environment: Environment, exit: (code: number) => void): void {
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
        throw usageError(command, "--output must be 'yaml' or 'json'")
      }
      const clientVersion = { gitVersion: `v${environment.version}`, platform: goPlatform() }
      const answer = options.client === true ? {} : await askServer(options, environment)
      const { failure, ...serverVersion } = answer
      if (format.type === 'object') environment.stdout.write(format.print({ clientVersion, ...serverVersion } as Json))
      else {
        environment.stdout.write(`Client Version: ${clientVersion.gitVersion}\n`)
        const { serverVersion: server } = serverVersion
        if (server !== undefined) environment.stdout.write(`Server Version: ${server.gitVersion}\n`)
      }
      if (failure === undefined) return
      environment.stderr.write(failureText(failure))
      exit(1)
    })
}

interface Answer {
  readonly serverVersion?: { readonly gitVersion: string }
  readonly failure?: unknown
}

/** As kubectl's: that there is no server is told after what is known without it. */
async function askServer(options: VersionOptions, environment: Environment): Promise<Answer> {
  try {
    using connection = connect(options, environment)
    const serverVersion = await connection.client.raw('GET', '/version', { signal: environment.signal })
    return { serverVersion: serverVersion as { gitVersion: string } }
  } catch (failure) {
    return { failure }
  }
}

/** As Go names it: `linux/amd64`. */
function goPlatform(): string {
  return `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`
}
