import type { Command } from 'commander'
import { type Client, type DiscoveredResource, type ListOptions, TABLE } from '../client/index.ts'
import { formatApiVersion, isStatus, type Json, type KubeObject, StatusError } from '../machinery/index.ts'
import { type Connection, type ConnectionOptions, connect } from './connection.ts'
import type { Environment } from './environment.ts'
import { failureCounter } from './failure.ts'
import { nameText, type OutputFormat, parseOutputFormat, withoutManagedFields } from './output-format.ts'
import { kindText, parseTargets, type Target, withKind } from './resource-arguments.ts'
import { isTable, type Table, tablePrinter } from './table.ts'
import { usageError } from './usage-error.ts'

interface GetOptions extends ConnectionOptions {
  readonly output?: string
  readonly allNamespaces?: boolean
  readonly selector?: string
  readonly fieldSelector?: string
  readonly watch?: boolean
  /** `--no-headers`: commander stores it under the name without `no-`. */
  readonly headers: boolean
  readonly showLabels?: boolean
  readonly showManagedFields?: boolean
  readonly ignoreNotFound?: boolean
}

/** Targets of one resource: all of it, or some names. */
interface Request {
  readonly resource: DiscoveredResource
  readonly names: readonly string[]
}

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
      const requests = grouped(await parseTargets(args, connection.client.discovery, command))
      if (options.watch === true) {
        const [only, ...others] = requests
        if (only === undefined || others.length > 0 || only.names.length > 1) {
          throw usageError(command, 'you may only specify a single resource type and at most one name to watch')
        }
        await watch(connection, only, format, options, environment)
        return
      }
      const failures = failureCounter(environment)
      if (format.type === 'table')
        await printTables(connection, requests, format.wide, options, environment, failures.report)
      else await printObjects(connection, requests, format, options, environment, failures.report)
      exit(failures.exitCode())
    })
}

function grouped(targets: readonly Target[]): Request[] {
  const requests: { resource: DiscoveredResource; names: string[] }[] = []
  for (const { resource, name } of targets) {
    const last = requests.at(-1)
    const names = name === undefined ? [] : [name]
    if (last?.resource === resource && name !== undefined && last.names.length > 0) last.names.push(name)
    else requests.push({ resource, names })
  }
  return requests
}

/** cli-runtime/pkg/resource/selector.go says what could not be listed, because the server's words leave it out. */
function aboutSelection(
  error: unknown,
  resource: DiscoveredResource,
  { labelSelector = '', fieldSelector = '' }: Scope,
) {
  if (!isStatus(error, 'BadRequest')) return error
  const what = `"${formatApiVersion(resource)}, Resource=${resource.resource}"`
  const selected = `that match label selector "${labelSelector}", field selector "${fieldSelector}"`
  const start =
    labelSelector === '' && fieldSelector === '' ? `Unable to list ${what}` : `Unable to find ${what} ${selected}`
  return new StatusError({ ...error.status, message: `${start}: ${error.message}` })
}

type Scope = Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector' | 'signal'>

function selectionOf(options: GetOptions, { namespace }: Connection, environment: Environment): Scope {
  return {
    ...(options.allNamespaces === true ? {} : { namespace }),
    ...(options.selector === undefined ? {} : { labelSelector: options.selector }),
    ...(options.fieldSelector === undefined ? {} : { fieldSelector: options.fieldSelector }),
    signal: environment.signal,
  }
}

async function printTables(
  connection: Connection,
  requests: readonly Request[],
  wide: boolean,
  options: GetOptions,
  environment: Environment,
  report: (error: unknown) => void,
): Promise<void> {
  const found: { resource: DiscoveredResource; table: Table }[] = []
  for (const request of requests) {
    // One layout for all rows: kubectl, too, waits for the last page.
    const pages: Table[] = []
    for await (const page of tablesOf(connection, request, options, environment, report)) pages.push(page)
    const rows = pages.flatMap((page) => page.rows ?? [])
    const columnDefinitions = pages[0]?.columnDefinitions ?? []
    if (pages.length > 0) found.push({ resource: request.resource, table: { kind: 'Table', columnDefinitions, rows } })
  }
  const filled = found.filter(({ table }) => (table.rows ?? []).length > 0)
  for (const [index, { resource, table }] of filled.entries()) {
    const print = tablePrinter(styleOf(options, resource, wide, found.length > 1))
    environment.stdout.write(`${index === 0 ? '' : '\n'}${print(table)}`)
  }
  if (filled.length > 0 || found.length < requests.length || options.ignoreNotFound === true) return
  const everywhere = options.allNamespaces === true || requests.every(({ resource }) => !resource.namespaced)
  const where = everywhere ? '' : ` in ${connection.namespace} namespace.`
  environment.stderr.write(`No resources found${where}\n`)
}

