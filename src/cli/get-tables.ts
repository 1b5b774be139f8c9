import { type Client, type DiscoveredResource, TABLE } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import { type GetContext, type GetRequest, read, type Scope, scopeOf } from './get-request.ts'
import { kindText } from './resource-arguments.ts'
import { isTable, type Table, type TableStyle, tablePrinter } from './table.ts'

export async function printTables(requests: readonly GetRequest[], context: GetContext): Promise<void> {
  const { connection, options, environment } = context
  const { client, namespace } = connection
  const scope = scopeOf(context)
  const found: { resource: DiscoveredResource; table: Table }[] = []
  for (const request of requests) {
    const { resource } = request
    const one = async (name: string) =>
      asTable((await client.get(resource, name, { namespace, accept: TABLE })) as unknown)
    // One layout for all rows: kubectl, too, waits for the last page.
    const pages: Table[] = []
    for await (const page of read(request, context, scope, one, () => tablePages(client, resource, scope)))
      pages.push(page)
    const rows = pages.flatMap((page) => page.rows ?? [])
    const columnDefinitions = pages[0]?.columnDefinitions ?? []
    if (pages.length > 0) found.push({ resource, table: { kind: 'Table', columnDefinitions, rows } })
  }
  const filled = found.filter(({ table }) => (table.rows ?? []).length > 0)
  for (const [index, { resource, table }] of filled.entries()) {
    const print = tablePrinter(styleOf(context, resource, found.length > 1))
    environment.stdout.write(`${index === 0 ? '' : '\n'}${print(table)}`)
  }
  if (filled.length > 0 || found.length < requests.length || options.ignoreNotFound === true) return
  const everywhere = options.allNamespaces === true || requests.every(({ resource }) => !resource.namespaced)
  environment.stderr.write(`No resources found${everywhere ? '' : ` in ${namespace} namespace.`}\n`)
}

async function* tablePages(client: Client, resource: DiscoveredResource, scope: Scope): AsyncGenerator<Table> {
  let token = ''
  do {
    const page: unknown = await client.listPage(resource, { ...scope, limit: 500, continue: token, accept: TABLE })
    const table = asTable(page)
    yield table
    token = table.metadata?.continue ?? ''
  } while (token !== '')
}

/** A server that prints no tables answers the objects. */
export function asTable(answer: unknown): Table {
  if (isTable(answer)) return answer
  const { items } = answer as { items?: KubeObject[] }
  const rows = (items ?? [answer as KubeObject]).map((object) => ({
    cells: [object.metadata.name, object.metadata.creationTimestamp],
    object,
  }))
  const column = (name: string) => ({ name, type: 'string' })
  return { kind: 'Table', columnDefinitions: [column('Name'), column('Created At')], rows }
}

export function styleOf({ options, format }: GetContext, resource: DiscoveredResource, several: boolean): TableStyle {
  return {
    wide: format.type === 'table' && format.wide,
    noHeaders: !options.headers,
    withNamespace: options.allNamespaces === true && resource.namespaced,
    showLabels: options.showLabels === true,
    kindPrefix: several ? kindText(resource) : '',
  }
}
