/** What a store should be, in the simplest words: every revision's rows are kept whole, every change in one list. */
import type { Commit, Precondition, Revision, Row, Version } from '../store.ts'

interface ModelChange {
  readonly key: string
  /** The operation's own version, which decides what a watch is given. */
  readonly version: Version
  /** The version that the watch is told. */
  readonly told: Version
  readonly value: string | undefined
  readonly previous: string | undefined
}

type Rows = ReadonlyMap<string, { value: string; version: Version }>

export interface Model {
  revision(): Revision
  commit(commit: Commit): { ok: true; revision: Revision } | { ok: false; failed: number; version: Version | undefined }
  rows(prefix: string, at?: Revision): Row[]
  changes(prefix: string, after: Version): ModelChange[]
}

export function createModel(): Model {
  const states = new Map<Revision, Rows>([[1, new Map()]])
  const changes: ModelChange[] = []
  let revision = 1

  return {
    revision: () => revision,
    commit({ preconditions, operations }) {
      const rows = new Map(states.get(revision))
      for (const [failed, precondition] of preconditions.entries()) {
        if (!holds(precondition, rows)) return { ok: false, failed, version: there(precondition, rows) }
      }
      if (operations.length === 0) return { ok: true, revision }
      const made: ModelChange[] = []
      const change = (key: string, value: string | undefined, version: Version, told = version) => {
        const previous = rows.get(key)?.value
        if (value === undefined) rows.delete(key)
        else rows.set(key, { value, version })
        made.push({ key, version, told, value, previous })
      }
      for (const [place, operation] of operations.entries()) {
        const version = (revision + 1) * 256 + place
        if (operation.type === 'put') change(operation.key, operation.value.toString(), version)
        else if (operation.type === 'delete') {
          if (rows.has(operation.key)) change(operation.key, undefined, version)
        } else if (operation.type === 'deletePrefix') {
          const keys = [...rows.keys()].filter((key) => key.startsWith(operation.prefix)).sort()
          for (const key of keys) change(key, undefined, version, key === keys.at(-1) ? version : version - 1)
        } else {
          const sum = Number(rows.get(operation.key)?.value ?? 0) + operation.delta
          if (Number.isNaN(sum) || sum < 0 || sum > (operation.max ?? Number.POSITIVE_INFINITY)) {
            const row = states.get(revision)?.get(operation.key)
            return { ok: false, failed: preconditions.length + place, version: row?.version }
          }
          change(operation.key, String(sum), version)
        }
      }
      revision++
      states.set(revision, rows)
      changes.push(...made)
      return { ok: true, revision }
    },
    rows(prefix, at = revision) {
      const rows = [...(states.get(at) as Rows)].filter(([key]) => key.startsWith(prefix))
      const sorted = rows.sort(([a], [b]) => (a < b ? -1 : 1))
      return sorted.map(([key, { value, version }]) => ({ key, value: Buffer.from(value), version }))
    },
    changes: (prefix, after) => changes.filter(({ key, version }) => key.startsWith(prefix) && version > after),
  }
}

function holds(precondition: Precondition, rows: Rows): boolean {
  switch (precondition.type) {
    case 'version':
      return rows.get(precondition.key)?.version === precondition.version
    case 'absent':
      return !rows.has(precondition.key)
    case 'present':
      return rows.has(precondition.key)
    case 'noneUnder':
      return ![...rows.keys()].some((key) => key.startsWith(precondition.prefix))
  }
}

function there(precondition: Precondition, rows: Rows): Version | undefined {
  if (precondition.type !== 'noneUnder') return rows.get(precondition.key)?.version
  const first = [...rows.keys()].filter((key) => key.startsWith(precondition.prefix)).sort()[0]
  return first === undefined ? undefined : rows.get(first)?.version
}
