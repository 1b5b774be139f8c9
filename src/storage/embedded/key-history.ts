/**
 * The history of few keys, found from the keys instead of by reading through the log: what makes ten thousand watches that
 * resume at once, each of one namespace's few objects, cost little.
 */
import type { DatabaseSync } from 'node:sqlite'
import { sweptVersion } from '../history.ts'
import { prefixEnd } from '../keys.ts'
import { type Change, lastVersionOf, type Revision, type Version } from '../store.ts'
import { SWEEP } from './schema.ts'
import { asBuffer } from './wire.ts'

/** More than these, and the log is read through. */
const KEYS = 200
const CHANGES = 500
const BYTES = 4 * 1024 * 1024

/** The changes of keys with the prefix, after the version, in order; undefined: there are too many. */
export type ReadKeyHistory = (prefix: string, after: Version, through: Revision) => Change[] | undefined

interface Found {
  readonly change: Change
  /** The operation's own version. */
  readonly version: Version
}

export function createKeyHistory(db: DatabaseSync): ReadKeyHistory {
  const prepare = (sql: string) => {
    const statement = db.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  const currentKeys = prepare('SELECT key, version FROM current WHERE key >= ? AND key < ? LIMIT ?')
  const goneKeys = prepare('SELECT key, version, previous FROM gone WHERE key >= ? AND key < ? AND version > ? LIMIT ?')
  const entry = prepare('SELECT kind, previous, value FROM log WHERE version = ?')

  const read = (version: Version) =>
    entry.get(version) as unknown as [kind: number, previous: Version | null, value: Uint8Array | null]
  const valueAt = (version: Version) => asBuffer(read(version)[2] as Uint8Array)

  return (prefix, after, through) => {
    const range = [prefix, prefixEnd(prefix)] as const
    const current = currentKeys.all(...range, KEYS + 1) as unknown as [string, Version][]
    const gone = goneKeys.all(...range, after, KEYS + 1) as unknown as [string, Version, Version][]
    if (current.length > KEYS || gone.length > KEYS) return undefined
    const found: Found[] = []
    let bytes = 0

    /** A key's states from this version back to those that were there before. */
    function follow(key: string, newest: Version): void {
      for (let version: Version | null = newest; version !== null && version > after; ) {
        const [, previous, value]: ReturnType<typeof read> = read(version)
        const change = {
          key,
          version,
          value: asBuffer(value as Uint8Array),
          previous: previous === null ? undefined : valueAt(previous),
        }
        found.push({ change, version })
        bytes += change.value.length
        if (found.length > CHANGES || bytes > BYTES) return
        version = previous
      }
    }

    for (const [key, version] of current) follow(key, version)
    for (const [key, version, previous] of gone) {
      const [kind, , last] = read(version)
      const isLast = kind !== SWEEP || asBuffer(last as Uint8Array).toString('latin1') === key
      const change = { key, version: sweptVersion(version, isLast), value: undefined, previous: valueAt(previous) }
      found.push({ change, version })
      follow(key, previous)
    }
    if (found.length > CHANGES || bytes > BYTES) return undefined
    return found
      .filter(({ version }) => version <= lastVersionOf(through))
      .sort((a, b) => a.version - b.version || (a.change.key < b.change.key ? -1 : 1))
      .map(({ change }) => change)
  }
}
