/**
 * Where things lie in the store. Objects: /<group>/<resource>/<identity>/<logical cluster>/<namespace>/<name>, so that one
 * API across all logical clusters is one range. Indexes begin with `!`, which sorts before every object.
 */
import { escapeSegment, unescapeSegment } from '../storage/index.ts'
import type { ResourceDefinition } from './definition.ts'

/** Every logical cluster at once: list and watch only. */
export const ALL_CLUSTERS = '*'
const CLUSTER_SCOPED = '-'

type Placed = Pick<ResourceDefinition, 'group' | 'identity' | 'namespaced' | 'rowPrefix' | 'storedForm'> & {
  readonly names: Pick<ResourceDefinition['names'], 'plural'>
}

function resourcePrefix(definition: Placed): string {
  if (definition.rowPrefix !== undefined) return definition.rowPrefix
  if (definition.storedForm !== undefined) return resourcePrefix(definition.storedForm.definition)
  const group = definition.group === '' ? 'core' : definition.group
  return `/${group}/${definition.names.plural}/${definition.identity}/`
}

/** The range that a list or watch reads. An empty namespace means all of them. */
export function rangePrefix(definition: Placed, cluster: string, namespace: string): string {
  const resource = resourcePrefix(definition)
  if (cluster === ALL_CLUSTERS) return resource
  const inCluster = `${resource}${escapeSegment(cluster)}/`
  const whole = namespace === '' || !definition.namespaced || definition.rowPrefix !== undefined
  return whole ? inCluster : `${inCluster}${escapeSegment(namespace)}/`
}

export function objectKey(definition: Placed, cluster: string, namespace: string, name: string): string {
  const inCluster = `${resourcePrefix(definition)}${escapeSegment(cluster)}/`
  if (definition.rowPrefix !== undefined) return `${inCluster}${escapeSegment(name)}`
  return `${inCluster}${definition.namespaced ? escapeSegment(namespace) : CLUSTER_SCOPED}/${escapeSegment(name)}`
}

/** Where a key's logical cluster begins and ends. */
export function clusterOfKey(definition: Placed, key: string): string {
  const start = resourcePrefix(definition).length
  return unescapeSegment(key.slice(start, key.indexOf('/', start)))
}

/** Objects with an owner reference, by the owner's UID: what the garbage collector asks. */
export function ownerIndexPrefix(cluster: string, uid: string): string {
  return `!owner/${escapeSegment(cluster)}/${escapeSegment(uid)}/`
}

export function ownerIndexKey(cluster: string, uid: string, key: string): string {
  return ownerIndexPrefix(cluster, uid) + escapeSegment(key)
}

export function keyOfOwnerIndex(prefix: string, indexKey: string): string {
  return unescapeSegment(indexKey.slice(prefix.length))
}

/** UIDs that are named as owner and do not exist: what is left to collect. */
export const ABSENT_OWNERS = '!absent/'

export function absentOwnerKey(cluster: string, uid: string): string {
  return `${ABSENT_OWNERS}${escapeSegment(cluster)}/${escapeSegment(uid)}`
}

/** Objects that wait for their finalizers. */
export const DELETIONS = '!deleting/'

export function deletionKey(cluster: string, key: string): string {
  return `${DELETIONS}${escapeSegment(cluster)}/${escapeSegment(key)}`
}

/** What controllers of built-in kinds have been asked to look at. */
export const CHORES = '!chore/'

/** ClusterRoles that take in the rules of others. */
export const AGGREGATING = '!aggregating/'

/** `root:acme:shop` -> the logical cluster's name. */
export function pathKey(path: string): string {
  return `!path/${escapeSegment(path)}`
}

/**
 * Lifecycle epochs: a row that is written when a logical cluster or namespace is made, begins to terminate and is gone. A
 * create is guarded by its version, so that nothing can be born into what is ending.
 */
export function epochKey(cluster: string, namespace?: string): string {
  const base = `!epoch/${escapeSegment(cluster)}/`
  return namespace === undefined ? base : `${base}${escapeSegment(namespace)}`
}
