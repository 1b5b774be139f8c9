/**
 * The rows of the memory engine, each with its earlier states as long as the history reaches back, and the history itself
 * in order. A deleted key stays, as a state without a value, until its deletion is forgotten.
 */
import { type Cursor, type Slice, sweptVersion } from '../history.ts'
import { prefixEnd, rangeStart } from '../keys.ts'
import { type Change, lastVersionOf, type Revision, type Row, revisionOf, type Version } from '../store.ts'
import { createSortedMap, lowerBound } from './sorted-map.ts'

interface State {
  readonly version: Version
  readonly value: Buffer | undefined
  previous: State | undefined
}

interface Entry {
  readonly key: string
  readonly state: State
  /** What a watch is told: sweptVersion. */
  readonly told: Version
}

/** So many changes a slice of history looks at. */
const SLICE = 5_000

export interface Versions {
  latest(key: string): Row | undefined
  /** Rows in order from `after` on, as they were at the revision. */
  rows(prefix: string, after: string | undefined, revision: Revision): Generator<Row>
  put(key: string, value: Buffer, version: Version): Change
  delete(key: string, version: Version): Change | undefined
  sweep(prefix: string, version: Version): Change[]
  history(prefix: string, cursor: Cursor, through: Revision): Slice
  /** Forgets changes of revisions before this one, so many at most; says whether all are forgotten. */
  forget(before: Revision, limit: number): boolean
  /** How many changes are remembered, and of which revision the oldest is that would be left of so many. */
  remembered(): number
  revisionOfNewest(count: number): Revision
}

export function createVersions(): Versions {
  const states = createSortedMap<State>()
  const history: Entry[] = []
  let forgotten = 0

  function stateAt(key: string, revision: Revision): State | undefined {
    let state = states.get(key)
    while (state !== undefined && revisionOf(state.version) > revision) state = state.previous
    return state
  }

  function write(key: string, value: Buffer | undefined, version: Version, told: Version): Change {
    const before = states.get(key)
    const state: State = { version, value, previous: before }
    states.set(key, state)
    history.push({ key, state, told })
    return { key, version: told, value, previous: before?.value }
  }

  const live = (key: string) => states.get(key)?.value !== undefined

  return {
    latest: (key) => toRow(key, states.get(key)),
    *rows(prefix, after, revision) {
      for (const [key] of states.range(rangeStart(prefix, after), prefixEnd(prefix))) {
        const row = toRow(key, stateAt(key, revision))
        if (row !== undefined) yield row
      }
    },
    put: (key, value, version) => write(key, value, version, version),
    delete: (key, version) => (live(key) ? write(key, undefined, version, version) : undefined),
    sweep(prefix, version) {
      const keys = [...states.range(prefix, prefixEnd(prefix))].map(([key]) => key).filter(live)
      return keys.map((key, index) => write(key, undefined, version, sweptVersion(version, index === keys.length - 1)))
    },
    history(prefix, cursor, through) {
      const { after, within } = cursor
      let at = lowerBound(history, ({ state }) => state.version <= after)
      if (within !== undefined) {
        const swept = history[at]?.state.version
        while (history[at]?.state.version === swept && (history[at] as Entry).key <= within) at++
      }
      const end = Math.min(
        at + SLICE,
        lowerBound(history, ({ state }) => state.version <= lastVersionOf(through)),
      )
      const changes = history.slice(at, end).flatMap((entry) => (entry.key.startsWith(prefix) ? [toChange(entry)] : []))
      const last = history[end - 1]
      const next = history[end]
      if (last === undefined || next === undefined || revisionOf(next.state.version) > through) {
        return { changes, next: undefined, revision: through }
      }
      const inside = next.state.version === last.state.version
      return {
        changes,
        next: inside ? { after: last.state.version - 1, within: last.key } : { after: last.state.version },
        revision: revisionOf(next.state.version) - 1,
      }
    },
    forget(before, limit) {
      const stop = Math.min(forgotten + limit, history.length)
      let entry = history[forgotten]
      while (forgotten < stop && entry !== undefined && revisionOf(entry.state.version) < before) {
        entry.state.previous = undefined
        if (entry.state.value === undefined && states.get(entry.key) === entry.state) states.delete(entry.key)
        forgotten++
        entry = history[forgotten]
      }
      const done = entry === undefined || revisionOf(entry.state.version) >= before
      // Cut off now and then: an array's head is dear to remove one by one.
      if (forgotten > 1_000 && forgotten > history.length / 2) {
        history.splice(0, forgotten)
        forgotten = 0
      }
      return done
    },
    remembered: () => history.length - forgotten,
    revisionOfNewest: (count) => revisionOf(history[history.length - count]?.state.version ?? 0),
  }
}

function toRow(key: string, state: State | undefined): Row | undefined {
  return state?.value === undefined ? undefined : { key, value: state.value, version: state.version }
}

function toChange({ key, state, told }: Entry): Change {
  return { key, version: told, value: state.value, previous: state.previous?.value }
}
