/** What admission plugins are asked about (apiserver/pkg/admission/attributes.go). */
import { forbidden, type JsonObject, type KubeObject, type StatusError, type UserInfo } from '../../machinery/index.ts'
import type { ResourceDefinition, Services } from '../definition.ts'

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE'

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

export interface GroupVersionResource {
  readonly group: string
  readonly version: string
  readonly resource: string
}

export interface AdmissionAttributes {
  readonly operation: AdmissionOperation
  /** As the request names it. */
  readonly definition: ResourceDefinition
  /** Of the object that was sent: a subresource may have another than the resource. */
  readonly kind: GroupVersionKind
  readonly subresource: string
  /** Of a Namespace its own name. */
  readonly namespace: string
  /** Empty for a create that leaves the name to the server. */
  readonly name: string
  /** Absent for a delete. Mutations replace it. */
  readonly object: KubeObject | undefined
  readonly old: KubeObject | undefined
  /** CreateOptions, UpdateOptions or DeleteOptions. */
  readonly options: JsonObject
  readonly dryRun: boolean
  readonly user: UserInfo
  readonly cluster: string
  readonly services: Services
  readonly signal: AbortSignal
  /** Goes to the client in a Warning header. */
  readonly warn: (text: string) => void
}

export function resourceOf({ group, version, names }: ResourceDefinition): GroupVersionResource {
  return { group, version, resource: names.plural }
}

/** apiserver/pkg/admission/errors.go, NewForbidden: the name is that of the object, or what its name is made from. */
export function forbiddenByPlugin(
  { definition, name, object }: Pick<AdmissionAttributes, 'definition' | 'name' | 'object'>,
  message: string,
): StatusError {
  const known = [name, object?.metadata.name, object?.metadata.generateName].find(
    (each) => each !== undefined && each !== '',
  )
  return forbidden({ group: definition.group, resource: definition.names.plural }, known ?? 'Unknown', message)
}
