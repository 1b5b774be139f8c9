import type { Command } from 'commander'
import { connect } from './connection.ts'
import type { Environment } from './environment.ts'
import { failureCounter } from './failure.ts'
import { printObjects } from './get-objects.ts'
import { type GetContext, type GetOptions, groupTargets } from './get-request.ts'
import { printTables } from './get-tables.ts'
import { watchObjects } from './get-watch.ts'
import { parseOutputFormat } from './output-format.ts'
import { parseTargets } from './resource-arguments.ts'
import { usageError } from './usage-error.ts'

export function addGet(program: Command, environment: Environment, exit: (code: number) => void): void {
  program
    .command('get')
    .summary('show objects')
    .description('Show one or many objects.')
    .argument('[resource...]', 'TYPE[,TYPE] [NAME...] or TYPE/NAME ...')
    .option('-o, --output <format>', 'wide, yaml, json, name or jsonpath=TEMPLATE')
    .option('-A, --all-namespaces', 'of all namespaces')
    .option('-l, --selector <labels>', 'only what has these labels, for example app=web,tier!=test')
    .option('--field-selector <fields>', 'only what has these field values, for example metadata.name=web')
    .option('-w, --watch', 'go on and show every change')
    .option('--no-headers', 'no line of column names')
    .option('--show-labels', 'labels as the last column')
    .option('--show-managed-fields', 'keep metadata.managedFields in yaml and json')
    .option('--ignore-not-found', 'no failure when an object does not exist')
    .action(async (args: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GetOptions>()
      const format = parseOutputFormat(options.output)
      using connection = connect(options, environment)
      const requests = groupTargets(await parseTargets(args, connection.client.discovery, command))
      const failures = failureCounter(environment)
      const context: GetContext = { connection, options, format, environment, report: failures.report }
      if (options.watch === true) {
        const [only, ...others] = requests
        if (only === undefined || others.length > 0 || only.names.length > 1) {
          throw usageError(command, 'you may only specify a single resource type and at most one name to watch')
        }
        await watchObjects(only, context)
      } else if (format.type === 'table') await printTables(requests, context)
      else await printObjects(requests, context)
      exit(failures.exitCode())
    })
}
