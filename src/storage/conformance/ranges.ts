/** Reads: the latest state, the state at a revision, pages, compaction. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStoreError } from '../errors.ts'
import { type Revision, type Row, revisionOf } from '../store.ts'
import { type Open, put, readAll, remove, removeAll, text, write } from './harness.ts'

const keysOf = (rows: readonly { key: string }[]) => rows.map(({ key }) => key)

export function testRanges(open: Open): void {
  test('a range holds exactly the keys with its prefix, in the order of their bytes', async () => {
    await using store = await open()
    await write(store, ...['/a', '/a/b', '/a-b', '/a/', '/a.b', '/b', '/A', '/a~', '/a/~', '!x'].map((key) => put(key)))
    const { rows, more } = await store.range({ prefix: '/a', limit: 100 })
    assert.deepEqual(keysOf(rows), ['/a', '/a-b', '/a.b', '/a/', '/a/b', '/a/~', '/a~'])
    assert.equal(more, false)
    assert.deepEqual(keysOf(await readAll(store, '/a/')), ['/a/', '/a/b', '/a/~'])
    assert.equal((await readAll(store, '')).length, 10)
    assert.deepEqual(await readAll(store, '/c'), [])
  })

  test('a page ends at its limit and the next goes on after its last key', async () => {
    await using store = await open()
    await write(store, ...['/1', '/2', '/3', '/4'].map((key) => put(key)))
    const page = async (limit: number, after?: string) => {
      const { rows, more } = await store.range({ prefix: '/', limit, ...(after === undefined ? {} : { after }) })
      return [...keysOf(rows), more]
    }
    assert.deepEqual(await page(3), ['/1', '/2', '/3', true])
    assert.deepEqual(await page(3, '/3'), ['/4', false])
    assert.deepEqual(await page(4), ['/1', '/2', '/3', '/4', false])
    assert.deepEqual(await page(9, '/25'), ['/3', '/4', false])
    assert.deepEqual(await page(9, ''), ['/1', '/2', '/3', '/4', false])
    assert.deepEqual(await page(9, '/9'), [false])
  })

  test('a range at a revision is the state that there was, whatever has been written since', async () => {
    await using store = await open()
    await write(store, put('/a', 'a1'), put('/b', 'b1'), put('/c', 'c1'))
    const then = await write(store, put('/a', 'a2'), remove('/b'))
    await write(store, put('/b', 'b2'), removeAll('/c'), put('/d', 'd1'))
    await write(store, put('/c', 'c2'), put('/a', 'a3'), remove('/d'))
    const at = async (revision: number) => (await readAll(store, '/', 1, revision)).map(({ value }) => text(value))
    assert.deepEqual(await at(then - 1), ['a1', 'b1', 'c1'])
    assert.deepEqual(await at(then), ['a2', 'c1'])
    assert.deepEqual(await at(then + 1), ['a2', 'b2', 'd1'])
    assert.deepEqual(await at(then + 2), ['a3', 'b2', 'c2'])
    assert.deepEqual(await at(1), [])
  })

  test('pages at the first one’s revision are one picture, while others write', async () => {
    await using store = await open()
    const keys = Array.from({ length: 200 }, (_, n) => `/k/${String(n).padStart(4, '0')}`)
    for (let n = 0; n < keys.length; n += 100)
      await write(store, ...keys.slice(n, n + 100).map((key) => put(key, 'old')))
    let writing = true
    const writer = (async () => {
      for (let n = 0; writing; n++) {
        const key = keys[(n * 37) % keys.length] as string
        await write(store, n % 3 === 0 ? remove(key) : put(key, `new-${n}`), put(`/k/${n}-new`))
        if (n % 10 === 0) await write(store, removeAll('/k/01'))
      }
    })()
    const first = await store.range({ prefix: '/k/', limit: 3 })
    const before = await readAll(store, '/k/', 1000, first.revision)
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(await readAll(store, '/k/', 7, first.revision), before)
    }
    writing = false
    await writer
    assert.deepEqual(await readAll(store, '/k/', 11, first.revision), before)
  })

  test('while others write, whatever is read is the state of a revision that has been reached', async () => {
    await using store = await open()
    const reads: { rows: readonly Row[]; revision: Revision }[] = []
    const writes = Array.from({ length: 300 }, async (_, n) => {
      const revision = await write(store, put('/n', `${n}`), put(`/${n % 20}`, `${n}`), remove(`/${(n * 7) % 20}`))
      assert.ok(store.revision() >= revision)
      const page = await store.range({ prefix: '/', limit: 100 })
      assert.ok(page.revision >= revision && page.revision <= store.revision())
      reads.push(page)
      const row = await store.get('/n')
      assert.ok(row !== undefined && revisionOf(row.version) >= revision)
      assert.ok(revisionOf(row.version) <= store.revision())
    })
    await Promise.all(writes)
    for (const { rows, revision } of reads) {
      assert.deepEqual(rows, (await readAll(store, '/', 100, revision)).slice(0, rows.length))
    }
  })

  test('a range of many rows is whole', async () => {
    await using store = await open()
    const count = 7_000
    for (let n = 0; n < count; n += 100) {
      await write(store, ...Array.from({ length: 100 }, (_, place) => put(`/m/${n + place}`, 'x'.repeat(300))))
    }
    const rows = await readAll(store, '/m/', count)
    assert.equal(rows.length, count)
    assert.deepEqual(keysOf(rows), Array.from({ length: count }, (_, n) => `/m/${n}`).sort())
    assert.equal(await store.count('/m/'), count)
    assert.equal(await store.count('/m/1'), 1_111)
    assert.ok((await store.count('/m/', 1_000)) >= 1_000)
    assert.equal(await store.count('/m/1', 5_000), 1_111)
  })

  test('of many prefixes those that some key begins with are told, in the order in which they were asked for', async () => {
    await using store = await open()
    await write(store, put('/a/1'), put('/ab'), put('/z/%2F'), put('/gone/1'), put('/swept/1'))
    await write(store, remove('/gone/1'), removeAll('/swept/'))
    const asked = ['/z/', '/none/', '/a/', '/gone/', '/swept/', '/a/2', '/ab', '/z/%2F']
    assert.deepEqual(await store.occupied(asked), ['/z/', '/a/', '/ab', '/z/%2F'])
    assert.deepEqual(await store.occupied(['/a', '/a/', '/'], 1), ['/a', '/'])
    assert.deepEqual(await store.occupied(['/a', '/', '/none'], 3), [])
    const many = Array.from({ length: 300 }, (_, n) => `/many/${n}/`)
    assert.deepEqual(await store.occupied([...many, '/ab']), ['/ab'])
    assert.deepEqual(await store.occupied([]), [])
  })

  test('after thousands of deletions a page still has a row to go on after', async () => {
    await using store = await open()
    for (let n = 0; n < 6_000; n += 100) {
      await write(store, ...Array.from({ length: 100 }, (_, place) => put(`/d/${n + place}`)))
    }
    const before = await write(store, put('/d/z'))
    await write(store, removeAll('/d/1'))
    await write(store, removeAll('/d/5'))
    for (const limit of [10, 10_000]) {
      assert.equal((await readAll(store, '/d/', limit)).length, 6_001 - 1_111 - 1_111)
      assert.equal((await readAll(store, '/d/', limit, before)).length, 6_001)
    }
    await write(store, removeAll('/d/'))
    assert.deepEqual(await readAll(store, '/d/'), [])
    assert.equal((await readAll(store, '/d/', 10_000, before)).length, 6_001)
    assert.equal(await store.count('/d/'), 0)
  })

  test('compaction forgets earlier revisions and nothing else', async () => {
    await using store = await open()
    await write(store, put('/a', 'a1'), put('/b', 'b1'), put('/gone'))
    await write(store, put('/a', 'a2'), remove('/gone'))
    const kept = await write(store, put('/c', 'c1'))
    await write(store, remove('/b'))
    assert.equal(store.compacted(), 0)
    await store.compact(kept)
    assert.equal(store.compacted(), kept)
    await assert.rejects(store.range({ prefix: '/', limit: 9, at: kept - 1 }), (error) =>
      isStoreError(error, 'compacted'),
    )
    const at = async (revision?: number) => (await readAll(store, '/', 9, revision)).map(({ value }) => text(value))
    assert.deepEqual(await at(kept), ['a2', 'b1', 'c1'])
    assert.deepEqual(await at(), ['a2', 'c1'])
    assert.equal(text((await store.get('/a'))?.value), 'a2')
    await store.compact(2)
    assert.equal(store.compacted(), kept)
    await store.compact(store.revision())
    assert.deepEqual(await at(), ['a2', 'c1'])
  })

  test('a revision ahead of the store is an error, not a wait', async () => {
    await using store = await open()
    const isFuture = (error: unknown) => isStoreError(error, 'future')
    await assert.rejects(store.range({ prefix: '/', limit: 9, at: 2 }), isFuture)
    await assert.rejects(store.compact(2), isFuture)
  })
}
