/**
 * Clients of several stores that are one, on few keys: what they are told is held against the only orders that are allowed, and
 * what watches of each store tell against what was acknowledged.
 */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Call, compareAndSet, read, violation, write } from '../../src/storage/conformance/linearizable.ts'
import { type Change, isStoreError, lastVersionOf, type Precondition, type Store } from '../../src/storage/index.ts'

const KEYS = 4
const CLIENTS = 6
const PAUSE_MS = 5

export interface LoadResult {
  readonly acknowledged: number
  /** Commits of which nobody knows what became of them. */
  readonly unknown: number
  /** The longest that a client was without an answer. */
  readonly longestMs: number
}

/** Runs until `done` resolves; a prefix of its own for each run. */
export async function load(stores: readonly Store[], prefix: string, done: Promise<unknown>): Promise<LoadResult> {
  const keys = Array.from({ length: KEYS }, (_, n) => `${prefix}${n}`)
  const calls = new Map<string, Call[]>(keys.map((key) => [key, []]))
  const acknowledged = new Map<number, string>()
  const watches = await Promise.all(stores.map((store) => follow(store, prefix)))
  let [running, clock, names, unknown, longestMs] = [true, 0, 0, 0, 0]

  async function commit(store: Store, key: string, value: string, guard: Precondition[]): Promise<boolean | undefined> {
    try {
      const operations = [{ type: 'put', key, value: Buffer.from(value) }] as const
      const result = await store.commit({ lane: key, preconditions: guard, operations })
      if (result.ok) acknowledged.set(result.revision, `${key} ${value}`)
      return result.ok
    } catch (error) {
      assert.ok(isStoreError(error, 'failed'), String(error))
      unknown++
      return undefined
    }
  }

  async function one(store: Store, number: number): Promise<void> {
    const key = keys[(number + names) % KEYS] as string
    const history = calls.get(key) as Call[]
    const value = `${++names}`
    const begin = ++clock
    const seen = await store
      .fresh?.()
      .then(() => store.get(key))
      .catch((error) => {
        assert.ok(isStoreError(error, 'failed'), String(error))
        return 'unknown' as const
      })
    if (seen === 'unknown') return
    history.push(read(begin, ++clock, seen?.value.toString()))
    const again = ++clock
    if (names % 3 === 0) {
      const ok = await commit(store, key, value, [])
      history.push(write(again, ok === undefined ? Number.POSITIVE_INFINITY : ++clock, value))
      return
    }
    const guard: Precondition =
      seen === undefined ? { type: 'absent', key } : { type: 'version', key, version: seen.version }
    const ok = await commit(store, key, value, [guard])
    history.push(
      compareAndSet(again, ok === undefined ? Number.POSITIVE_INFINITY : ++clock, seen?.value.toString(), value, ok),
    )
  }

  async function client(number: number): Promise<void> {
    while (running) {
      const begin = performance.now()
      await one(stores[number % stores.length] as Store, number)
      longestMs = Math.max(longestMs, performance.now() - begin)
      await sleep(PAUSE_MS)
    }
  }

  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)))
  await Promise.race([done, clients])
  running = false
  await clients
  for (const [key, history] of calls) assert.deepEqual(violation(history), undefined, key)
  for (const [index, store] of stores.entries()) {
    await store.fresh?.()
    const { changes, failed } = watches[index] as Followed
    assert.deepEqual(failed, [])
    checkChanges(changes, acknowledged)
  }
  for (const watch of watches) watch[Symbol.dispose]()
  return { acknowledged: acknowledged.size, unknown, longestMs }
}

interface Followed extends Disposable {
  readonly changes: Change[]
  readonly failed: Error[]
}

async function follow(store: Store, prefix: string): Promise<Followed> {
  const changes: Change[] = []
  const failed: Error[] = []
  const watch = await store.watch({
    prefix,
    after: lastVersionOf(store.revision()),
    deliver: (batch) => changes.push(...batch.changes),
    failed: (error) => failed.push(error),
  })
  return { changes, failed, [Symbol.dispose]: () => watch[Symbol.dispose]() }
}

/** Each once, in order, with the state before it; and all that was acknowledged. */
function checkChanges(changes: readonly Change[], acknowledged: ReadonlyMap<number, string>): void {
  const states = new Map<string, string>()
  const told = new Map<number, string>()
  let before = 0
  for (const { key, version, value, previous } of changes) {
    assert.ok(version > before, `${version} after ${before}`)
    before = version
    assert.equal(previous?.toString(), states.get(key), `the state before ${version}`)
    states.set(key, String(value))
    told.set(Math.floor(version / 256), `${key} ${value}`)
  }
  for (const [revision, words] of acknowledged) assert.equal(told.get(revision), words, `revision ${revision}`)
}
