/** metadata.managedFields and what it means (apimachinery/pkg/util/managedfields/internal/managedfields.go). */
import { compareText, goJson, quote } from '../names/go-text.ts'
import type { Json, JsonObject } from '../object.ts'
import type { Result } from '../result.ts'
import { decodeFieldsV1, encodeFieldsV1 } from './fields-v1.ts'
import type { ManagedSet, Managers } from './updater.ts'
import { isObject } from './value.ts'

export type ManagerOperation = 'Apply' | 'Update'

export interface ManagerIdentity {
  readonly manager: string
  readonly operation: ManagerOperation
  readonly apiVersion: string
  /** Empty for the object itself. */
  readonly subresource: string
}

/** Who owns what, and since when. */
export interface Managed {
  readonly managers: Managers
  /** By identity: metav1.Time. */
  readonly times: ReadonlyMap<string, string>
}

export const UNMANAGED: Managed = { managers: new Map(), times: new Map() }

/** An applier is the same manager in whatever version it applies. */
export function identityOf({ manager, operation, apiVersion, subresource }: ManagerIdentity): string {
  const fields = {
    ...(manager !== '' && { manager }),
    operation,
    ...(operation === 'Update' && apiVersion !== '' && { apiVersion }),
    ...(subresource !== '' && { subresource }),
  }
  return goJson(fields)
}

function parseIdentity(identity: string): ManagerIdentity {
  const {
    manager = '',
    operation = 'Update',
    apiVersion = '',
    subresource = '',
  } = JSON.parse(identity) as Partial<ManagerIdentity>
  return { manager, operation, apiVersion, subresource }
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function decodeManagedFields(entries: readonly Json[]): Result<Managed, string> {
  const managers = new Map<string, ManagedSet>()
  const times = new Map<string, string>()
  for (const [index, entry] of entries.entries()) {
    const fields = isObject(entry) ? entry : {}
    const operation = text(fields.operation)
    const apiVersion = text(fields.apiVersion)
    const fieldsType = text(fields.fieldsType)
    if (operation !== 'Apply' && operation !== 'Update') return failed('operation must be `Apply` or `Update`')
    if (apiVersion === '') return failed('apiVersion must not be empty')
    if (fieldsType === '') return failed(`missing fieldsType in managed fields entry ${index}`)
    if (fieldsType !== 'FieldsV1') {
      return failed(`invalid fieldsType ${quote(fieldsType)} in managed fields entry ${index}`)
    }
    const set = decodeFieldsV1(fields.fieldsV1)
    if (!set.ok) return failed(`error decoding set: ${set.error}`)
    const manager = text(fields.manager)
    const identity = identityOf({ manager, operation, apiVersion, subresource: text(fields.subresource) })
    managers.set(identity, { set: set.value, apiVersion, applied: operation === 'Apply' })
    if (typeof fields.time === 'string') times.set(identity, fields.time)
  }
  return { ok: true, value: { managers, times } }
}

function failed(error: string): Result<Managed, string> {
  return { ok: false, error }
}

/** In upstream's order: appliers first, then by time and by name. */
export function encodeManagedFields({ managers, times }: Managed): JsonObject[] {
  const entries = [...managers].map(([identity, { apiVersion, set }]) => ({
    ...parseIdentity(identity),
    apiVersion,
    time: times.get(identity),
    set,
  }))
  entries.sort(
    (left, right) =>
      compareText(left.operation, right.operation) ||
      secondsOf(left.time) - secondsOf(right.time) ||
      compareText(left.manager, right.manager) ||
      compareText(left.apiVersion, right.apiVersion) ||
      compareText(left.subresource, right.subresource),
  )
  return entries.map(({ manager, operation, apiVersion, time, set, subresource }) => ({
    ...(manager !== '' && { manager }),
    operation,
    apiVersion,
    ...(time !== undefined && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: encodeFieldsV1(set),
    ...(subresource !== '' && { subresource }),
  }))
}

export function secondsOf(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000)
}

/** How a conflict names a manager: `"kubectl" using v1`, or the applier's name alone. */
export function printManager(identity: string): string {
  const { manager, operation, apiVersion, subresource } = parseIdentity(identity)
  const name = subresource === '' ? quote(manager) : `${quote(manager)} with subresource ${quote(subresource)}`
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}
