/** Watches: history then live, without a gap, resumable, and ended with a reason. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStoreError } from '../errors.ts'
import { lastVersionOf, type Operation, versionOf, type WatchBatch } from '../store.ts'
import { commitOf, inWords, type Open, put, remove, removeAll, until, watchAll, write } from './harness.ts'

export function testWatches(open: Open): void {
  test('a watch tells every change with the state before it, before the commit resolves', async () => {
    await using store = await open()
    await write(store, put('/a', 'a1'), put('/other'))
    using seen = await watchAll(store, '/a', lastVersionOf(store.revision()))
    await seen.caughtUp()
    assert.deepEqual(seen.batches, [{ changes: [], revision: 2 }])
    const steps: [Operation, string][] = [
      [put('/a', 'a2'), '768 /a a1 > a2'],
      [put('/ab', 'b'), '1024 /ab - > b'],
      [remove('/a'), '1280 /a a2 > -'],
      [put('/a', 'a3'), '1536 /a - > a3'],
    ]
    for (const [operation, words] of steps) {
      await write(store, operation)
      assert.equal(inWords(seen.changes.at(-1) as never), words)
    }
    await write(store, put('/other', 'x'), remove('/never'))
    assert.equal(seen.changes.length, 4)
  })

  test('a watch from any version is exact, inside a commit too', async () => {
    await using store = await open()
    await write(store, put('/1'), put('/2'), put('/3'))
    await write(store, put('/4'))
    for (const [after, keys] of [
      [0, ['/1', '/2', '/3', '/4']],
      [versionOf(2, 0), ['/2', '/3', '/4']],
      [versionOf(2, 1), ['/3', '/4']],
      [lastVersionOf(2), ['/4']],
      [lastVersionOf(3), []],
    ] as const) {
      using seen = await watchAll(store, '/', after)
      await seen.caughtUp()
      assert.deepEqual(
        seen.changes.map(({ key }) => key),
        keys,
      )
    }
  })

  test('of a prefix that is deleted, watchers see each key, and who resumes in between misses none', async () => {
    await using store = await open()
    await write(store, put('/a/1', 'x'), put('/a/2', 'y'), put('/a/3', 'z'), put('/b'))
    using live = await watchAll(store, '/', lastVersionOf(2))
    await live.caughtUp()
    await write(store, put('/b', 'b2'), removeAll('/a/'))
    const deletions = ['768 /a/1 x > -', '768 /a/2 y > -', '769 /a/3 z > -']
    assert.deepEqual(live.changes.map(inWords), ['768 /b /b > b2', ...deletions])
    using resumed = await watchAll(store, '/', 768)
    await resumed.caughtUp()
    assert.deepEqual(resumed.changes.map(inWords), deletions)
    using after = await watchAll(store, '/', 769)
    await after.caughtUp()
    assert.deepEqual(after.changes, [])
  })

  test('many thousand keys of a deleted prefix reach watches of any prefix, live and from history', async () => {
    await using store = await open()
    const count = 6_000
    for (let n = 0; n < count; n += 100) {
      await write(store, ...Array.from({ length: 100 }, (_, place) => put(`/s/${n + place}`)))
    }
    const before = lastVersionOf(store.revision())
    using wide = await watchAll(store, '/', before)
    using narrow = await watchAll(store, '/s/12', before)
    using other = await watchAll(store, '/t', before)
    await Promise.all([wide.caughtUp(), narrow.caughtUp(), other.caughtUp()])
    const concurrent = [write(store, removeAll('/s/')), write(store, put('/s/1299', 'again')), write(store, put('/t'))]
    await Promise.all(concurrent)
    await until(() => wide.changes.length === count + 2 && narrow.changes.length === 112)
    using replayed = await watchAll(store, '/s/', before)
    await replayed.caughtUp()
    const below = wide.changes.filter(({ key }) => key.startsWith('/s/'))
    assert.deepEqual(replayed.changes.map(inWords), below.map(inWords))
    assert.deepEqual(
      narrow.changes.map(inWords),
      wide.changes.filter(({ key }) => key.startsWith('/s/12')).map(inWords),
    )
    assert.equal(new Set(wide.changes.map(({ key }) => key)).size, count + 1)
    assert.deepEqual(
      other.changes.map(({ key }) => key),
      ['/t'],
    )
  })

  test('watches that begin while others write see every change once and in order', async () => {
    await using store = await open()
    const writes = Array.from({ length: 400 }, (_, n) => write(store, put(`/w/${n % 10}`, `${n}`)))
    const watches = []
    for (let n = 0; n < 20; n++) {
      watches.push(await watchAll(store, '/w/', 0), await watchAll(store, `/w/${n % 10}`, 0))
      await writes[n * 20]
    }
    await Promise.all(writes)
    for (const [n, seen] of watches.entries()) {
      await seen.caughtUp()
      const versions = seen.changes.map(({ version }) => version)
      assert.equal(versions.length, n % 2 === 0 ? 400 : 40)
      assert.deepEqual(
        versions,
        [...new Set(versions)].sort((a, b) => a - b),
      )
    }
  })

  test('a commit made in deliver comes after the one that is being delivered', async () => {
    await using store = await open()
    const order: string[] = []
    let second: Promise<unknown> | undefined
    using _first = await store.watch({
      prefix: '/',
      after: lastVersionOf(1),
      deliver: ({ changes }) => {
        for (const { key } of changes) {
          order.push(`first ${key}`)
          if (key === '/a') second = store.commit(commitOf([put('/b')]))
        }
      },
      failed: () => {},
    })
    using last = await watchAll(store, '/', lastVersionOf(1))
    await last.caughtUp()
    await write(store, put('/a'))
    await second
    assert.deepEqual(order, ['first /a', 'first /b'])
    assert.deepEqual(
      last.changes.map(({ key }) => key),
      ['/a', '/b'],
    )
  })

  test('all watches of a prefix are handed one batch', async () => {
    await using store = await open()
    using one = await watchAll(store, '/a', lastVersionOf(1))
    using other = await watchAll(store, '/a', lastVersionOf(1))
    await Promise.all([one.caughtUp(), other.caughtUp()])
    await write(store, put('/a'))
    assert.equal(one.batches.at(-1), other.batches.at(-1))
  })

  test('a watch that has been disposed of hears nothing more, one that throws takes no other along', async () => {
    await using store = await open()
    const disposed = await watchAll(store, '/', 0)
    disposed[Symbol.dispose]()
    const errors: Error[] = []
    const thrown = new Error('a receiver with a fault')
    await store.watch({
      prefix: '/',
      after: 0,
      deliver: ({ changes }: WatchBatch) => {
        if (changes.length > 0) throw thrown
      },
      failed: (error) => errors.push(error),
    })
    using healthy = await watchAll(store, '/', 0)
    await healthy.caughtUp()
    await write(store, put('/a'))
    await write(store, put('/b'))
    assert.deepEqual(errors, [thrown])
    assert.equal(healthy.changes.length, 2)
    assert.deepEqual(disposed.batches, [])
  })

  test('a watch of what has been compacted, or of the future, is refused', async () => {
    await using store = await open()
    await write(store, put('/a'))
    await write(store, put('/b'))
    const kept = await write(store, put('/c'))
    await store.compact(kept)
    await assert.rejects(watchAll(store, '/', lastVersionOf(kept - 2)), (error) => isStoreError(error, 'compacted'))
    using seen = await watchAll(store, '/', lastVersionOf(kept - 1))
    await seen.caughtUp()
    assert.deepEqual(seen.changes.map(inWords), [`${versionOf(kept, 0)} /c - > /c`])
    await assert.rejects(watchAll(store, '/', versionOf(kept + 1, 0)), (error) => isStoreError(error, 'future'))
  })

  test('twenty thousand watches cost the commits of other prefixes next to nothing', async () => {
    await using store = await open()
    const commits = 2_000
    const cpuOfCommits = async () => {
      const before = process.cpuUsage()
      await Promise.all(
        Array.from({ length: commits }, (_, n) => write(store, put(`/core/secrets/-/one/default/${n}`))),
      )
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1_000
    }
    await cpuOfCommits()
    const alone = await cpuOfCommits()
    const quiet = { after: lastVersionOf(store.revision()), deliver: () => {}, failed: () => {} }
    for (let n = 0; n < 10_000; n++) await store.watch({ ...quiet, prefix: `/apps/deployments/-/cluster-${n}/` })
    for (let n = 0; n < 10_000; n++) await store.watch({ ...quiet, prefix: '/core/configmaps/-/same/' })
    using seen = await watchAll(store, '/core/secrets/', lastVersionOf(store.revision()))
    await seen.caughtUp()
    const watched = await cpuOfCommits()
    assert.equal(seen.changes.length, commits)
    // A look at each of them would be forty million looks: more than a second.
    assert.ok(watched < alone * 3 + 300, `${watched} ms of CPU with the watches, ${alone} ms without`)
  })
}
