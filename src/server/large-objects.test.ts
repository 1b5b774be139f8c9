import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeProtobuf, type KubeObject } from '../machinery/index.ts'
import { type Client, resourceRef, startServer, type TestServer } from '../testing/index.ts'
import { longestStep } from './longest-step.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const LEDGERS = resourceRef<Ledger>('example.com/v1', 'ledgers', { namespaced: true })
const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const WHERE = { namespace: 'default' }

interface Entry {
  name: string
  amount: number
}
interface Ledger extends KubeObject {
  spec: { entries: Entry[] }
}

const entry = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', maxLength: 20 }, amount: { type: 'integer' } },
  'x-kubernetes-validations': [{ rule: 'self.amount >= 0', message: 'no debts' }],
}
const entries = {
  type: 'array',
  maxItems: 20_000,
  items: entry,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
}
const schema = { type: 'object', properties: { spec: { type: 'object', properties: { entries } } } }
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'ledgers.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'ledgers', singular: 'ledger', kind: 'Ledger', listKind: 'LedgerList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
}

function ledger(name: string, count: number, change?: (entries: Entry[]) => void): Ledger {
  const all = Array.from({ length: count }, (_, index) => ({ name: `entry-${index}`, amount: index }))
  change?.(all)
  const metadata = { name, namespace: 'default' }
  return { apiVersion: 'example.com/v1', kind: 'Ledger', metadata, spec: { entries: all } }
}

async function withLedgers(server: TestServer): Promise<Client> {
  const client = await server.workspace('large')
  await client.create(CRDS, definition as KubeObject)
  return client
}

/** The same writes to an object of each size: what the smaller says of its first entries, the larger has to say. */
for (const [size, count] of [
  ['small', 3],
  ['large', 3000],
] as const) {
  test(`a ${size} object is tracked, validated, patched and applied`, async () => {
    await using server = await startServer()
    const client = await withLedgers(server)
    const created = await client.create(LEDGERS, ledger('one', count))
    const [mine] = created.metadata.managedFields as { fieldsV1: Record<string, Record<string, object>> }[]
    assert.deepEqual(Object.keys(mine?.fieldsV1['f:spec']?.['f:entries'] ?? {}).slice(0, 2), [
      '.',
      'k:{"name":"entry-0"}',
    ])

    const wrong = ledger('two', count, (all) => {
      all[1] = { name: 'entry-1', amount: -1 }
    })
    await assert.rejects(client.create(LEDGERS, wrong), /spec\.entries\[1\]: Invalid value: .*no debts/)
    const long = ledger('two', count, (all) => {
      all[2] = { name: 'x'.repeat(30), amount: 1 }
    })
    await assert.rejects(client.create(LEDGERS, long), /spec\.entries\[2\]\.name: Too long: may not be more than 20/)

    const patch = Array.from({ length: count }, (_, index) => ({
      op: 'replace',
      path: `/spec/entries/${index}/amount`,
      value: 1_000_000,
    }))
    const patched = await client.patch(LEDGERS, 'one', 'json', patch, WHERE)
    assert.ok(patched.spec.entries.every(({ amount }) => amount === 1_000_000))
    const beyond = [...patch, { op: 'remove', path: '/spec/entries/9999' }]
    await assert.rejects(
      client.patch(LEDGERS, 'one', 'json', beyond, WHERE),
      /the server rejected our request due to an error/,
    )

    const config = ledger('one', count)
    const options = { ...WHERE, fieldManager: 'other' }
    await assert.rejects(client.patch(LEDGERS, 'one', 'apply', config, options), (error: Error) => {
      assert.match(error.message, new RegExp(`^Apply failed with ${count} conflicts: conflicts with "`))
      assert.match(error.message, /\.spec\.entries\[name="entry-0"\]\.amount/)
      return true
    })
    const applied = await client.patch(LEDGERS, 'one', 'apply', config, { ...options, force: true })
    assert.equal(applied.spec.entries.at(-1)?.amount, count - 1)
  })
}

