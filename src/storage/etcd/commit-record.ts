/**
 * What a commit's rows do not tell, written with it under one key: its id, by which a process finds a commit again whose answer it
 * never got; the places of deletions; and, of a commit that touches a key twice or deletes a prefix, all operations in their
 * order, as etcd takes a key once in a transaction. JSON, so that `etcdctl get` shows it.
 */
import { sweptVersion } from '../history.ts'
import type { Change, Operation, Version } from '../store.ts'
import { versionOf } from '../store.ts'

/** `value` (base64) only where it is not what the row has after the commit. */
export type RecordedOperation =
  | { readonly put: string; readonly value?: string }
  | { readonly delete: string }
  | { readonly sweep: string }

export interface CommitRecord {
  readonly id: string
  /** Keys that are deleted, by their place. */
  readonly deletes?: Readonly<Record<string, string>>
  readonly operations?: readonly RecordedOperation[]
}

/** What etcd says of one key in one revision. */
export interface RowEvent {
  readonly key: string
  /** The state after; undefined for a deletion. */
  readonly value: Buffer | undefined
  readonly place: number
  readonly previous: Buffer | undefined
}

/** A change with the version of its operation, by which a watch that resumes is cut. */
export interface PlacedChange {
  readonly operation: Version
  readonly change: Change
}

export function encodeRecord(record: CommitRecord): Buffer {
  return Buffer.from(JSON.stringify(record))
}

export function decodeRecord(bytes: Buffer): CommitRecord {
  return JSON.parse(bytes.toString()) as CommitRecord
}

/** The changes of one revision, in the order of the commit's operations. Without a record, rows were written by others. */
export function changesOf(
  record: CommitRecord | undefined,
  events: readonly RowEvent[],
  revision: number,
): PlacedChange[] {
  if (record?.operations !== undefined) return replayed(record.operations, events, revision)
  const placeOf = new Map(Object.entries(record?.deletes ?? {}).map(([place, key]) => [key, Number(place)]))
  const placed = events.map((event) => {
    const place = event.value === undefined ? (placeOf.get(event.key) ?? 0) : event.place
    return changed(versionOf(revision, place), event.key, event.value, event.previous)
  })
  return placed.sort((one, other) => one.operation - other.operation)
}

function changed(
  version: Version,
  key: string,
  value: Buffer | undefined,
  previous: Buffer | undefined,
  told = version,
): PlacedChange {
  return { operation: version, change: { key, version: told, value, previous } }
}

/** Carries the operations out on the rows that there were. */
function replayed(
  operations: readonly RecordedOperation[],
  events: readonly RowEvent[],
  revision: number,
): PlacedChange[] {
  const rows = new Map<string, Buffer>()
  const after = new Map<string, Buffer | undefined>()
  for (const { key, value, previous } of events) {
    if (previous !== undefined) rows.set(key, previous)
    after.set(key, value)
  }
  const changes: PlacedChange[] = []
  for (const [place, operation] of operations.entries()) {
    const version = versionOf(revision, place)
    if ('put' in operation) {
      const { put: key, value: recorded } = operation
      const value = recorded === undefined ? after.get(key) : Buffer.from(recorded, 'base64')
      if (value === undefined) continue
      changes.push(changed(version, key, value, rows.get(key)))
      rows.set(key, value)
    } else if ('delete' in operation) {
      const previous = rows.get(operation.delete)
      if (previous === undefined) continue
      changes.push(changed(version, operation.delete, undefined, previous))
      rows.delete(operation.delete)
    } else {
      const keys = [...rows.keys()].filter((key) => key.startsWith(operation.sweep)).sort()
      for (const key of keys) {
        const told = sweptVersion(version, key === keys.at(-1))
        changes.push(changed(version, key, undefined, rows.get(key), told))
        rows.delete(key)
      }
    }
  }
  return changes
}

/** How operations come out together: what each key is in the end, which prefixes are emptied, what is to be recorded. */
export interface Folded {
  readonly puts: ReadonlyMap<string, { readonly value: Buffer; readonly place: number }>
  readonly deletes: readonly string[]
  /** None lies within another. */
  readonly sweeps: readonly string[]
  readonly record: Omit<CommitRecord, 'id'>
}

/** `sums`: what an `add` comes to, by its place. */
export function fold(operations: readonly Operation[], sums: ReadonlyMap<number, Buffer>): Folded {
  const final = new Map<string, { value: Buffer | undefined; place: number }>()
  const prefixes: string[] = []
  let plain = true
  for (const [place, operation] of operations.entries()) {
    if (operation.type === 'deletePrefix') {
      plain = false
      prefixes.push(operation.prefix)
      for (const key of [...final.keys()]) if (key.startsWith(operation.prefix)) final.delete(key)
      continue
    }
    if (final.has(operation.key)) plain = false
    const value = operation.type === 'delete' ? undefined : writtenBy(operation, sums, place)
    final.set(operation.key, { value, place })
  }
  const sweeps = prefixes.filter(
    (one, at) => !prefixes.some((other, index) => one.startsWith(other) && (one !== other || index < at)),
  )
  const puts = new Map<string, { value: Buffer; place: number }>()
  const deletes: string[] = []
  const places: Record<string, string> = {}
  for (const [key, { value, place }] of final) {
    if (value !== undefined) puts.set(key, { value, place })
    else {
      places[place] = key
      if (!sweeps.some((prefix) => key.startsWith(prefix))) deletes.push(key)
    }
  }
  if (plain) return { puts, deletes, sweeps, record: deletes.length === 0 ? {} : { deletes: places } }
  const recorded = operations.map((operation, place): RecordedOperation => {
    if (operation.type === 'deletePrefix') return { sweep: operation.prefix }
    if (operation.type === 'delete') return { delete: operation.key }
    if (puts.get(operation.key)?.place === place) return { put: operation.key }
    return { put: operation.key, value: writtenBy(operation, sums, place).toString('base64') }
  })
  return { puts, deletes, sweeps, record: { operations: recorded } }
}

function writtenBy(
  operation: Extract<Operation, { type: 'put' | 'add' }>,
  sums: ReadonlyMap<number, Buffer>,
  place: number,
): Buffer {
  return operation.type === 'put' ? operation.value : (sums.get(place) as Buffer)
}
