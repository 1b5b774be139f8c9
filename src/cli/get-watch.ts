import { TABLE } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import { objectText } from './get-objects.ts'
import { type GetContext, type GetRequest, type Scope, scopeOf } from './get-request.ts'
import { asTable, styleOf } from './get-tables.ts'
import { isTable, tablePrinter } from './table.ts'

/** Shows what is there and then every change, until the signal or the server ends it. */
export async function watchObjects({ resource, names }: GetRequest, context: GetContext): Promise<void> {
  const { connection, environment, format } = context
  const { client, namespace } = connection
  const [name] = names
  const scope: Scope = {
    ...scopeOf(context),
    ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
  }
  const accept = format.type === 'table' ? { accept: TABLE } : {}
  const printTable = tablePrinter(styleOf(context, resource, false))
  const show = (object: unknown): void => {
    const text =
      format.type === 'table' ? printTable(asTable(object)) : objectText(resource, object as KubeObject, context)
    environment.stdout.write(text)
  }
  // An object asked for by name must exist, as without -w.
  if (name !== undefined) await client.get(resource, name, { namespace })
  const list = await client.listPage(resource, { ...scope, ...accept })
  if (isTable(list)) show(list)
  else for (const object of list.items) show(object)
  const resourceVersion = list.metadata.resourceVersion ?? ''
  for await (const event of client.watch(resource, { ...scope, ...accept, resourceVersion })) {
    if (event.type !== 'BOOKMARK') show(event.object)
  }
}
