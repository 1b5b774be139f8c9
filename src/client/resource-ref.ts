import { formatApiVersion, type GroupVersion, type KubeObject, parseApiVersion } from '../machinery/index.ts'

declare const objectType: unique symbol

/** Which resource a request is about. The type parameter says what its objects look like; nothing of it exists at run time. */
export interface ResourceRef<T extends KubeObject = KubeObject> extends GroupVersion {
  /** The plural as in URLs. `widgets:<identity hash>` asks a wildcard endpoint for the objects of one APIExport. */
  readonly resource: string
  readonly namespaced: boolean
  readonly [objectType]?: T
}

/**
 * A reference as a value, to be kept beside the type of its objects.
 *
 * @example const configMaps = resourceRef<ConfigMap>('v1', 'configmaps', { namespaced: true })
 */
export function resourceRef<T extends KubeObject = KubeObject>(
  apiVersion: string,
  resource: string,
  { namespaced }: { namespaced: boolean },
): ResourceRef<T> {
  const parsed = parseApiVersion(apiVersion)
  if (parsed === undefined) throw new TypeError(`${JSON.stringify(apiVersion)} is no apiVersion`)
  return { ...parsed, resource, namespaced }
}

/** `/api/v1`, `/apis/apps/v1`. */
export function groupVersionPath(ref: GroupVersion): string {
  return ref.group === '' ? `/api/${ref.version}` : `/apis/${formatApiVersion(ref)}`
}

/** The URL path of a collection, an object or a subresource, below the logical cluster's prefix. */
export function resourcePath(ref: ResourceRef, namespace: string, name: string, subresource: string): string {
  const scope = ref.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  // The server reads ':' and '~' in a name as they are; encoding them would only make logs harder to read.
  const leaf = name === '' ? '' : `/${encodeURIComponent(name).replaceAll('%3A', ':')}`
  return `${groupVersionPath(ref)}${scope}/${ref.resource}${leaf}${subresource === '' ? '' : `/${subresource}`}`
}
