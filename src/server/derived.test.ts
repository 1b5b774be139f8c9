import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore, type Store } from '../storage/index.ts'
import { derive } from './derived.ts'

const put = (store: Store, key: string, value: string) =>
  store.commit({ lane: '', preconditions: [], operations: [{ type: 'put', key, value: Buffer.from(value) }] })
const ignore = (): void => undefined

test('what is computed is kept until a commit below it, and only there', async () => {
  await using store = await openStore({ engine: 'memory' })
  const computed: string[] = []
  const compute = async (cluster: string) => {
    computed.push(cluster)
    return (await store.get(`/x/${cluster}/a`))?.value.toString()
  }
  using derived = await derive({ store, prefixes: ['/x/', '/y/'], compute, limit: 10, failed: ignore })
  assert.deepEqual(
    [await derived.of('one'), await derived.of('one'), await derived.of('two')],
    [undefined, undefined, undefined],
  )
  await put(store, '/x/one/a', 'new')
  assert.equal(await derived.of('one'), 'new')
  await derived.of('two')
  await put(store, '/y/two/b', '')
  await put(store, '/z/one/b', '')
  await derived.of('one')
  await derived.of('two')
  assert.deepEqual(computed, ['one', 'two', 'one', 'two'])
})

test('what a commit overtakes is not kept', async () => {
  await using store = await openStore({ engine: 'memory' })
  const gates: (() => void)[] = []
  const compute = async () => {
    const value = (await store.get('/x/one/a'))?.value.toString()
    await new Promise<void>((resolve) => gates.push(resolve))
    return value
  }
  using derived = await derive({ store, prefixes: ['/x/'], compute, limit: 10, failed: ignore })
  const early = derived.of('one')
  await new Promise(setImmediate)
  await put(store, '/x/one/a', 'new')
  const late = derived.of('one')
  await new Promise(setImmediate)
  for (const open of gates) open()
  assert.deepEqual([await early, await late], [undefined, 'new'])
})

test('no more than its limit is kept, and no failure', async () => {
  await using store = await openStore({ engine: 'memory' })
  const computed: string[] = []
  const compute = async (cluster: string) => {
    computed.push(cluster)
    if (cluster === 'bad') throw new Error('bad')
  }
  using derived = await derive({ store, prefixes: ['/x/'], compute, limit: 2, failed: ignore })
  for (const cluster of ['a', 'b', 'c', 'b', 'c', 'a']) await derived.of(cluster)
  assert.deepEqual(computed, ['a', 'b', 'c', 'a'])
  for (let round = 0; round < 2; round++) await assert.rejects(derived.of('bad'), /bad/)
  assert.equal(computed.filter((cluster) => cluster === 'bad').length, 2)
})

test('a store that can no longer tell what changes is reported', async () => {
  const store = await openStore({ engine: 'memory' })
  const failures: string[] = []
  using _derived = await derive({
    store,
    prefixes: ['/x/'],
    compute: async () => 1,
    limit: 2,
    failed: (error) => failures.push(error.name),
  })
  await store[Symbol.asyncDispose]()
  assert.equal(failures.length, 1)
})
