/** Who owns which fields after a write, and what an apply makes of an object (structured-merge-diff/merge/update.go). */
import type { Json } from '../object.ts'
import type { Result } from '../result.ts'
import { type Comparison, compare, withoutFields } from './compare.ts'
import { difference, type FieldSet, intersection, NO_FIELDS, pathsOf, recursiveDifference, union } from './field-set.ts'
import type { FieldType } from './field-type.ts'
import { merge } from './merge.ts'
import type { Path } from './path-element.ts'
import { removeItems } from './remove-items.ts'
import { toFieldSet } from './to-field-set.ts'
import { reconcileWithType, withNamedFields } from './typed-set.ts'
import { equalValues } from './value.ts'

/** What a manager owns, in the version in which it wrote. */
export interface ManagedSet {
  readonly set: FieldSet
  readonly apiVersion: string
  readonly applied: boolean
}

/** By the manager's identity. */
export type Managers = ReadonlyMap<string, ManagedSet>

export interface Conflict {
  readonly manager: string
  readonly path: Path
}

/** The versions that an object can be seen in. */
export interface Versions {
  /** Undefined for a version that is not served: what its managers own is forgotten. */
  readonly typeAt: (apiVersion: string) => FieldType | undefined
  /** Whether it is of another group, which a custom resource cannot be converted to. */
  readonly isForeign: (apiVersion: string) => boolean
  readonly convert: (object: Json, from: string, to: string) => Json
  /** Whether `convert` gives what a conversion webhook alone would know. */
  readonly isConvertedElsewhere?: boolean
  /** The fields that no manager owns, because a write through this endpoint does not change them. */
  readonly ignoredAt: (apiVersion: string) => FieldSet | undefined
}

export interface Updated {
  readonly managers: Managers
}

export interface Applied extends Updated {
  /** Undefined when the live object is what it was applied to be. */
  readonly object: Json | undefined
}

interface Write {
  readonly live: Json
  readonly version: string
  readonly versions: Versions
  readonly manager: string
  readonly managers: Managers
}

/** A plain write: `manager` comes to own what it has changed, and the others lose that. */
export function updateManagers(write: Write, updated: Json): Managers {
  const { live, version, versions, manager } = write
  const managers = reconciled(write)
  const changed = comparison(typeOf(versions, version), live, updated, versions.ignoredAt(version))
  const next = new Map(reassigned({ ...write, managers }, updated, changed, true).managers)
  const before = next.get(manager)?.set ?? NO_FIELDS
  const set = withoutIgnored(
    versions,
    version,
    union(union(difference(before, changed.removed), changed.modified), changed.added),
  )
  if (set.size === 0) next.delete(manager)
  else next.set(manager, { set, apiVersion: version, applied: false })
  return next
}

/** Lays `config` over the live object: all that it says, and without what its manager said last time and no longer does. */
export function applyConfig(write: Write, config: Json, force: boolean): Result<Applied, readonly Conflict[]> {
  const { live, version, versions, manager } = write
  const type = typeOf(versions, version)
  const managers = new Map(reconciled(write))
  const last = managers.get(manager)
  const merged = merge(type, live, config)
  const set = withoutIgnored(versions, version, toFieldSet(type, config))
  managers.set(manager, { set, apiVersion: version, applied: true })
  const object = last === undefined ? merged : prune(merged, last, version, versions, managers)
  const changed = comparison(type, live, object, versions.ignoredAt(version))
  const { managers: next, conflicts } = reassigned({ ...write, managers }, object, changed, force)
  if (conflicts.length > 0) return { ok: false, error: conflicts }
  return { ok: true, value: { managers: next, object: equalValues(live, object) ? undefined : object } }
}

/** The caller's own version is always served. */
function typeOf(versions: Versions, version: string): FieldType {
  const type = versions.typeAt(version)
  if (type === undefined) throw new Error(`no type at version ${version}`)
  return type
}

function withoutIgnored(versions: Versions, version: string, set: FieldSet): FieldSet {
  return recursiveDifference(set, versions.ignoredAt(version) ?? NO_FIELDS)
}

