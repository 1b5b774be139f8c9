/**
 * Histories of many clients at once: what each was told, held against the only orders that are allowed. More operations by
 * KEELSON_STORE_OPERATIONS.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Commit,
  lastVersionOf,
  type Operation,
  type Revision,
  type Row,
  type Store,
  type Version,
} from '../store.ts'
import { commitOf, inWords, type Open, put, remove, removeAll, text, until } from './harness.ts'
import { type Call, compareAndSet, read, violation, write } from './linearizable.ts'
import { createModel, type Model } from './model.ts'

const OPERATIONS = Number(process.env.KEELSON_STORE_OPERATIONS ?? 2_000)
const CLIENTS = 8
const KEYS = ['/r/1', '/r/2', '/r/3', '/s/1', '/s/2']
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Numbers that are the same each time (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export function testHistories(open: Open): void {
  test(`${OPERATIONS} reads, writes and compare-and-sets of ${CLIENTS} clients are linearizable`, async () => {
    await using store = await open()
    const random = randomFrom(20_261_121)
    const calls = new Map<string, Call[]>(KEYS.map((key) => [key, []]))
    let clock = 0
    let names = 0

    async function one(): Promise<void> {
      const key = KEYS[random(KEYS.length)] as string
      const history = calls.get(key) as Call[]
      const value = `${++names}`
      const kind = random(6)
      const begin = ++clock
      if (kind < 2) {
        const row = await store.get(key)
        history.push(read(begin, ++clock, text(row?.value)))
      } else if (kind === 2) {
        const { rows } = await store.range({ prefix: key, limit: 1 })
        history.push(read(begin, ++clock, text(rows[0]?.value)))
      } else if (kind === 3) {
        const gone = random(3) === 0
        await store.commit(commitOf([gone ? remove(key) : put(key, value)], [], `lane-${random(4)}`))
        history.push(write(begin, ++clock, gone ? undefined : value))
      } else {
        const seen = await store.get(key)
        history.push(read(begin, ++clock, text(seen?.value)))
        for (let waits = random(3); waits > 0; waits--) await turn()
        const again = ++clock
        const guard =
          seen === undefined
            ? ({ type: 'absent', key } as const)
            : ({ type: 'version', key, version: seen.version } as const)
        const { ok } = await store.commit(commitOf([put(key, value)], [guard], `lane-${random(4)}`))
        history.push(compareAndSet(again, ++clock, text(seen?.value), value, ok))
      }
    }

    let left = OPERATIONS
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        while (left-- > 0) await one()
      }),
    )
    for (const [key, history] of calls) assert.deepEqual(violation(history), undefined, key)
  })

  test(`${OPERATIONS} commits are serial by their revisions: pages are of one of them, watches lose, double and reorder nothing`, async () => {
    await using store = await open()
    const random = randomFrom(4_242)
    const committed: [Revision, Commit][] = []
    const pages: { rows: readonly Row[]; revision: Revision }[] = []
    let left = OPERATIONS
    const writing = Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        while (left-- > 0) {
          const commit = await randomCommit(store, random, client)
          const result = await store.commit(commit)
          if (result.ok) committed.push([result.revision, commit])
          if (random(10) === 0) pages.push(await store.range({ prefix: '/', limit: 100 }))
        }
      }),
    )
    let done = false
    const watchers = ['/', '/', '/r/', '/s/1'].map((prefix, n) => follow(store, prefix, randomFrom(n), () => done))
    await writing
    done = true
    const model = createModel()
    for (const [revision, commit] of committed.sort(([one], [other]) => one - other)) {
      assert.deepEqual(model.commit(commit), { ok: true, revision })
    }
    for (const { rows, revision } of pages) assert.deepEqual(rows, model.rows('/', revision))
    for (const watcher of watchers) checkSessions(await watcher, model)
  })
}

async function randomCommit(store: Store, random: (below: number) => number, client: number): Promise<Commit> {
  const operations = Array.from({ length: 1 + random(4) }, (): Operation => {
    const key = KEYS[random(KEYS.length)] as string
    const kind = random(12)
    if (kind === 0) return removeAll('/s/')
    return kind < 3 ? remove(key) : put(key, `${client}-${random(1e9)}`)
  })
  if (random(3) > 0) return commitOf(operations, [], `lane-${client}`)
  const row = await store.get(KEYS[random(KEYS.length)] as string)
  return commitOf(
    operations,
    row === undefined ? [] : [{ type: 'version', key: row.key, version: row.version }],
    `lane-${client}`,
  )
}

interface Session {
  readonly prefix: string
  readonly after: Version
  readonly seen: string[]
  last: boolean
}

/** Watches, stops somewhere, also inside a commit, and goes on from there, until nothing more is written. */
async function follow(
  store: Store,
  prefix: string,
  random: (below: number) => number,
  done: () => boolean,
): Promise<Session[]> {
  const sessions: Session[] = []
  let after: Version = lastVersionOf(1)
  for (;;) {
    const session: Session = { prefix, after, seen: [], last: done() }
    sessions.push(session)
    const most = session.last ? Number.POSITIVE_INFINITY : 1 + random(200)
    const target = store.revision()
    let reached = 0
    let failure: Error | undefined
    {
      using _watch = await store.watch({
        prefix,
        after,
        deliver: ({ changes, revision }) => {
          reached = revision
          for (const change of changes) {
            if (session.seen.length >= most) return
            session.seen.push(inWords(change))
            after = change.version
          }
        },
        failed: (error) => {
          failure = error
        },
      })
      const enough = () => session.seen.length >= most || (done() && reached >= target)
      await until(() => failure !== undefined || enough(), 60_000)
    }
    assert.equal(failure, undefined)
    if (session.last) return sessions
  }
}

/** Each session saw the changes after its version from the first on, and the last one all of them. */
function checkSessions(sessions: readonly Session[], model: Model): void {
  for (const { prefix, after, seen, last } of sessions) {
    const changes = model.changes(prefix, after)
    const expected = changes.map(
      ({ told, key, previous, value }) => `${told} ${key} ${previous ?? '-'} > ${value ?? '-'}`,
    )
    assert.deepEqual(seen, last ? expected : expected.slice(0, seen.length), `a watch of ${prefix} after ${after}`)
  }
}
