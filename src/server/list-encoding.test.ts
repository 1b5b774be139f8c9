import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openStore, type RangeRequest, type RangeResult, type Store } from '../storage/index.ts'
import { type Client, resourceRef, startServer, type TestServer } from '../testing/index.ts'
import { tryRequest } from './try-request.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const MAPS = '/clusters/root:lists/api/v1/namespaces/default/configmaps'
/** More than two pages. */
const COUNT = 1203

interface Counted {
  readonly store: Store
  /** How many pages of rows have been read. */
  readonly pages: () => number
}

function counted(store: Store): Counted {
  let pages = 0
  const range = (request: RangeRequest): Promise<RangeResult> => {
    if (request.prefix.startsWith('/core/configmaps/')) pages++
    return store.range(request)
  }
  return { store: { ...store, range }, pages: () => pages }
}

const as = (kind: string) => `application/json;as=${kind};g=meta.k8s.io;v=v1`
const signal = new AbortController().signal

describe('a long list', () => {
  let server: TestServer
  let reads: Counted
  let client: Client
  before(async () => {
    reads = counted(await openStore({ engine: 'memory' }))
    server = await startServer({ store: reads.store, features: [] })
    client = await server.workspace('lists')
    const maps = Array.from({ length: COUNT }, (_, index) => `m${String(index).padStart(4, '0')}`)
    await Promise.all(
      maps.map((name) =>
        client.create(CONFIG_MAPS, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, namespace: 'default' },
          data: { a: '"\n  ],' },
        }),
      ),
    )
  })
  after(() => server[Symbol.asyncDispose]())
  const open = (url: string, headers: Record<string, string> = {}) =>
    server.handler({
      method: 'GET',
      url,
      headers,
      user: { username: 'shard-admin', groups: ['system:masters'] },
      signal,
      body: async () => Buffer.alloc(0),
    })

  test('is read a page at a time, as fast as it is taken', async () => {
    const before = reads.pages()
    const { body } = await open(MAPS)
    assert.equal(reads.pages() - before, 1)
    const pieces = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
    for (let taken = 0; taken < 3; taken++) await pieces.next()
    assert.equal(reads.pages() - before, 1)
    await pieces.next()
    assert.equal(reads.pages() - before, 2)
    await pieces.return?.()
  })

  test('shows the state that it began with', async () => {
    const { body } = await open(MAPS)
    await client.delete(CONFIG_MAPS, 'm1200', { namespace: 'default' })
    const pieces = await Array.fromAsync(body)
    const { items } = JSON.parse(Buffer.concat(pieces).toString())
    assert.equal(items.length, COUNT + 1)
    // The list says what they are.
    assert.deepEqual(Object.keys(items[0]), ['metadata', 'data'])
    await client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm1200', namespace: 'default' },
    })
  })

  test('breaks off, for it cannot be an error any more, when its state has been forgotten', async () => {
    const { body } = await open(MAPS)
    await client.delete(CONFIG_MAPS, 'm1201', { namespace: 'default' })
    await reads.store.compact(reads.store.revision())
    await assert.rejects(Array.fromAsync(body), { message: /too old/ })
  })

  for (const [form, headers, query] of [
    ['JSON', {}, ''],
    ['JSON for people', {}, '?pretty=true'],
    ['a Table', { accept: as('Table') }, ''],
    ['a Table for people', { accept: as('Table') }, '?pretty=true'],
    ['metadata', { accept: as('PartialObjectMetadataList') }, ''],
    ['metadata for people', { accept: as('PartialObjectMetadataList') }, '?pretty=true'],
  ] as const) {
    test(`as ${form} is printed as one text would be`, async () => {
      for (const limit of [
        '',
        `${query === '' ? '?' : '&'}limit=5000`,
        `${query === '' ? '?' : '&'}labelSelector=none`,
      ]) {
        const { text, json } = await tryRequest(server.handler, 'GET', `${MAPS}${query}${limit}`, { headers })
        assert.equal(text, query === '' ? JSON.stringify(json) : `${JSON.stringify(json, null, 2)}\n`)
      }
    })
  }
})
