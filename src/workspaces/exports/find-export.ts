/** From the path and name of an export to its object. */
import type { KubeObject } from '../../machinery/index.ts'
import { type OperationContext, pathKey, readLogicalCluster, type Services } from '../../server/index.ts'
import type { ExportReference } from '../api/api-binding.ts'
import { PATH_ANNOTATION } from '../api/groups.ts'
import { apiExportDefinition } from './api-export.ts'

/** The logical cluster of a path, or of a name; without one, the one that asks. */
export async function clusterAt(
  path: string | undefined,
  { services, cluster }: Pick<OperationContext, 'services' | 'cluster'>,
): Promise<string | undefined> {
  if (path === undefined || path === '') return cluster
  if (!path.includes(':')) return path
  return (await services.store.get(pathKey(path)))?.value.toString()
}

export function readExport(services: Services, cluster: string, name: string): Promise<KubeObject | undefined> {
  return services.read(apiExportDefinition, cluster, '', name)
}

/** Who may bind an export: verb `bind` on it, where it is. */
export function mayBind({ services, user }: OperationContext, cluster: string, name: string): Promise<boolean> {
  return services.permits(user, 'bind', { cluster, group: 'apis.kcp.io', resource: 'apiexports', name })
}

export function formatReference({ path, name }: ExportReference): string {
  return path === undefined || path === '' ? name : `${path}:${name}`
}

/** A logical cluster's canonical path. */
export async function pathOf({ services, cluster }: Pick<OperationContext, 'services' | 'cluster'>): Promise<string> {
  const record = await readLogicalCluster(services.store, cluster)
  return record?.object.metadata.annotations?.[PATH_ANNOTATION] ?? cluster
}
