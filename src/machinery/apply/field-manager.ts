/** Writes as the managers of fields see them (apimachinery/pkg/util/managedfields): what each kind of write does to managedFields. */
import type { Json, JsonObject, KubeObject } from '../object.ts'
import { capManagers } from './cap-managers.ts'
import { checkType, joinViolations } from './check-type.ts'
import { difference, type FieldSet, fieldSetOf, union } from './field-set.ts'
import { allowedByLastApplied, LAST_APPLIED, withLastApplied } from './last-applied.ts'
import { decodeManagedFields, encodeManagedFields, identityOf, type Managed, UNMANAGED } from './managed-fields.ts'
import { fieldElement } from './path-element.ts'
import { applyConfig, type Conflict, type Managers, updateManagers, type Versions } from './updater.ts'
import { isObject } from './value.ts'

export interface FieldManager {
  /** As the client names itself. */
  readonly name: string
  /** Of the request. */
  readonly apiVersion: string
  /** Empty for the object itself. */
  readonly subresource: string
  readonly versions: Versions
  /** What an object is before it has anything: the struct's fields that are always there. */
  readonly empty: JsonObject
  /** metav1.Time of entries that are written; without it they have none. */
  readonly now: string | undefined
}

/** Never owned by anyone. */
const UNOWNED: FieldSet = fieldSetOf(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['f:metadata', fieldElement(name)]),
)

/** kubectl's own name: it alone migrates from client-side apply. */
const KUBECTL = 'kubectl'
const BEFORE_FIRST_APPLY = 'before-first-apply'
const CURRENT = 'current-operation'

/**
 * metadata.managedFields after a create, update or patch. `live` is undefined for a create. `written.metadata.managedFields`
 * is what the client sent; an empty list, or one empty entry, resets it.
 */
export function managedAfterUpdate(
  manager: FieldManager,
  live: KubeObject | undefined,
  written: KubeObject,
): JsonObject[] | undefined {
  const managed = managedBefore(manager, live, written)
  // An object that is not tracked stays so until it is first applied.
  if (live !== undefined && managed.managers.size === 0) return undefined
  const before = live === undefined ? manager.empty : withoutManagedFields(live)
  if (!isTrackable(manager, written, managed)) return undefined
  const next = capManagers(afterUpdate(manager, before, withoutManagedFields(written), managed))
  return next.managers.size === 0 ? undefined : encodeManagedFields(next)
}

/**
 * Upstream forgets all managers of an object that it cannot show to one of them: in an apiVersion of another group, or in a
 * version that does not have all of its fields (managedfields/fieldmanager.go, UpdateNoErrors).
 */
function isTrackable({ apiVersion, versions }: FieldManager, written: KubeObject, { managers }: Managed): boolean {
  const others = new Set([...managers.values()].map((managed) => managed.apiVersion))
  others.delete(apiVersion)
  for (const other of others) {
    if (versions.isForeign(other)) return false
    const type = versions.typeAt(other)
    if (type === undefined || versions.isConvertedElsewhere) continue
    const seen = versions.convert(withoutManagedFields(written), apiVersion, other)
    if (checkType(type, seen, true).length > 0) return false
  }
  return true
}

function managedBefore({ subresource }: FieldManager, live: KubeObject | undefined, written: KubeObject): Managed {
  const sent = written.metadata.managedFields ?? undefined
  if (subresource === '' && sent !== undefined) {
    if (isReset(sent)) return UNMANAGED
    const decoded = decodeManagedFields(sent)
    if (decoded.ok && decoded.value.managers.size > 0) return decoded.value
  }
  const decoded = decodeManagedFields(live?.metadata.managedFields ?? [])
  return decoded.ok ? decoded.value : UNMANAGED
}

function isReset(entries: readonly Json[]): boolean {
  const [first] = entries
  return entries.length === 0 || (entries.length === 1 && isObject(first) && Object.keys(first).length === 0)
}

function withoutManagedFields(object: KubeObject): JsonObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata } as unknown as JsonObject
}

function afterUpdate(manager: FieldManager, live: JsonObject, written: JsonObject, managed: Managed): Managed {
  const { name, apiVersion, subresource, versions, now } = manager
  const write = { live, version: apiVersion, versions, manager: CURRENT, managers: managed.managers }
  const managers = new Map(updateManagers(write, written))
  const current = managers.get(CURRENT)
  managers.delete(CURRENT)
  const changed = current === undefined ? undefined : difference(current.set, UNOWNED)
  if (current === undefined || changed === undefined || changed.size === 0) return { managers, times: managed.times }
  const identity = identityOf({ manager: name || 'unknown', operation: 'Update', apiVersion, subresource })
  const previous = managers.get(identity)
  managers.set(identity, { ...current, set: previous === undefined ? changed : union(changed, previous.set) })
  return { managers, times: now === undefined ? managed.times : new Map(managed.times).set(identity, now) }
}

