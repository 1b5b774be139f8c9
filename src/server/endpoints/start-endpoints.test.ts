import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { openStore, type Store } from '../../storage/index.ts'
import { createClient, eventually, inProcessTransport, resourceRef, startServer } from '../../testing/index.ts'
import {
  ask,
  assertState,
  ENDPOINTS,
  issueFor,
  lasting,
  MASTER,
  makeEndpoint,
  SHARD,
  urlOf,
} from './endpoints-for-tests.ts'
import type { LogicalEndpoint } from './logical-endpoint.ts'

async function begin(store?: Store) {
  const server = await startServer({ listen: true, ...(store !== undefined && { store: lasting(store) }) })
  const shard = createClient({ transport: inProcessTransport(server.handler, MASTER), cluster: SHARD })
  return {
    server,
    shard,
    make: (name: string) => makeEndpoint(shard, name, eventually),
    credentialsOf: (name: string) => issueFor(shard, name),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })
const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })

function becomes(shard: Parameters<typeof assertState>[0], state: string): Promise<LogicalEndpoint> {
  return eventually(() => assertState(shard, 'one', state))
}

async function everythingIn(store: Store): Promise<{ key: string; text: string }[]> {
  const rows: { key: string; text: string }[] = []
  for (let after: string | undefined; ; ) {
    const page = await store.range({ prefix: '', limit: 500, ...(after !== undefined && { after }) })
    rows.push(...page.rows.map(({ key, value }) => ({ key, text: value.toString('latin1') })))
    after = page.rows.at(-1)?.key
    if (!page.more || after === undefined) return rows
  }
}

test('over a restart it stays where it is, and whom it knew it knows', async () => {
  await using store = await openStore({ engine: 'memory' })
  const before = await (async () => {
    await using at = await begin(store)
    return { endpoint: await at.make('one'), credentials: await at.credentialsOf('one') }
  })()
  await using at = await begin(store)
  const { status } = await becomes(at.shard, 'Open')
  assert.deepEqual(status, before.endpoint.status)
  const answer = await eventually(() => ask(`${urlOf(before.endpoint)}/api/v1/namespaces`, before.credentials))
  assert.equal(answer.status, 200)
})

test('where its port is taken it goes to another, and says so', async () => {
  await using store = await openStore({ engine: 'memory' })
  const { status: before } = await (async () => {
    await using at = await begin(store)
    return await at.make('one')
  })()
  const squatter = createServer().listen(before?.port, '127.0.0.1')
  // Where somebody else has it meanwhile, it is as well taken.
  await once(squatter, 'listening').catch((error) => assert.equal(error.code, 'EADDRINUSE'))
  try {
    await using at = await begin(store)
    const moved = await eventually(async () => {
      const endpoint = (await at.shard.get(ENDPOINTS, 'one')) as LogicalEndpoint
      assert.notEqual(endpoint.status?.port, before?.port)
      return endpoint
    })
    assert.equal(moved.status?.caFingerprint, before?.caFingerprint)
    assert.equal((await ask(`${urlOf(moved)}/api/v1/namespaces`, await at.credentialsOf('one'))).status, 200)
  } finally {
    squatter.close()
  }
})

test('closed it answers nobody, and opened again it is where it was', async () => {
  await using at = await begin()
  const endpoint = await at.make('one')
  await at.shard.patch(ENDPOINTS, 'one', 'merge', { spec: { closed: true } })
  await becomes(at.shard, 'Closed')
  await assert.rejects(ask(`${urlOf(endpoint)}/healthz`, { rejectUnauthorized: false }), /ECONNREFUSED/)
  await at.shard.patch(ENDPOINTS, 'one', 'merge', { spec: { closed: false } })
  assert.deepEqual((await becomes(at.shard, 'Open')).status, endpoint.status)
})

test('one that cannot be opened is tried again', async () => {
  await using at = await begin()
  await at.make('one')
  at.server.faults.refuseEndpoints(true)
  for (const closed of [true, false]) await at.shard.patch(ENDPOINTS, 'one', 'merge', { spec: { closed } })
  const { status } = await becomes(at.shard, 'Opening')
  assert.equal(status?.message, 'refused by the test')
  at.server.faults.refuseEndpoints(false)
  await becomes(at.shard, 'Open')
})

test('one whose authority is lost has failed', async () => {
  await using at = await begin()
  await at.make('one')
  await at.shard.delete(SECRETS, 'logical-endpoint-one', { namespace: 'kube-system' })
  for (const closed of [true, false]) await at.shard.patch(ENDPOINTS, 'one', 'merge', { spec: { closed } })
  const { status } = await becomes(at.shard, 'Failed')
  assert.match(status?.message ?? '', /Secret logical-endpoint-one/)
})

test('its private key lies in its Secret and nowhere else', async () => {
  await using store = await openStore({ engine: 'memory' })
  await using at = await begin(store)
  await at.make('one')
  const { data } = await at.shard.get(SECRETS, 'logical-endpoint-one', { namespace: 'kube-system' })
  const { 'tls.key': encoded = '' } = data as Record<string, string>
  const pem = Buffer.from(encoded, 'base64').toString()
  const body = pem.split('\n')[1] ?? ''
  assert.ok(body.length > 20)
  const holding = (await everythingIn(store)).filter(({ text }) =>
    [encoded, body, JSON.stringify(pem).slice(1, -1)].some((form) => text.includes(form)),
  )
  assert.deepEqual(
    holding.map(({ key }) => key),
    ['/core/secrets/builtin/system:admin/kube-system/logical-endpoint-one'],
  )
})

test('deleted, nothing is left of it: neither its rows nor its listener', async () => {
  await using store = await openStore({ engine: 'memory' })
  await using at = await begin(store)
  const endpoint = await at.make('one')
  const inside = at.shard.inCluster(endpoint.spec.cluster)
  await inside.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'default' },
  })
  await at.shard.delete(ENDPOINTS, 'one')
  await eventually(async () => {
    const left = (await everythingIn(store)).filter(
      ({ key }) => key.includes(endpoint.spec.cluster) || /logical-?endpoints?.*one$/.test(key),
    )
    assert.deepEqual(left, [])
  })
  await eventually(() =>
    assert.rejects(ask(`${urlOf(endpoint)}/healthz`, { rejectUnauthorized: false }), /ECONNREFUSED/),
  )
})

test('what is in a logical cluster that ends can be reached until it is over', async () => {
  await using at = await begin()
  const endpoint = await at.make('one')
  const held = { name: 'a', namespace: 'default', finalizers: ['example.com/outside'] }
  const inside = at.shard.inCluster(endpoint.spec.cluster)
  await inside.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: held })
  await at.shard.delete(ENDPOINTS, 'one')
  const url = `${urlOf(endpoint)}/api/v1/namespaces/default/configmaps/a`
  assert.equal((await ask(url, { ...(await at.credentialsOf('one')), method: 'GET' })).status, 200)
  await inside.patch(CONFIG_MAPS, 'a', 'merge', { metadata: { finalizers: null } }, { namespace: 'default' })
  await eventually(() => assert.rejects(at.shard.get(ENDPOINTS, 'one'), /not found/))
})