function comparisonAt({ live, version, versions }: Write, updated: Json, at: string): Comparison | undefined {
  const type = versions.typeAt(at)
  if (type === undefined) return undefined
  const before = versions.convert(live, version, at)
  const after = versions.convert(updated, version, at)
  return comparison(type, before, after, versions.ignoredAt(at))
}

function comparison(type: FieldType, before: Json, after: Json, ignored: FieldSet | undefined): Comparison {
  return withoutFields(compare(type, before, after), ignored)
}

/** Takes from everybody else what a write changes or removes; without force, the changed fields of others are conflicts. */
function reassigned(
  write: Write,
  updated: Json,
  changed: Comparison,
  force: boolean,
): { managers: Managers; conflicts: readonly Conflict[] } {
  const comparisons = new Map<string, Comparison | undefined>([[write.version, changed]])
  const next = new Map<string, ManagedSet>()
  const conflicts: Conflict[] = []
  for (const [manager, managed] of write.managers) {
    if (manager === write.manager) {
      if (managed.set.size > 0) next.set(manager, managed)
      continue
    }
    const { apiVersion, set } = managed
    if (!comparisons.has(apiVersion)) comparisons.set(apiVersion, comparisonAt(write, updated, apiVersion))
    const seen = comparisons.get(apiVersion)
    if (seen === undefined) continue
    const taken = intersection(set, union(seen.modified, seen.added))
    if (!force) for (const path of pathsOf(taken)) conflicts.push({ manager, path })
    const left = difference(difference(set, taken), seen.removed)
    if (left.size > 0) next.set(manager, left === set ? managed : { ...managed, set: left })
  }
  return { managers: next, conflicts }
}

/**
 * Takes out what the manager applied last time and does not apply now, unless someone else owns it. `managers` has what it
 * applies now.
 */
function prune(merged: Json, last: ManagedSet, version: string, versions: Versions, managers: Managers): Json {
  const type = versions.typeAt(last.apiVersion)
  if (last.set.size === 0 || type === undefined) return merged
  const before = versions.convert(merged, version, last.apiVersion)
  const removed = removeItems(type, before, withNamedFields(last.set, type))
  const kept = addBackOwned(before, removed, last.apiVersion, versions, managers)
  return versions.convert(addBackDangling(before, kept, last, type), last.apiVersion, version)
}

/** Gives back what was removed and somebody owns. */
function addBackOwned(merged: Json, pruned: Json, version: string, versions: Versions, managers: Managers): Json {
  const owned = new Map<string, FieldSet>()
  // The version that was pruned comes first: what it gives back, another version may need to be converted to.
  const first = [...managers.values()].filter((managed) => managed.apiVersion === version)
  for (const { apiVersion, set } of [...first, ...managers.values()]) {
    owned.set(apiVersion, union(owned.get(apiVersion) ?? NO_FIELDS, set))
  }
  let result = pruned
  for (const [apiVersion, set] of owned) {
    const type = versions.typeAt(apiVersion)
    if (type === undefined) continue
    const all = versions.convert(merged, version, apiVersion)
    const some = versions.convert(result, version, apiVersion)
    const keep = union(withNamedFields(toFieldSet(type, some), type), withNamedFields(set, type))
    const gone = difference(withNamedFields(toFieldSet(type, all), type), keep)
    result = versions.convert(removeItems(type, all, gone), apiVersion, version)
  }
  return result
}

/** Gives back what was removed with its parent although the manager did not own it. */
function addBackDangling(merged: Json, pruned: Json, last: ManagedSet, type: FieldType): Json {
  const before = withNamedFields(toFieldSet(type, merged), type)
  const after = withNamedFields(toFieldSet(type, pruned), type)
  return removeItems(type, merged, intersection(difference(before, after), withNamedFields(last.set, type)))
}

function reconciled({ managers, versions }: Write): Managers {
  const result = new Map<string, ManagedSet>()
  for (const [manager, managed] of managers) {
    const type = versions.typeAt(managed.apiVersion)
    if (type === undefined) continue
    const set = reconcileWithType(managed.set, type)
    result.set(manager, set === undefined ? managed : { ...managed, set })
  }
  return result
}