export type ApplyOutcome =
  | { readonly type: 'applied'; readonly object: KubeObject }
  /** The configuration, or the live object, is not what apply takes: a sentence for the client. */
  | { readonly type: 'refused'; readonly message: string }
  /** The configuration does not have its type: upstream answers 500. */
  | { readonly type: 'mistyped'; readonly message: string }
  | { readonly type: 'conflicts'; readonly conflicts: readonly Conflict[] }

/** `live` is undefined when there is no object yet. The inputs are not changed; the result has its managedFields. */
export function applyPatch(
  manager: FieldManager,
  live: KubeObject | undefined,
  config: KubeObject,
  force: boolean,
): ApplyOutcome {
  if (config.metadata.managedFields !== undefined && config.metadata.managedFields !== null) {
    return { type: 'refused', message: 'metadata.managedFields must be nil' }
  }
  const decoded = decodeManagedFields(live?.metadata.managedFields ?? [])
  if (!decoded.ok) return { type: 'mistyped', message: `failed to decode managed fields: ${decoded.error}` }
  const type = manager.versions.typeAt(manager.apiVersion)
  const violations = type === undefined ? [] : checkType(type, config as unknown as Json, false)
  if (violations.length > 0) return { type: 'mistyped', message: mistyped(manager, config, violations) }
  const before = live === undefined ? manager.empty : withoutManagedFields(live)
  const managed = decoded.value.managers.size === 0 ? beforeFirstApply(manager, before, live) : decoded.value
  return applyTo(manager, before, config, managed, force)
}

function mistyped({ apiVersion }: FieldManager, { kind, metadata }: KubeObject, violations: readonly string[]): string {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const named = `${metadata.namespace ?? ''}/${metadata.name ?? ''}; ${group}/${version}, Kind=${kind}`
  return `failed to create typed patch object (${named}): ${joinViolations(violations)}`
}

/** What an object had before anyone applied it belongs to a manager of its own. */
function beforeFirstApply(manager: FieldManager, before: JsonObject, live: KubeObject | undefined): Managed {
  if (live === undefined) return UNMANAGED
  return capManagers(afterUpdate({ ...manager, name: BEFORE_FIRST_APPLY }, manager.empty, before, UNMANAGED))
}

function applyTo(
  manager: FieldManager,
  live: JsonObject,
  config: KubeObject,
  managed: Managed,
  force: boolean,
): ApplyOutcome {
  const { name, apiVersion, subresource, versions, now } = manager
  const identity = identityOf({ manager: name, operation: 'Apply', apiVersion, subresource })
  const write = { live, version: apiVersion, versions, manager: identity, managers: managed.managers }
  const patch = config as unknown as Json
  let applied = applyConfig(write, patch, force)
  if (!applied.ok && name === KUBECTL) {
    const allowed = allowedByLastApplied(versions.typeAt(apiVersion), apiVersion, live)
    const left = applied.error.filter(({ path }) => allowed === undefined || !allowed(path))
    if (left.length > 0) return { type: 'conflicts', conflicts: left }
    applied = applyConfig(write, patch, true)
  }
  if (!applied.ok) return { type: 'conflicts', conflicts: applied.error }
  const { object, managers } = applied.value
  const times = object === undefined || now === undefined ? managed.times : new Map(managed.times).set(identity, now)
  const stripped = withoutUnowned(managers, identity)
  const result = structuredClone(object ?? live) as unknown as KubeObject
  if (name === KUBECTL && (result.metadata.annotations?.[LAST_APPLIED] ?? '') !== '') withLastApplied(result, config)
  const entries = encodeManagedFields({ managers: stripped, times })
  if (entries.length > 0) result.metadata.managedFields = entries
  return { type: 'applied', object: result }
}

function withoutUnowned(managers: Managers, identity: string): Managers {
  const own = managers.get(identity)
  if (own === undefined) return managers
  const set = difference(own.set, UNOWNED)
  const result = new Map(managers)
  if (set.size === 0) result.delete(identity)
  else result.set(identity, { ...own, set })
  return result
}
