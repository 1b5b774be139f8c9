import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { serviceUnavailable } from '../machinery/index.ts'
import { fakeCollection, WIDGETS, type Widget, widget } from './fake-collection.ts'
import { runReflector } from './reflector.ts'
import { virtualClock } from './virtual-clock.ts'

function follow(collection: ReturnType<typeof fakeCollection>) {
  const clock = virtualClock()
  const stop = new AbortController()
  const seen: string[] = []
  const errors: string[] = []
  const done = runReflector<Widget>({
    client: collection.client,
    resource: WIDGETS,
    clock,
    signal: stop.signal,
    log: { info() {}, error: (_message, fields) => errors.push(String(fields?.error)) },
    sink: {
      restarted: () => seen.push('restarted'),
      changed: ({ metadata, spec }) => seen.push(`${metadata.name}=${spec.size}`),
      deleted: ({ metadata }) => seen.push(`-${metadata.name}`),
      synced: () => seen.push('synced'),
    },
  })
  const settle = () => clock.advance(0)
  const end = () => {
    stop.abort()
    return done
  }
  return { clock, seen, errors, settle, stop: end }
}

/** What the n-th request asked for. */
function query(collection: ReturnType<typeof fakeCollection>, index: number): Record<string, string> {
  const { searchParams } = new URL(collection.requests.at(index) ?? '', 'http://localhost')
  searchParams.delete('timeoutSeconds')
  return Object.fromEntries(searchParams)
}

test('one streaming watch brings what there is, its end, and what happens then', async () => {
  const collection = fakeCollection()
  collection.put(widget('a'))
  const { seen, settle, stop } = follow(collection)
  await settle()
  collection.put(widget('a', 2))
  collection.remove(widget('a', 2))
  await settle()
  assert.deepEqual(seen, ['restarted', 'a=1', 'synced', 'a=2', '-a'])
  assert.deepEqual(collection.requests.length, 1)
  assert.deepEqual(query(collection, 0), {
    watch: 'true',
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
    allowWatchBookmarks: 'true',
  })
  await stop()
})

test('a server without WatchList is listed in pages, then watched from the version of the list', async () => {
  const collection = fakeCollection({ watchList: false })
  for (let i = 0; i < 600; i++) collection.put(widget(`w${i}`))
  const { seen, settle, stop } = follow(collection)
  await settle()
  collection.put(widget('new'))
  await settle()
  assert.equal(seen.length, 603)
  assert.deepEqual([seen[0], seen[601], seen[602]], ['restarted', 'synced', 'new=1'])
  assert.equal(query(collection, 1).limit, '500')
  assert.equal(query(collection, 2).continue, '500')
  assert.equal(query(collection, 3).resourceVersion, '700')
  await stop()
})

test('a watch that ends is resumed after the last event or bookmark, and nothing is told twice', async () => {
  const collection = fakeCollection()
  collection.put(widget('a'))
  const { seen, settle, stop } = follow(collection)
  await settle()
  collection.put(widget('b'))
  collection.bookmark()
  const at = String(collection.version())
  await settle()
  collection.dropWatches()
  collection.put(widget('c'))
  await settle()
  assert.deepEqual(seen, ['restarted', 'a=1', 'synced', 'b=1', 'c=1'])
  assert.deepEqual(query(collection, 1), { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: at })
  await stop()
})

test('a forgotten version leads to a new picture', async () => {
  const collection = fakeCollection()
  collection.put(widget('a'))
  const { seen, settle, stop } = follow(collection)
  await settle()
  collection.dropWatches()
  collection.remove(widget('a'))
  collection.put(widget('b'))
  collection.compact()
  await settle()
  assert.deepEqual(seen, ['restarted', 'a=1', 'synced', 'restarted', 'b=1', 'synced'])
  await stop()
})

test('an unreachable server is tried again after times that double from 0.8 to 30 seconds', async () => {
  const collection = fakeCollection()
  collection.faults.push(...Array.from({ length: 8 }, () => serviceUnavailable('starting')))
  const { clock, seen, errors, stop } = follow(collection)
  const attempts = async (ms: number) => {
    await clock.advance(ms)
    return collection.requests.length
  }
  assert.equal(await attempts(799), 1)
  assert.equal(await attempts(801), 2, 'the first wait is 0.8 to 1.6 s')
  assert.ok((await attempts(3_200)) <= 4, 'the second wait is at least 1.6 s')
  await clock.advance(10 * 60_000)
  assert.deepEqual(seen, ['restarted', 'synced'])
  assert.equal(errors.length, 8)
  await stop()
})

test('a watch that outlasts what it was asked for hangs, and is started anew', async () => {
  const collection = fakeCollection()
  const { clock, stop } = follow(collection)
  await clock.advance(0)
  await clock.advance(11 * 60_000)
  await turn()
  assert.ok(collection.requests.length >= 2)
  await stop()
})

test('aborting ends it, and no timer stays', async () => {
  const collection = fakeCollection()
  const { clock, settle, stop } = follow(collection)
  await settle()
  await stop()
  assert.equal(clock.pending(), 0)
})
