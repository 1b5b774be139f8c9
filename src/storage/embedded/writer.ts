/** The writer: judges commits and writes what they do, many in one transaction, so that they share one fsync. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { judge } from '../judge.ts'
import { prefixEnd } from '../keys.ts'
import type { ShareMeter } from '../shares.ts'
import { type Commit, type Operation, type Revision, type Row, revisionOf, type Version, versionOf } from '../store.ts'
import { DELETE, NOTHING, PUT, SWEEP } from './schema.ts'
import { asBuffer, type Effect, type Outcome } from './wire.ts'

export interface Writer {
  revision(): Revision
  /** Durable when it returns. If it throws, nothing of the group was written. */
  write(group: readonly Commit[]): Outcome[]
}

/** What a change costs in the history beside its key and value, about. */
const OVERHEAD = 60

export function createWriter(db: DatabaseSync, meter: Pick<ShareMeter, 'wrote'>): Writer {
  const prepare = (sql: string): StatementSync => {
    const statement = db.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  const begin = prepare('BEGIN IMMEDIATE')
  const end = prepare('COMMIT')
  const greatest = prepare('SELECT max(version) FROM log')
  const versionOfKey = prepare('SELECT version FROM current WHERE key = ?')
  const valueAt = prepare('SELECT value FROM log WHERE version = ?')
  const firstUnder = prepare('SELECT key FROM current WHERE key >= ? AND key < ? LIMIT 1')
  const allUnder = prepare('SELECT key, version FROM current WHERE key >= ? AND key < ? ORDER BY key')
  const log = prepare('INSERT INTO log (version, kind, previous, key, value) VALUES (?, ?, ?, ?, ?)')
  const setCurrent = prepare(
    'INSERT INTO current VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET version = excluded.version',
  )
  const removeCurrent = prepare('DELETE FROM current WHERE key = ?')
  const removeUnder = prepare('DELETE FROM current WHERE key >= ? AND key < ?')
  const addGone = prepare('INSERT INTO gone VALUES (?, ?, ?)')

  const [last] = row(greatest) ?? []
  let revision = last === null || last === undefined ? 1 : revisionOf(Number(last))

  const view = {
    version: (key: string) => row(versionOfKey, key)?.[0] as Version | undefined,
    value: (key: string) => rowOf(key)?.value,
    first: (prefix: string) => row(firstUnder, prefix, prefixEnd(prefix))?.[0] as string | undefined,
  }

  function rowOf(key: string): Row | undefined {
    const version = view.version(key)
    if (version === undefined) return undefined
    return { key, version, value: asBuffer(row(valueAt, version)?.[0] as Uint8Array) }
  }

  function apply(commit: Commit): Outcome {
    const verdict = judge(commit, view)
    if (!verdict.ok) return { ok: false, failed: verdict.failed, row: rowOf(verdict.key) }
    if (commit.operations.length === 0) return { ok: true, revision, effects: [] }
    revision++
    const effects = commit.operations.map((operation, place) =>
      execute(operation, versionOf(revision, place), verdict.sums.get(place)),
    )
    if (!effects.some(changesAnything)) log.run(versionOf(revision, 0), NOTHING, null, '', null)
    return { ok: true, revision, effects }
  }

  function execute(operation: Operation, version: Version, sum: Buffer | undefined): Effect {
    switch (operation.type) {
      case 'put':
        return put(operation.key, operation.value, version)
      case 'add':
        return put(operation.key, sum as Buffer, version)
      case 'delete':
        return remove(operation.key, version)
      case 'deletePrefix':
        return sweep(operation.prefix, version)
    }
  }

  function put(key: string, value: Buffer, version: Version): Effect {
    const previous = view.version(key)
    log.run(version, PUT, previous ?? null, key, value)
    setCurrent.run(key, version)
    meter.wrote(key, OVERHEAD + key.length + value.length)
    return { type: 'put', key, value, previous: previous ?? 0 }
  }

  function remove(key: string, version: Version): Effect {
    const previous = view.version(key)
    if (previous === undefined) return { type: 'delete', key, previous: 0 }
    log.run(version, DELETE, previous, key, null)
    removeCurrent.run(key)
    addGone.run(key, version, previous)
    meter.wrote(key, OVERHEAD + 2 * key.length)
    return { type: 'delete', key, previous }
  }

  function sweep(prefix: string, version: Version): Effect {
    const under = allUnder.all(prefix, prefixEnd(prefix)) as unknown as [string, Version][]
    const last = under.at(-1)
    if (last !== undefined) {
      log.run(version, SWEEP, null, prefix, Buffer.from(last[0], 'latin1'))
      for (const [key, previous] of under) {
        addGone.run(key, version, previous)
        meter.wrote(key, OVERHEAD + key.length)
      }
      removeUnder.run(prefix, prefixEnd(prefix))
    }
    return { type: 'sweep', prefix, keys: under.map(([key]) => key), previous: under.map(([, previous]) => previous) }
  }

  return {
    revision: () => revision,
    write(group) {
      const before = revision
      begin.run()
      try {
        const outcomes = group.map(apply)
        end.run()
        return outcomes
      } catch (error) {
        revision = before
        // SQLite has rolled back by itself after some errors.
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
  }
}

function row(statement: StatementSync, ...parameters: (string | number)[]): readonly unknown[] | undefined {
  return statement.get(...parameters) as readonly unknown[] | undefined
}

function changesAnything(effect: Effect): boolean {
  return effect.type === 'put' || (effect.type === 'delete' ? effect.previous > 0 : effect.keys.length > 0)
}