/** Nothing for what cannot be read; that is reported. */
async function* tablesOf(
  connection: Connection,
  { resource, names }: Request,
  options: GetOptions,
  environment: Environment,
  report: (error: unknown) => void,
): AsyncGenerator<Table> {
  const { client, namespace } = connection
  const tolerate = (error: unknown) => {
    if (!(options.ignoreNotFound === true && isStatus(error, 'NotFound'))) report(error)
  }
  for (const name of names) {
    try {
      yield asTable((await client.get(resource, name, { namespace, accept: TABLE })) as unknown)
    } catch (error) {
      tolerate(error)
    }
  }
  if (names.length > 0) return
  const selection = selectionOf(options, connection, environment)
  try {
    yield* tablePages(client, resource, selection)
  } catch (error) {
    tolerate(aboutSelection(error, resource, selection))
  }
}

async function* tablePages(
  client: Client,
  resource: DiscoveredResource,
  selection: ListOptions,
): AsyncGenerator<Table> {
  let token = ''
  do {
    const page: unknown = await client.listPage(resource, { ...selection, limit: 500, continue: token, accept: TABLE })
    const table = asTable(page)
    yield table
    token = table.metadata?.continue ?? ''
  } while (token !== '')
}

/** A server that prints no tables answers the objects. */
function asTable(answer: unknown): Table {
  if (isTable(answer)) return answer
  const { items } = answer as { items?: KubeObject[] }
  const rows = (items ?? [answer as KubeObject]).map((object) => ({
    cells: [object.metadata.name, object.metadata.creationTimestamp],
    object,
  }))
  const column = (name: string) => ({ name, type: 'string' })
  return { kind: 'Table', columnDefinitions: [column('Name'), column('Created At')], rows }
}

function styleOf(options: GetOptions, resource: DiscoveredResource, wide: boolean, several: boolean) {
  return {
    wide,
    noHeaders: !options.headers,
    withNamespace: options.allNamespaces === true && resource.namespaced,
    showLabels: options.showLabels === true,
    kindPrefix: several ? kindText(resource) : '',
  }
}

async function printObjects(
  connection: Connection,
  requests: readonly Request[],
  format: Exclude<OutputFormat, { type: 'table' }>,
  options: GetOptions,
  { stdout, ...environment }: Environment,
  report: (error: unknown) => void,
): Promise<void> {
  const { client, namespace } = connection
  const selection = selectionOf(options, connection, { stdout, ...environment })
  const found: { resource: DiscoveredResource; object: KubeObject }[] = []
  for (const { resource, names } of requests) {
    const tolerate = (error: unknown) => {
      if (!(options.ignoreNotFound === true && isStatus(error, 'NotFound'))) report(error)
    }
    for (const name of names) {
      try {
        found.push({ resource, object: await client.get(resource, name, { namespace }) })
      } catch (error) {
        tolerate(error)
      }
    }
    if (names.length > 0) continue
    try {
      for await (const object of client.items(resource, selection)) {
        found.push({ resource, object: withKind(resource, object) })
      }
    } catch (error) {
      tolerate(aboutSelection(error, resource, selection))
    }
  }
  if (format.type === 'name') {
    for (const { resource, object } of found) stdout.write(`${nameText(resource, object.metadata.name ?? '')}\n`)
    return
  }
  const objects = found.map(({ object }) =>
    options.showManagedFields === true ? object : withoutManagedFields(object),
  )
  const single = requests.length === 1 && requests[0]?.names.length === 1
  if (single && objects.length === 0) return
  const answer = single
    ? objects[0]
    : { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } }
  stdout.write(format.print(answer as unknown as Json))
}

async function watch(
  connection: Connection,
  { resource, names }: Request,
  format: OutputFormat,
  options: GetOptions,
  environment: Environment,
): Promise<void> {
  const { client } = connection
  const [name] = names
  const selection: Scope = {
    ...selectionOf(options, connection, environment),
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
  }
  const accept = format.type === 'table' ? { accept: TABLE } : {}
  const table = tablePrinter(styleOf(options, resource, format.type === 'table' && format.wide, false))
  const show = (object: unknown): void => {
    if (format.type === 'table') environment.stdout.write(table(asTable(object)))
    else if (format.type === 'name')
      environment.stdout.write(`${nameText(resource, (object as KubeObject).metadata.name ?? '')}\n`)
    else environment.stdout.write(format.print(withoutManagedFields(object as KubeObject) as unknown as Json))
  }
  // An object asked for by name must exist, as without -w.
  if (name !== undefined) await client.get(resource, name, { namespace: connection.namespace })
  const list = await client.listPage(resource, { ...selection, ...accept })
  if (isTable(list)) show(list)
  else for (const object of list.items) show(object)
  const resourceVersion = list.metadata.resourceVersion ?? ''
  for await (const event of client.watch(resource, { ...selection, ...accept, resourceVersion })) {
    if (event.type !== 'BOOKMARK') show(event.object)
  }
}
