/** A network with faults between the store and etcd, and an etcd that refuses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isStoreError, lastVersionOf, openStore, type Store } from '../../src/storage/index.ts'
import { startEtcd } from './cluster.ts'
import { load } from './load.ts'
import { startProxy, type Weather } from './proxy.ts'

const put = (store: Store, key: string, value = key) =>
  store.commit({ lane: 'one', preconditions: [], operations: [{ type: 'put', key, value: Buffer.from(value) }] })

/** Longer than an election takes. */
const FROZEN_MS = 4_000
/** A store keeps the last 64 MiB of changes in memory. */
const CHURN_MB = 70

for (const [weather, says] of [
  ['slow', 'is slow'],
  ['cut', 'is cut'],
  ['silent', 'carries nothing any more, and says so to nobody'],
] as const satisfies readonly (readonly [Weather, string])[]) {
  test(`the way to a member ${says}: nothing is lost, doubled or told wrongly`, async (t) => {
    await using etcd = await startEtcd({ members: 3, fast: true })
    const member = await startProxy(etcd.urls[0] as string)
    await using _member = member
    // One store sees all members and the first of them through the fault, the other none of it.
    await using faulty = await openStore({ engine: 'etcd', servers: [member.url, ...etcd.urls.slice(1)] })
    await using other = await openStore({ engine: 'etcd', servers: etcd.urls.slice(1) })
    const faults = (async () => {
      for (let round = 0; round < 2; round++) {
        await sleep(800)
        member.set(weather)
        await sleep(weather === 'silent' ? 7_000 : 2_000)
        member.set('fair')
      }
      await sleep(500)
    })()
    const { acknowledged, unknown, longestMs } = await load([faulty, other], `/${weather}/`, faults)
    t.diagnostic(`${acknowledged} acknowledged, ${unknown} unknown, ${Math.round(longestMs)} ms the longest`)
    assert.ok(acknowledged > 0, `${acknowledged} commits were acknowledged`)
    assert.equal(unknown, 0)
  })
}

test('members freeze, the leader among them, and come back with what they believed: nothing is lost, or told wrongly', async (t) => {
  await using etcd = await startEtcd({ members: 3, fast: true })
  const open = () => openStore({ engine: 'etcd', servers: etcd.urls })
  await using one = await open()
  await using other = await open()
  const faults = (async () => {
    for (const member of [0, 1, 2]) {
      await sleep(500)
      etcd.freeze(member)
      await sleep(FROZEN_MS)
      etcd.thaw(member)
    }
    await sleep(500)
  })()
  const { acknowledged, unknown, longestMs } = await load([one, other], '/frozen/', faults)
  t.diagnostic(`${acknowledged} acknowledged, ${unknown} unknown, ${Math.round(longestMs)} ms the longest`)
  assert.equal(unknown, 0)
})

test("one workspace's churn, more than memory holds, leaves the history of another as it was", async () => {
  await using etcd = await startEtcd({ fast: true })
  await using store = await openStore({ engine: 'etcd', servers: etcd.urls })
  const quiet = '/core/configmaps/builtin/quiet/'
  await put(store, `${quiet}ns/a`, 'first')
  const begin = store.revision()
  await put(store, `${quiet}ns/a`, 'second')
  for (let n = 0; n < CHURN_MB; n++)
    await put(store, `/core/configmaps/builtin/busy/ns/${n % 5}`, String(n).padEnd(1_000_000))
  await put(store, `${quiet}ns/a`, 'third')
  const seen: string[] = []
  const third = Promise.withResolvers<void>()
  using _watch = await store.watch({
    prefix: quiet,
    after: lastVersionOf(begin),
    deliver: ({ changes }) => {
      seen.push(...changes.map(({ previous, value }) => `${previous} ${value}`))
      if (seen.length === 2) third.resolve()
    },
    failed: third.reject,
  })
  await third.promise
  assert.deepEqual(seen, ['first second', 'second third'])
  const [row] = (await store.range({ prefix: quiet, limit: 1, at: begin })).rows
  assert.equal(row?.value.toString(), 'first')
})

