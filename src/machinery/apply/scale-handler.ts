/**
 * managedFields of an object as those of its scale subresource, and back: who owns the number of replicas owns
 * `spec.replicas` of the Scale (apimachinery/pkg/util/managedfields/scalehandler.go).
 */
import type { Json, JsonObject } from '../object.ts'
import { difference, fieldSetOf, hasPath } from './field-set.ts'
import { decodeManagedFields, encodeManagedFields, type Managed, UNMANAGED } from './managed-fields.ts'
import { fieldElement, type Path } from './path-element.ts'
import type { ManagedSet } from './updater.ts'

const SCALE_VERSION = 'autoscaling/v1'
const REPLICAS: Path = ['f:spec', 'f:replicas']

/** Where the object has its number of replicas in a version: field names; null without a scale, undefined if not served. */
export type ReplicasPaths = (apiVersion: string) => readonly string[] | null | undefined

function decoded(entries: readonly Json[] | undefined): Managed {
  const result = decodeManagedFields(entries ?? [])
  return result.ok ? result.value : UNMANAGED
}

export function managedOfScale(parent: readonly Json[] | undefined, pathAt: ReplicasPaths): JsonObject[] {
  const { managers, times } = decoded(parent)
  const own = new Map<string, ManagedSet>()
  for (const [identity, { apiVersion, set, applied }] of managers) {
    const path = pathAt(apiVersion)?.map(fieldElement)
    if (path === undefined || !hasPath(set, path)) continue
    own.set(identity, { apiVersion: SCALE_VERSION, set: fieldSetOf(REPLICAS), applied })
  }
  return encodeManagedFields({ managers: own, times })
}

/** @param version that is written. As upstream's, an entry that is new has no time. */
export function managedOfScaled(
  parent: readonly Json[] | undefined,
  scale: readonly Json[] | undefined,
  version: string,
  pathAt: ReplicasPaths,
): JsonObject[] {
  const { managers, times } = decoded(parent)
  const left = new Map(decoded(scale).managers)
  const next = new Map<string, ManagedSet>()
  for (const [identity, managed] of managers) {
    const path = pathAt(managed.apiVersion)
    if (path === undefined) continue
    const elements = path?.map(fieldElement)
    if (elements === undefined || !hasPath(managed.set, elements) || left.delete(identity)) next.set(identity, managed)
    else {
      const set = difference(managed.set, fieldSetOf(elements))
      if (set.size > 0) next.set(identity, { ...managed, set })
    }
  }
  const own = pathAt(version)?.map(fieldElement)
  for (const [identity, { set, applied }] of own === undefined ? [] : left) {
    if (hasPath(set, REPLICAS)) next.set(identity, { apiVersion: version, set: fieldSetOf(own ?? []), applied })
  }
  const kept = [...times].filter(([identity]) => managers.has(identity))
  return encodeManagedFields({ managers: next, times: new Map(kept) })
}
