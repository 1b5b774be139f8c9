import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createClient, httpsTransport, resourceRef } from '../client/index.ts'
import { startController, virtualClock, watching } from '../controller/index.ts'
import { isStatus } from '../machinery/index.ts'
import { eventually } from './eventually.ts'
import { startServer } from './start-server.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } })
const silent = { info() {}, error() {} }

test('a server answers at once, and two workspaces do not see each other', async () => {
  await using server = await startServer()
  const [one, other] = [await server.workspace('one'), await server.workspace('other')]
  await one.create(CONFIG_MAPS, configMap('settings'))
  assert.equal((await one.get(CONFIG_MAPS, 'settings', { namespace: 'default' })).metadata.name, 'settings')
  await assert.rejects(other.get(CONFIG_MAPS, 'settings', { namespace: 'default' }), (error) =>
    isStatus(error, 'NotFound'),
  )
})

test('others may do only what they are allowed to', async () => {
  await using server = await startServer()
  await server.workspace('team')
  const stranger = server.as({ username: 'stranger', groups: ['system:authenticated'] }).inCluster('root:team')
  await assert.rejects(stranger.list(CONFIG_MAPS, { namespace: 'default' }), (error) => isStatus(error, 'Forbidden'))
})

test('the clock is the server’s', async () => {
  const clock = virtualClock(Date.UTC(2030, 0, 1))
  await using server = await startServer({ clock })
  await clock.advance(61_000)
  const { metadata } = await server.client.create(CONFIG_MAPS, configMap('late'))
  assert.equal(metadata.creationTimestamp, '2030-01-01T00:01:01Z')
})

test('with listen it serves HTTPS, and its kubeconfig says how to get there', async () => {
  await using server = await startServer({ listen: true })
  const { clusters, users } = JSON.parse(server.kubeconfig()) as {
    clusters: { name: string; cluster: { server: string; 'certificate-authority-data': string } }[]
    users: { name: string; user: { token: string } }[]
  }
  const root = clusters.find(({ name }) => name === 'root')?.cluster
  const admin = users.find(({ name }) => name === 'kcp-admin')?.user
  assert.equal(root?.server, `${server.url}/clusters/root`)
  await server.client.create(CONFIG_MAPS, configMap('over-there'))
  using transport = httpsTransport({
    server: server.url,
    ca: Buffer.from(root?.['certificate-authority-data'] ?? '', 'base64').toString(),
    token: admin?.token ?? '',
  })
  const client = createClient({ transport, cluster: '/clusters/root' })
  assert.equal((await client.get(CONFIG_MAPS, 'over-there', { namespace: 'default' })).metadata.name, 'over-there')
})

test('without listen there is no socket to ask for', async () => {
  await using server = await startServer()
  assert.throws(() => server.url, /no socket/)
  assert.throws(() => server.kubeconfig(), /no socket/)
})

test('requests fail on demand, and nothing is done', async () => {
  await using server = await startServer()
  server.faults.failRequests(1, { match: ({ method }) => method === 'POST' })
  await server.client.list(CONFIG_MAPS, { namespace: 'default' })
  await assert.rejects(server.client.create(CONFIG_MAPS, configMap('a')), /refused by the test/)
  assert.ok(await server.client.create(CONFIG_MAPS, configMap('a')))
})

test('commits fail on demand, and nothing is written', async () => {
  await using server = await startServer({ log: silent })
  server.faults.failCommits(1)
  await assert.rejects(server.client.create(CONFIG_MAPS, configMap('a')))
  assert.ok(await server.client.create(CONFIG_MAPS, configMap('a')))
})

test('requests wait on demand, by the clock of the test', async () => {
  const clock = virtualClock()
  await using server = await startServer({ clock, features: [] })
  server.faults.delayRequests(1_000, ({ method }) => method === 'POST')
  let created = false
  const request = server.client.create(CONFIG_MAPS, configMap('slow')).then(() => {
    created = true
  })
  await clock.advance(999)
  assert.equal(created, false)
  await clock.advance(1)
  await request
})

test('a controller outlives watches that drop', async () => {
  await using server = await startServer()
  const seen = new Set<string>()
  await using _controller = startController({
    name: 'test',
    client: server.client,
    sources: [watching(CONFIG_MAPS)],
    log: silent,
    async reconcile({ name }) {
      seen.add(name)
      return undefined
    },
  })
  await server.client.create(CONFIG_MAPS, configMap('before'))
  await eventually(async () => assert.ok(seen.has('before')))
  server.faults.dropWatches()
  await server.client.create(CONFIG_MAPS, configMap('after'))
  await eventually(async () => assert.ok(seen.has('after')))
})

test('the example of its description runs as it stands', async () => {
  const source = await readFile(new URL('./start-server.ts', import.meta.url), 'utf8')
  const [, example = ''] = /@example\n((?: \* .*\n)+) \*\/\nexport async function startServer/.exec(source) ?? []
  const body = example.replaceAll(/^ \* /gm, '')
  const parameters = { startServer, resourceRef }
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor
  const run = new AsyncFunction(...Object.keys(parameters), `${body}\nreturn items`)
  const items = (await run(...Object.values(parameters))) as { metadata: { name: string } }[]
  assert.ok(items.some(({ metadata }) => metadata.name === 'settings'))
})
