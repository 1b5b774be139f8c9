import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Row, Store } from '../../storage/index.ts'
import { openStore } from '../../storage/index.ts'
import { type Client, resourceRef, startServer, type TestServer } from '../../testing/index.ts'
import { type TriedAnswer, type TriedRequest, tryRequest } from '../try-request.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const MAPS = '/clusters/root:lists/api/v1/namespaces/full/configmaps'
const COUNT = 1203

interface Listed {
  metadata: { name: string; resourceVersion: string }
}
const itemsOf = ({ json }: TriedAnswer): Listed[] => json.items as Listed[]
const namesOf = (answer: TriedAnswer): string[] => itemsOf(answer).map(({ metadata }) => metadata.name)
const nameAt = (index: number) => `m${String(index).padStart(4, '0')}`

describe('a list', () => {
  let server: TestServer
  let store: Store
  let client: Client
  before(async () => {
    store = await openStore({ engine: 'memory' })
    server = await startServer({ store, features: [] })
    client = await server.workspace('lists')
    for (const name of ['full', 'changing']) await makeNamespace(name)
    const all = Array.from({ length: COUNT }, (_, index) =>
      create('full', nameAt(index), { half: index % 2 === 0 ? 'even' : 'odd' }),
    )
    await Promise.all(all)
  })
  after(() => server[Symbol.asyncDispose]())
  const get = (url: string, request: TriedRequest = {}) => tryRequest(server.handler, 'GET', url, request)
  const makeNamespace = (name: string) =>
    client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  const create = (namespace: string, name: string, labels: Record<string, string> = {}) =>
    client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels } })

  test('holds everything, in the order of names, with what exists by itself in its place', async () => {
    const names = namesOf(await get(MAPS))
    assert.deepEqual(names, ['kube-root-ca.crt', ...Array.from({ length: COUNT }, (_, index) => nameAt(index))])
  })

  for (const limit of [1, 499, 500, 501, 1203, 1204, 5000]) {
    test(`in pages of ${limit} holds the same`, async () => {
      const names: string[] = []
      let token = ''
      do {
        const page = await get(`${MAPS}?limit=${limit}&continue=${token}`)
        assert.equal(page.status, 200, page.text.slice(0, 200))
        assert.ok(itemsOf(page).length <= limit)
        names.push(...namesOf(page))
        token = String(page.json.metadata.continue ?? '')
      } while (token !== '' && names.length < 20)
      const whole = namesOf(await get(MAPS))
      assert.deepEqual(names, whole.slice(0, names.length))
      if (token === '') assert.equal(names.length, whole.length)
    })
  }

  test('with a selector fills its pages with what is selected', async () => {
    const first = await get(`${MAPS}?limit=600&labelSelector=half%3Deven`)
    assert.equal(itemsOf(first).length, 600)
    const second = await get(`${MAPS}?limit=600&labelSelector=half%3Deven&continue=${first.json.metadata.continue}`)
    assert.deepEqual(namesOf(second), [nameAt(1200), nameAt(1202)])
    assert.equal(second.json.metadata.continue, undefined)
  })

  const SELECTED: readonly [string, string[]][] = [
    ['fieldSelector=metadata.name%3Dm0007', ['m0007']],
    ['fieldSelector=metadata.name%3Dm000', []],
    ['fieldSelector=metadata.name%3Dkube-root-ca.crt', ['kube-root-ca.crt']],
    ['fieldSelector=metadata.name%3Dm0007,metadata.namespace%3Dfull', ['m0007']],
    ['fieldSelector=metadata.name%3Dm0007,metadata.namespace!%3Dfull', []],
    ['labelSelector=half%3Dodd&fieldSelector=metadata.name%3Dm0007', ['m0007']],
    ['labelSelector=half%3Deven&fieldSelector=metadata.name%3Dm0007', []],
    ['labelSelector=!half', ['kube-root-ca.crt']],
    ['labelSelector=half+in+(none)', []],
  ]
  for (const [query, names] of SELECTED) {
    test(`with ${query} holds ${names.length}`, async () => {
      assert.deepEqual(namesOf(await get(`${MAPS}?${query}`)), names)
    })
  }

  test('shows one state on all its pages', async () => {
    const url = '/clusters/root:lists/api/v1/namespaces/changing/configmaps'
    for (const name of ['a', 'b', 'c']) await create('changing', name)
    const first = await get(`${url}?limit=2`)
    await client.delete(CONFIG_MAPS, 'c', { namespace: 'changing' })
    await create('changing', 'd')
    const second = await get(`${url}?limit=2&continue=${first.json.metadata.continue}`)
    assert.deepEqual([...namesOf(first), ...namesOf(second)], ['a', 'b', 'c', 'kube-root-ca.crt'])
    assert.equal(second.json.metadata.resourceVersion, first.json.metadata.resourceVersion)
    assert.deepEqual(namesOf(await get(url)), ['a', 'b', 'd', 'kube-root-ca.crt'])
    const exact = `${url}?resourceVersion=${first.json.metadata.resourceVersion}&resourceVersionMatch=Exact`
    assert.deepEqual(namesOf(await get(exact)), ['a', 'b', 'c', 'kube-root-ca.crt'])
    const asOfOld = `${url}?limit=500&resourceVersion=${first.json.metadata.resourceVersion}`
    assert.deepEqual(namesOf(await get(asOfOld)), ['a', 'b', 'c', 'kube-root-ca.crt'])
    const notOlder = `${url}?resourceVersion=${first.json.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`
    assert.deepEqual(namesOf(await get(notOlder)), ['a', 'b', 'd', 'kube-root-ca.crt'])
    assert.deepEqual(namesOf(await get(`${url}?resourceVersion=0&resourceVersionMatch=NotOlderThan`)).length, 4)
  })

  const FORBIDDEN: readonly [string, string, RegExp][] = [
    ['a match without a version', 'resourceVersionMatch=Exact', /forbidden unless resourceVersion is provided/],
    ['an exact match of 0', 'resourceVersion=0&resourceVersionMatch=Exact', /forbidden for resourceVersion "0"/],
    [
      'a match that is none',
      'resourceVersion=1&resourceVersionMatch=Odd',
      /supported values: "Exact", "NotOlderThan", ""/,
    ],
    ['a match beside continue', 'resourceVersion=1&resourceVersionMatch=Exact&continue=x', /when continue is provided/],
    ['initial events', 'sendInitialEvents=true', /sendInitialEvents is forbidden for list/],
  ]
  for (const [what, query, message] of FORBIDDEN) {
    test(`with ${what} is invalid`, async () => {
      const answer = await get(`${MAPS}?${query}`)
      assert.equal(answer.status, 422)
      assert.match(answer.failure.message, message)
    })
  }

  test('does not leave its place with the token of another one', async () => {
    const { json } = await get(`${MAPS}?limit=1`)
    const { metadata } = await get(
      `/clusters/root:lists/api/v1/namespaces/none/configmaps?continue=${json.metadata.continue}`,
    ).then((answer) => answer.json)
    assert.equal(metadata.continue, undefined)
    const { status } = await get(`${MAPS}?limit=1&continue=${json.metadata.continue}&resourceVersion=5`)
    assert.equal(status, 400)
  })

  test('says how many are left, when it is not selected', async () => {
    const first = await get(`${MAPS}?limit=1`)
    const left = Number(first.json.metadata.remainingItemCount)
    const second = await get(`${MAPS}?limit=2&continue=${first.json.metadata.continue}`)
    assert.equal(second.json.metadata.remainingItemCount, left - 2)
    const whole = (await get(MAPS)).json.items as unknown[]
    assert.equal(left, whole.length - 1)
    const selected = await get(`${MAPS}?limit=1&labelSelector=!none`)
    assert.equal(selected.json.metadata.remainingItemCount, undefined)
  })

  test('of the future is told to come back', async () => {
    const future = String((store.revision() + 10) * 256)
    for (const url of [`${MAPS}?resourceVersion=${future}`, `${MAPS}/m0001?resourceVersion=${future}`]) {
      const { status, failure, headers } = await get(url)
      assert.equal(status, 504)
      assert.match(failure.message, /^Timeout: Too large resource version/)
      assert.equal(failure.details?.causes?.[0]?.reason, 'ResourceVersionTooLarge')
      assert.equal(headers['retry-after'], '1')
    }
  })

  test('in pages ends where it ended when it began, whatever is behind it by then', async () => {
    const url = '/clusters/root:lists/api/v1/namespaces/changing/configmaps'
    const all = namesOf(await get(url))
    const first = await get(`${url}?limit=${all.length - 1}`)
    await create('changing', 'zz')
    const last = await get(`${url}?limit=1&continue=${first.json.metadata.continue}`)
    assert.deepEqual(namesOf(last), all.slice(-1))
    assert.equal(last.json.metadata.continue ?? '', '')
  })

  test('of a state that is forgotten is gone, and a page of it can go on inconsistently', async () => {
    const url = '/clusters/root:lists/api/v1/namespaces/changing/configmaps'
    const first = await get(`${url}?limit=1`)
    const old = String(first.json.metadata.resourceVersion)
    await create('changing', 'e')
    await store.compact(store.revision())
    const exact = await get(`${url}?resourceVersion=${old}&resourceVersionMatch=Exact`)
    assert.deepEqual([exact.status, exact.failure.reason], [410, 'Expired'])
    assert.equal(exact.failure.message, 'The resourceVersion for the provided list is too old.')
    const expired = await get(`${url}?limit=1&continue=${first.json.metadata.continue}`)
    assert.deepEqual([expired.status, expired.failure.reason], [410, 'Expired'])
    // Such a token does not grow old: it stands for what is the latest when it is used.
    await create('changing', 'f')
    await store.compact(store.revision())
    const rest = await get(`${url}?limit=10&continue=${expired.failure.metadata.continue}`)
    assert.deepEqual(namesOf(rest), ['b', 'd', 'e', 'f', 'kube-root-ca.crt', 'zz'])
  })

  test('across namespaces and across logical clusters tells them apart', async () => {
    const inCluster = itemsOf(await get('/clusters/root:lists/api/v1/configmaps?fieldSelector=metadata.name%3Da'))
    assert.equal(inCluster.length, 1)
    await server.client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default' },
    })
    const everywhere = (await get('/clusters/*/api/v1/configmaps?fieldSelector=metadata.name%3Da')).json.items as {
      metadata: { annotations: Record<string, string> }
    }[]
    const clusters = everywhere.map(({ metadata }) => metadata.annotations['kcp.io/cluster'])
    assert.equal(new Set(clusters).size, 2)
    assert.ok(clusters.includes('root'))
  })

  test('is a Table, metadata alone, or YAML when asked for', async () => {
    const one = `${MAPS}?fieldSelector=metadata.name%3Dm0001`
    const as = (form: string) => ({
      headers: { accept: `application/json;as=${form};v=v1;g=meta.k8s.io,application/json` },
    })
    const table = await get(one, as('Table'))
    assert.equal(table.json.kind, 'Table')
    const { columnDefinitions, rows } = table.json as unknown as {
      columnDefinitions: { name: string }[]
      rows: { cells: unknown[]; object: { kind: string } }[]
    }
    assert.deepEqual(
      columnDefinitions.map(({ name }) => name),
      ['Name', 'Data', 'Age'],
    )
    assert.deepEqual([rows.length, rows[0]?.cells[0], rows[0]?.object.kind], [1, 'm0001', 'PartialObjectMetadata'])
    const bare = await get(`${one}&includeObject=None`, as('Table'))
    assert.equal((bare.json.rows as { object: unknown }[])[0]?.object, null)
    const partial = await get(one, as('PartialObjectMetadataList'))
    assert.equal(partial.json.kind, 'PartialObjectMetadataList')
    assert.deepEqual(Object.keys(itemsOf(partial)[0] ?? {}).sort(), ['apiVersion', 'kind', 'metadata'])
    const single = await get(`${MAPS}/m0001`, as('PartialObjectMetadata'))
    assert.equal(single.json.kind, 'PartialObjectMetadata')
    const yaml = await get(one, { headers: { accept: 'application/yaml' } })
    assert.equal(yaml.headers['content-type'], 'application/yaml')
    assert.match(yaml.text, /^apiVersion: v1\n/)
  })

  test('is compressed when it is long and the client can read that', async () => {
    const plain = await get(MAPS)
    const packed = await get(MAPS, { headers: { 'accept-encoding': 'gzip' } })
    assert.equal(packed.headers['content-encoding'], 'gzip')
    assert.equal(plain.headers['content-encoding'], undefined)
    assert.equal(packed.text, plain.text)
    const short = await get(`${MAPS}?limit=1`, { headers: { 'accept-encoding': 'gzip' } })
    assert.equal(short.headers['content-encoding'], undefined)
  })

  test('has the rows that the store has', async () => {
    const prefix = '/core/configmaps/builtin/'
    const { rows } = await store.range({ prefix, limit: 10_000 })
    const stored = rows.filter(({ key }: Row) => key.includes('/full/')).map(({ version }: Row) => String(version))
    const listed = itemsOf(await get(`${MAPS}?labelSelector=half`)).map(({ metadata }) => metadata.resourceVersion)
    assert.deepEqual(listed, stored)
  })
})
