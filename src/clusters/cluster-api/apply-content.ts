/** Makes objects in a cluster, by the strategy of their ClusterResourceSet (clusterresourceset_scope.go). */
import type { Client } from '../../client/index.ts'
import { apply } from '../../controller/index.ts'
import { isStatus, type KubeObject, StatusError } from '../../machinery/index.ts'
import type { ResourceSet } from './resource-set.ts'

type Strategy = NonNullable<ResourceSet['spec']['strategy']>

/** What went wrong, without a value of what was sent; undefined: nothing. One that fails keeps no other from being made. */
export async function applyContent(
  client: Client,
  objects: readonly KubeObject[],
  strategy: Strategy,
  signal: AbortSignal,
): Promise<string | undefined> {
  const failures: string[] = []
  for (const object of objects) {
    signal.throwIfAborted()
    try {
      await applyOne(client, object, strategy)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof StatusError)) throw error
      const { kind, metadata } = object
      const why = error.status.reason || `code ${error.status.code}`
      failures.push(`${kind} ${metadata.name} was not applied: ${why}`)
    }
  }
  return failures.length === 0 ? undefined : failures.join('; ')
}

async function applyOne(client: Client, object: KubeObject, strategy: Strategy): Promise<void> {
  const resource = await client.discovery.mapKind(object.apiVersion, object.kind)
  if (resource === undefined) throw noSuchKind(object)
  const { metadata } = object
  const placed =
    resource.namespaced && metadata.namespace === undefined
      ? { ...object, metadata: { ...metadata, namespace: 'default' } }
      : object
  if (strategy === 'Reconcile') {
    await apply(client, resource, placed)
    return
  }
  try {
    await client.create(resource, placed)
  } catch (error) {
    if (!isStatus(error, 'AlreadyExists')) throw error
  }
}

/** As a server answers for a path that it does not know: a definition in the same set may not be served yet. */
function noSuchKind({ apiVersion, kind }: KubeObject): StatusError {
  return new StatusError({
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    reason: 'NoKindMatch',
    message: `no matches for kind "${kind}" in version "${apiVersion}"`,
    code: 404,
  })
}
