/** The end of a store: nothing hangs, nothing that was promised is lost. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStoreError } from '../errors.ts'
import { commitOf, type Open, put, until, watchAll, write } from './harness.ts'

const isClosed = (error: unknown) => isStoreError(error, 'closed')

export function testClosing(open: Open): void {
  test('commits that were made before the store is closed are done, later calls are refused', async () => {
    const store = await open()
    await write(store, put('/a'))
    const seen = await watchAll(store, '/', 0)
    const pending = Array.from({ length: 200 }, (_, n) => store.commit(commitOf([put(`/${n}`)])))
    const closing = store[Symbol.asyncDispose]()
    await assert.rejects(store.commit(commitOf([put('/late')])), isClosed)
    for (const result of await Promise.all(pending)) assert.ok(result.ok)
    await closing
    await assert.rejects(store.get('/a'), isClosed)
    await assert.rejects(store.range({ prefix: '/', limit: 1 }), isClosed)
    await assert.rejects(store.count('/'), isClosed)
    await assert.rejects(store.occupied(['/']), isClosed)
    await assert.rejects(store.compact(1), isClosed)
    await assert.rejects(watchAll(store, '/', 0), isClosed)
    await until(() => seen.errors.length > 0)
    assert.ok(isClosed(seen.errors[0]))
    await store[Symbol.asyncDispose]()
  })
}
