/** Writes an object of this room as the manifests have it: by server-side apply, whoever wrote a field before. */
import type { Client, ResourceRef } from '../../client/index.ts'
import type { KubeObject } from '../../machinery/index.ts'
import { CLUSTER_PROVIDERS, CLUSTER_RESOURCES } from '../controllers/cluster-object.ts'

const RESOURCES: Readonly<Record<string, ResourceRef<KubeObject>>> = {
  ...CLUSTER_RESOURCES,
  ClusterProvider: CLUSTER_PROVIDERS,
}

export interface WriteOptions {
  /** The server only says what it would do. */
  readonly dryRun?: boolean
  readonly signal: AbortSignal
}

export function writeObject(client: Client, object: KubeObject, options: WriteOptions): Promise<KubeObject> {
  const { kind, metadata } = object
  const resource = RESOURCES[kind]
  if (resource === undefined) throw new TypeError(`${kind} is not written by plan`)
  return client.patch(resource, metadata.name ?? '', 'apply', object, {
    fieldManager: 'keelson',
    fieldValidation: 'Strict',
    force: true,
    ...options,
  })
}
