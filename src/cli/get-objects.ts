import type { DiscoveredResource } from '../client/index.ts'
import type { Json, KubeObject } from '../machinery/index.ts'
import { type GetContext, type GetRequest, read, scopeOf } from './get-request.ts'
import { nameText } from './output-format.ts'
import { withKind } from './resource-arguments.ts'

/** Prints objects as they are: the one that was asked for by name, or a List of all. */
export async function printObjects(requests: readonly GetRequest[], context: GetContext): Promise<void> {
  const { connection, environment, format } = context
  const { client, namespace } = connection
  const scope = scopeOf(context)
  const found: { resource: DiscoveredResource; object: KubeObject }[] = []
  for (const request of requests) {
    const { resource } = request
    const one = (name: string) => client.get(resource, name, { namespace })
    for await (const object of read(request, context, scope, one, () => client.items(resource, scope))) {
      found.push({ resource, object: withKind(resource, object) })
    }
  }
  if (format.type === 'name') {
    for (const { resource, object } of found) environment.stdout.write(objectText(resource, object, context))
    return
  }
  if (format.type !== 'object') return
  const objects = found.map(({ object }) => shown(object, context))
  const single = requests.length === 1 && requests[0]?.names.length === 1
  if (single && objects.length === 0) return
  const list = { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } }
  environment.stdout.write(format.print((single ? objects[0] : list) as unknown as Json))
}

/** One object in the chosen format. */
export function objectText(resource: DiscoveredResource, object: KubeObject, context: GetContext): string {
  const { format } = context
  if (format.type === 'object') return format.print(shown(object, context) as unknown as Json)
  return `${nameText(resource, object.metadata.name ?? '')}\n`
}

/** Without what only the server needs to know, unless a template may ask for it. */
function shown(object: KubeObject, { options, format }: GetContext): KubeObject {
  if (options.showManagedFields === true || (format.type === 'object' && format.withManagedFields)) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