test('an answer that is lost is found out: the commit is made once, or not at all', async () => {
  await using etcd = await startEtcd({ fast: true })
  const proxy = await startProxy(etcd.urls[0] as string)
  await using _proxy = proxy
  await using store = await openStore({ engine: 'etcd', servers: [proxy.url] })
  await using other = await openStore({ engine: 'etcd', servers: etcd.urls })
  const add = { type: 'add', key: '/count', delta: 1 } as const
  let counted = 0
  for (let round = 0; round < 15; round++) {
    const commits = Array.from({ length: 8 }, (_, n) =>
      store.commit({ lane: `${n}`, preconditions: [], operations: [add, { type: 'delete', key: `/${round}` }] }),
    )
    await sleep(round % 4)
    proxy.set('cut')
    await sleep(20)
    proxy.set('fair')
    for (const result of await Promise.all(commits)) {
      assert.ok(result.ok)
      counted++
    }
  }
  await other.fresh?.()
  assert.equal((await other.get('/count'))?.value.toString(), String(counted))
})

test('without space a commit is refused and nothing of it written; reads go on', async () => {
  await using etcd = await startEtcd({ fast: true, flags: ['--quota-backend-bytes=2097152'] })
  await using store = await openStore({ engine: 'etcd', servers: etcd.urls })
  await put(store, '/first')
  const isFull = (error: unknown) => isStoreError(error, 'full')
  const filled = (async () => {
    for (let n = 0; n < 100; n++) await put(store, `/fill/${n}`, 'x'.repeat(200_000))
  })()
  await assert.rejects(filled, isFull)
  await assert.rejects(put(store, '/late'), isFull)
  assert.equal(await store.get('/late'), undefined)
  assert.equal((await store.get('/first'))?.value.toString(), '/first')
})

test('history that another process compacts is told as compacted, and watches of what is left go on', async () => {
  await using etcd = await startEtcd({ fast: true })
  const open = () => openStore({ engine: 'etcd', servers: etcd.urls })
  await using writer = await open()
  for (let n = 0; n < 50; n++) await put(writer, `/${n % 5}`, `${n}`)
  await using late = await open()
  const seen: string[] = []
  using _live = await writer.watch({
    prefix: '/',
    after: lastVersionOf(writer.revision()),
    deliver: ({ changes }) => seen.push(...changes.map(({ value }) => String(value))),
    failed: (error) => seen.push(error.message),
  })
  for (let n = 50; n < 100; n++) {
    await put(writer, `/${n % 5}`, `${n}`)
    if (n === 75) await writer.compact(writer.revision())
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 50 }, (_, n) => `${n + 50}`),
  )
  await late.fresh?.()
  // It has not heard of the compaction until it looks for what is gone.
  const ended = new Promise<Error>((resolve, reject) => {
    const request = { prefix: '/', after: lastVersionOf(10), deliver: () => {}, failed: resolve }
    late.watch(request).catch(reject)
  })
  assert.ok(isStoreError(await ended.catch((error) => error), 'compacted'))
  await assert.rejects(late.range({ prefix: '/', limit: 1, at: 20 }), (error) => isStoreError(error, 'compacted'))
  await using later = await open()
  assert.equal(later.compacted(), 77)
  const resumed: string[] = []
  using _resumed = await later.watch({
    prefix: '/',
    after: lastVersionOf(76),
    deliver: ({ changes }) => resumed.push(...changes.map(({ value, previous }) => `${previous} ${value}`)),
    failed: (error) => resumed.push(error.message),
  })
  while (resumed.length < 25) await sleep(10)
  assert.deepEqual(
    resumed,
    Array.from({ length: 25 }, (_, n) => `${n + 70} ${n + 75}`),
  )
})

test('etcd that is not there, or wants TLS, is named with what to do', async () => {
  await assert.rejects(openStore({ engine: 'etcd', servers: ['http://127.0.0.1:1'] }), {
    name: 'KeelsonError',
    message: /^etcd at http:\/\/127\.0\.0\.1:1 cannot be used: /,
  })
})