test('thousands of faults are told like one', async () => {
  await using server = await startServer()
  const client = await withLedgers(server)
  const wrong = ledger('one', 3000, (all) => {
    for (const one of all) one.name = 'x'.repeat(30)
  })
  const url = `${client.prefix}/apis/example.com/v1/namespaces/default/ledgers`
  const answer = await server.handler(requestOf('POST', url, Buffer.from(JSON.stringify(wrong))))
  assert.equal(answer.status, 422)
  const status = JSON.parse(Buffer.concat(answer.body as Buffer[]).toString())
  // Besides: the same key again, and rules that were not checked.
  assert.equal(status.details.causes.length, 3002)
  assert.match(status.message, /^Ledger\.example\.com "one" is invalid: \[spec\.entries\[0\]\.name: Too long/)
  assert.match(status.message, /spec\.entries\[2999\]\.name: Too long: may not be more than 20/)
})

test('unknown fields of a large object are told as the client wants, and labels that are null are empty', async () => {
  await using server = await startServer()
  const client = await withLedgers(server)
  const object = ledger('one', 3000, (all) => {
    for (const one of all) Object.assign(one, { unknown: 1 })
  })
  Object.assign(object.metadata, { labels: { a: null } })
  const url = `${client.prefix}/apis/example.com/v1/namespaces/default/ledgers`
  const send = (query: string) => server.handler(requestOf('POST', url + query, Buffer.from(JSON.stringify(object))))
  const strict = await send('?fieldValidation=Strict')
  assert.equal(strict.status, 400)
  const text = Buffer.concat(strict.body as Buffer[]).toString()
  assert.match(
    text,
    /unknown field \\"spec\.entries\[0\]\.unknown\\".* unknown field \\"spec\.entries\[2999\]\.unknown\\"/,
  )
  const warned = await send('?fieldValidation=Warn')
  assert.equal(warned.status, 201)
  const header = String(warned.headers.warning)
  assert.match(header, /^299 - "unknown field \\"spec\.entries\[0\]\.unknown\\""/)
  assert.ok(header.length < 6000)
  const created = JSON.parse(Buffer.concat(warned.body as Buffer[]).toString())
  assert.deepEqual(created.metadata.labels, { a: '' })
  assert.deepEqual(created.spec.entries[0], { name: 'entry-0', amount: 0 })
})

test('a large object is shown as a Table, for people, and as its metadata', async () => {
  await using server = await startServer()
  const client = await withLedgers(server)
  await client.create(LEDGERS, ledger('one', 6000))
  const url = `${client.prefix}/apis/example.com/v1/namespaces/default/ledgers/one`
  const read = async (accept: string, query = '') => {
    const asked = requestOf('GET', url + query, Buffer.alloc(0))
    const answer = await server.handler({ ...asked, headers: { accept, 'user-agent': 'test' } })
    return Buffer.concat(answer.body as Buffer[]).toString()
  }
  const table = JSON.parse(await read('application/json;as=Table;v=v1;g=meta.k8s.io'))
  assert.equal(table.rows[0].cells[0], 'one')
  const metadata = JSON.parse(await read('application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'))
  assert.deepEqual([metadata.kind, metadata.metadata.name, metadata.spec], ['PartialObjectMetadata', 'one', undefined])
  const plain = await read('application/json')
  assert.equal(await read('application/json', '?pretty=true'), `${JSON.stringify(JSON.parse(plain), null, 2)}\n`)
})

test('a body is read for keys that it has twice, however large it is', async () => {
  await using server = await startServer()
  const client = await server.workspace('large')
  const data = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`key-${index}`, 'text']))
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' }, data }
  const text = JSON.stringify(object).replace('"key-2999"', '"key-7"')
  const url = `${client.prefix}/api/v1/namespaces/default/configmaps?fieldValidation=Strict`
  const answer = await server.handler(requestOf('POST', url, Buffer.from(text)))
  assert.equal(answer.status, 400)
  assert.match(String((answer.body as Buffer[])[0]), /strict decoding error: duplicate field \\"data\.key-7\\"/)
  await client.create(CONFIG_MAPS, object)
})

test('a large object of a built-in kind is the same in protobuf as a small one', async () => {
  await using server = await startServer()
  const client = await server.workspace('large')
  const data = Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [`key-${index}`, 'a text of some length']))
  const metadata = { name: 'a', namespace: 'default' }
  await client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as KubeObject)
  const url = `${client.prefix}/api/v1/namespaces/default/configmaps/a`
  const asked = requestOf('GET', url, Buffer.alloc(0))
  const headers = { accept: 'application/vnd.kubernetes.protobuf', 'user-agent': 'test' }
  const answer = await server.handler({ ...asked, headers })
  const decoded = decodeProtobuf(Buffer.concat(answer.body as Buffer[]), { apiVersion: 'v1', kind: 'ConfigMap' })
  assert.ok(decoded.ok)
  const { metadata: read, ...rest } = decoded.value as KubeObject
  assert.deepEqual(rest, { apiVersion: 'v1', kind: 'ConfigMap', data })
  const { resourceVersion, annotations } = await client.get(CONFIG_MAPS, 'a', WHERE).then((object) => object.metadata)
  assert.deepEqual([read.resourceVersion, read.annotations], [resourceVersion, annotations])
})

test('labels and finalizers as many as a body holds are stored, warned of, selected and found unchanged', async () => {
  await using server = await startServer()
  const client = await withLedgers(server)
  const object = ledger('one', 1)
  const labels = Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [`label-${index}`, `${index}`]))
  Object.assign(object.metadata, { labels, finalizers: Array.from({ length: 3000 }, (_, index) => `plain-${index}`) })
  const url = `${client.prefix}/apis/example.com/v1/namespaces/default/ledgers`
  const send = (body: object, method = 'POST', path = '') =>
    server.handler(requestOf(method, url + path, Buffer.from(JSON.stringify(body))))
  const answer = await send(object)
  assert.equal(answer.status, 201)
  assert.match(String(answer.headers.warning), /^299 - "metadata.finalizers: \\"plain-0\\": prefer a domain-qualified/)
  const { items } = await client.list(LEDGERS, { ...WHERE, labelSelector: 'label-8999=8999' })
  const [created] = items
  assert.deepEqual(created?.metadata.labels, labels)
  const again = (await send(created as object, 'PUT', '/one')).body as Buffer[]
  assert.deepEqual(JSON.parse(Buffer.concat(again).toString()), {
    ...created,
    apiVersion: 'example.com/v1',
    kind: 'Ledger',
  })
})

test('large writes leave the loop free between their steps', async () => {
  await using server = await startServer()
  const client = await withLedgers(server)
  const bodies = ['one', 'two', 'three'].map((name) => Buffer.from(JSON.stringify(ledger(name, 12_000))))
  const url = `${client.prefix}/apis/example.com/v1/namespaces/default/ledgers`
  const statuses: number[] = []
  const longest = await longestStep(async () => {
    for (const body of bodies) statuses.push((await server.handler(requestOf('POST', url, body))).status)
  })
  assert.deepEqual(statuses, [201, 201, 201])
  // In one piece they take four times as long.
  assert.ok(longest < 120, `${longest} ms`)
})

function requestOf(method: string, url: string, body: Buffer) {
  const user = { username: 'shard-admin', groups: ['system:masters', 'system:authenticated'] }
  const headers = { 'content-type': 'application/json', 'user-agent': 'test' }
  return { method, url, headers, user, body: async () => body, signal: new AbortController().signal }
}
