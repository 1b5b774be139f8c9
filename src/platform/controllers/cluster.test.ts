import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { Client } from '../../client/index.ts'
import { type Clock, findCondition, virtualClock } from '../../controller/index.ts'
import { type Headers, isStatus } from '../../machinery/index.ts'
import { eventually, startServer } from '../../testing/index.ts'
import { platformFeature } from '../index.ts'
import { CLUSTER_PROVIDERS, CLUSTER_RESOURCES, type ClusterKind, type ClusterObject } from './cluster-object.ts'

const apiVersion = 'platform.keelson.dev/v1alpha1'

/** A workspace with a ClusterProvider, and the folder of its pretended world. */
async function begin(given?: string, clock?: Clock) {
  await using stack = new AsyncDisposableStack()
  const folder = given ?? fs.mkdtempSync(path.join(os.tmpdir(), 'keelson-clusters-'))
  if (given === undefined) stack.defer(() => fs.rmSync(folder, { recursive: true }))
  const server = stack.use(
    await startServer({ features: [platformFeature({ simulatedFolder: folder })], ...(clock && { clock }) }),
  )
  const client = await server.workspace('acme')
  const world = path.join(folder, 'world')
  const spec = { type: 'simulated', ownerTag: 'org-a', simulated: { folder: world } }
  await client.create(CLUSTER_PROVIDERS, { apiVersion, kind: 'ClusterProvider', metadata: { name: 'laptop' }, spec })
  const running = stack.move()
  return {
    server,
    client,
    folder,
    fileOf: (name: string) => path.join(world, 'clusters', `${name}.json`),
    clusters: () => fs.readdirSync(path.join(world, 'clusters')),
    control: (control: object) => fs.writeFileSync(path.join(world, 'control.json'), JSON.stringify(control)),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function create(client: Client, kind: ClusterKind, name: string, fields: object = {}): Promise<ClusterObject> {
  const spec = { providerRef: { name: 'laptop' }, externalName: name, ...fields } as unknown as ClusterObject['spec']
  return client.create(CLUSTER_RESOURCES[kind], { apiVersion, kind, metadata: { name }, spec })
}

/** `Ready` as `phase status reason`, when it has become so. */
function becomes(client: Client, kind: ClusterKind, name: string, expected: string): Promise<ClusterObject> {
  return eventually(async () => {
    const object = await client.get(CLUSTER_RESOURCES[kind], name)
    const { phase, conditions = [] } = object.status ?? {}
    const ready = findCondition(conditions, 'Ready')
    assert.equal(`${phase} ${ready?.status} ${ready?.reason}`, expected)
    return object
  })
}

/** Whether a request is of the controller of this kind. */
function isController(kind: string, headers: Headers): boolean {
  return headers['user-agent']?.includes(`${kind}-controller`) ?? false
}

function gone(client: Client, kind: ClusterKind, name: string): Promise<void> {
  return eventually(() =>
    assert.rejects(client.get(CLUSTER_RESOURCES[kind], name), (error) => isStatus(error, 'NotFound')),
  )
}

test('a control center is made, then what lives in it; the status says where it is and nothing secret', async () => {
  await using at = await begin()
  await create(at.client, 'Platform', 'shop', { controlCenterRef: { name: 'emea' } })
  await becomes(at.client, 'Platform', 'shop', 'Pending False Unavailable')
  await create(at.client, 'ControlCenter', 'emea', { version: 'v1.35.4' })
  const { status } = await becomes(at.client, 'ControlCenter', 'emea', 'Ready True Available')
  assert.equal(status?.externalName, 'emea')
  assert.match(status?.externalID ?? '', /^simulated:\/\/emea\//)
  assert.match(status?.endpoint?.caFingerprint ?? '', /^sha256:[0-9a-f]{64}$/)
  assert.deepEqual(findCondition(status?.conditions ?? [], 'Synced')?.reason, 'ReconcileSuccess')
  await becomes(at.client, 'Platform', 'shop', 'Ready True Available')
  assert.deepEqual(at.clusters(), ['emea.json', 'shop.json'])
})

test('what waits for a control center comes up as soon as that is ready', async () => {
  // Its time stands still: nothing is looked at again because some of it has passed.
  await using at = await begin(undefined, virtualClock(Date.now()))
  await create(at.client, 'Platform', 'shop', { controlCenterRef: { name: 'emea' } })
  await becomes(at.client, 'Platform', 'shop', 'Pending False Unavailable')
  await create(at.client, 'ControlCenter', 'emea')
  await becomes(at.client, 'ControlCenter', 'emea', 'Ready True Available')
  await becomes(at.client, 'Platform', 'shop', 'Ready True Available')
})

test('a change of the object changes the cluster', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea', { version: 'v1.34.0' })
  await becomes(at.client, 'ControlCenter', 'emea', 'Ready True Available')
  await at.client.patch(CLUSTER_RESOURCES.ControlCenter, 'emea', 'merge', { spec: { version: 'v1.35.4' } })
  await eventually(async () =>
    assert.equal(JSON.parse(fs.readFileSync(at.fileOf('emea'), 'utf8')).spec.version, 'v1.35.4'),
  )
})

test('what a look writes is no reason for another: a change by hand is seen when the next is due', async () => {
  const clock = virtualClock(Date.now())
  await using at = await begin(undefined, clock)
  await create(at.client, 'ControlCenter', 'emea', { version: 'v1.34.0' })
  await becomes(at.client, 'ControlCenter', 'emea', 'Ready True Available')
  const versionOf = () => JSON.parse(fs.readFileSync(at.fileOf('emea'), 'utf8')).spec.version
  fs.writeFileSync(at.fileOf('emea'), fs.readFileSync(at.fileOf('emea'), 'utf8').replace('v1.34.0', 'v1.33.0'))
  await clock.advance(50_000)
  assert.equal(versionOf(), 'v1.33.0')
  await clock.advance(15_000)
  await eventually(async () => assert.equal(versionOf(), 'v1.34.0'))
})

test('what says where the cluster is cannot be changed: it would be made a second time', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await becomes(at.client, 'ControlCenter', 'emea', 'Ready True Available')
  const world = fs.readFileSync(at.fileOf('emea'), 'utf8')
  for (const spec of [{ externalName: 'other' }, { providerRef: { name: 'second' } }]) {
    const change = at.client.patch(CLUSTER_RESOURCES.ControlCenter, 'emea', 'merge', { spec })
    await assert.rejects(change, (error) => isStatus(error, 'Invalid') && /is immutable/.test(error.message))
  }
  assert.deepEqual([at.clusters(), fs.readFileSync(at.fileOf('emea'), 'utf8')], [['emea.json'], world])
})

test('an external name that is given later must be the one that it has', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea', { externalName: undefined })
  const { status } = await becomes(at.client, 'ControlCenter', 'emea', 'Ready True Available')
  await at.client.patch(CLUSTER_RESOURCES.ControlCenter, 'emea', 'merge', { spec: { externalName: 'other' } })
  await eventually(async () => {
    const { status } = await at.client.get(CLUSTER_RESOURCES.ControlCenter, 'emea')
    const { message = '' } = findCondition(status?.conditions ?? [], 'Synced') ?? {}
    assert.match(message, /spec.externalName: is immutable: set it back to keelson-emea-/)
  })
  assert.deepEqual(at.clusters(), [`${status?.externalName}.json`])
})

test('all deleted at once: platforms first, then control centers, then the provider', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await create(at.client, 'Platform', 'shop', { controlCenterRef: { name: 'emea' } })
  await becomes(at.client, 'Platform', 'shop', 'Ready True Available')
  await at.client.delete(CLUSTER_PROVIDERS, 'laptop')
  await at.client.delete(CLUSTER_RESOURCES.ControlCenter, 'emea')
  await becomes(at.client, 'ControlCenter', 'emea', 'Deleting False Deleting')
  assert.deepEqual(at.clusters(), ['emea.json', 'shop.json'])
  await at.client.delete(CLUSTER_RESOURCES.Platform, 'shop')
  await gone(at.client, 'Platform', 'shop')
  await gone(at.client, 'ControlCenter', 'emea')
  await eventually(() =>
    assert.rejects(at.client.get(CLUSTER_PROVIDERS, 'laptop'), (error) => isStatus(error, 'NotFound')),
  )
  assert.deepEqual(at.clusters(), [])
})

test('a provider that goes while its first cluster is being begun has none made, and keeps no object', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'before')
  await becomes(at.client, 'ControlCenter', 'before', 'Ready True Available')
  await at.client.delete(CLUSTER_RESOURCES.ControlCenter, 'before')
  await gone(at.client, 'ControlCenter', 'before')
  at.server.faults.interrupt(
    async () => {
      await at.client.delete(CLUSTER_PROVIDERS, 'laptop')
      await eventually(() => assert.rejects(at.client.get(CLUSTER_PROVIDERS, 'laptop')))
    },
    ({ method, url, headers }) =>
      method === 'GET' && url.endsWith('/clusterproviders/laptop') && isController('controlcenter', headers),
  )
  await create(at.client, 'ControlCenter', 'emea')
  await becomes(at.client, 'ControlCenter', 'emea', 'Pending False Unavailable')
  await at.client.delete(CLUSTER_RESOURCES.ControlCenter, 'emea')
  await gone(at.client, 'ControlCenter', 'emea')
  assert.deepEqual(at.clusters(), [])
})

test('a control center that goes while its first platform is being begun has none made that it would not wait for', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await becomes(at.client, 'ControlCenter', 'emea', 'Ready True Available')
  at.server.faults.interrupt(
    async () => {
      await at.client.delete(CLUSTER_RESOURCES.ControlCenter, 'emea')
      await gone(at.client, 'ControlCenter', 'emea')
    },
    ({ method, url, headers }) =>
      method === 'GET' && url.endsWith('/controlcenters/emea') && isController('platform', headers),
  )
  await create(at.client, 'Platform', 'shop', { controlCenterRef: { name: 'emea' } })
  await becomes(at.client, 'Platform', 'shop', 'Pending False Unavailable')
  assert.deepEqual(at.clusters(), [])
})

test('a server that has lost its store finds the clusters again, and makes none a second time', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await create(at.client, 'Platform', 'shop', { controlCenterRef: { name: 'emea' } })
  const before = await becomes(at.client, 'Platform', 'shop', 'Ready True Available')
  await using second = await begin(at.folder)
  await create(second.client, 'ControlCenter', 'emea')
  await create(second.client, 'Platform', 'shop', { controlCenterRef: { name: 'emea' } })
  const after = await becomes(second.client, 'Platform', 'shop', 'Ready True Available')
  assert.equal(after.status?.externalID, before.status?.externalID)
  assert.deepEqual(second.clusters(), ['emea.json', 'shop.json'])
})

test('a cluster of somebody else is left alone, and its object can be deleted', async () => {
  await using at = await begin()
  fs.mkdirSync(path.dirname(at.fileOf('emea')), { recursive: true })
  const foreign = JSON.stringify({ state: 'ready', tags: { 'keelson-owner': 'org-b' } })
  fs.writeFileSync(at.fileOf('emea'), foreign)
  await create(at.client, 'ControlCenter', 'emea')
  const { status } = await becomes(at.client, 'ControlCenter', 'emea', 'Foreign False Unavailable')
  assert.match(findCondition(status?.conditions ?? [], 'Synced')?.message ?? '', /belongs to owner org-b/)
  await at.client.delete(CLUSTER_RESOURCES.ControlCenter, 'emea')
  await gone(at.client, 'ControlCenter', 'emea')
  assert.equal(fs.readFileSync(at.fileOf('emea'), 'utf8'), foreign)
})

test('what cannot be done is told by field', async () => {
  const cases: readonly [object, RegExp][] = [
    [{ providerRef: { name: 'cloud' } }, /spec.providerRef.name: ClusterProvider "cloud" not found/],
    [{ access: { ttl: '1s' } }, /spec.access.ttl: .*60 to 86400 seconds/],
  ]
  await using at = await begin()
  for (const [index, [fields, message]] of cases.entries()) {
    await create(at.client, 'ControlCenter', `cc-${index}`, fields)
    const { status } = await becomes(at.client, 'ControlCenter', `cc-${index}`, 'Pending False Unavailable')
    const synced = findCondition(status?.conditions ?? [], 'Synced')
    assert.equal(synced?.status, 'False')
    assert.match(synced?.message ?? '', message)
  }
})

test('a provider in a workspace cannot reach files outside the folder of the server', async () => {
  await using at = await begin()
  const spec = { type: 'simulated', ownerTag: 'org-a', simulated: { folder: '/tmp/keelson-elsewhere' } }
  await at.client.create(CLUSTER_PROVIDERS, { apiVersion, kind: 'ClusterProvider', metadata: { name: 'out' }, spec })
  await create(at.client, 'ControlCenter', 'emea', { providerRef: { name: 'out' } })
  const { status } = await becomes(at.client, 'ControlCenter', 'emea', 'Pending False Unavailable')
  assert.match(findCondition(status?.conditions ?? [], 'Synced')?.message ?? '', /not the server's to use/)
  assert.equal(fs.existsSync('/tmp/keelson-elsewhere'), false)
})

test('a provider says whether it can be used, and what its clusters are', async () => {
  await using at = await begin()
  const spec = { type: 'acme-cloud', ownerTag: 'org-a' }
  await at.client.create(CLUSTER_PROVIDERS, { apiVersion, kind: 'ClusterProvider', metadata: { name: 'cloud' }, spec })
  const cases = [
    ['laptop', 'True Available', /^simulated, no real cluster$/],
    ['cloud', 'False Unavailable', /spec.type: unknown provider type "acme-cloud"/],
  ] as const
  for (const [name, expected, message] of cases) {
    await eventually(async () => {
      const { status } = await at.client.get(CLUSTER_PROVIDERS, name)
      const ready = findCondition(status?.conditions ?? [], 'Ready')
      assert.equal(`${ready?.status} ${ready?.reason}`, expected)
      assert.match(ready?.message ?? '', message)
    })
  }
})

test('a provider that does not answer leaves what is known, and says so', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await becomes(at.client, 'ControlCenter', 'emea', 'Ready True Available')
  at.control({ faults: [{ call: 'observe', point: 'before', effect: 'unreachable', message: 'no route' }] })
  await at.client.patch(CLUSTER_RESOURCES.ControlCenter, 'emea', 'merge', { spec: { version: 'v1.35.4' } })
  const { status } = await becomes(at.client, 'ControlCenter', 'emea', 'Ready Unknown Unavailable')
  assert.match(findCondition(status?.conditions ?? [], 'Ready')?.message ?? '', /no route/)
  assert.match(status?.externalID ?? '', /^simulated:\/\/emea\//)
})

test('what waits for each other in a circle is told so; it goes on when one takes its reference out', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'a', { dependsOn: [{ kind: 'ControlCenter', name: 'b' }] })
  await eventually(async () => {
    const { status } = await at.client.get(CLUSTER_RESOURCES.ControlCenter, 'a')
    const { message } = findCondition(status?.conditions ?? [], 'Ready') ?? {}
    assert.equal(message, 'waits for ControlCenter/b, which is not there')
  })
  await create(at.client, 'ControlCenter', 'b', { dependsOn: [{ kind: 'ControlCenter', name: 'a' }] })
  await eventually(async () => {
    const { status } = await at.client.get(CLUSTER_RESOURCES.ControlCenter, 'b')
    const { status: synced, reason, message } = findCondition(status?.conditions ?? [], 'Synced') ?? {}
    assert.deepEqual(
      [synced, reason, message],
      [
        'False',
        'ReconcileError',
        'spec.dependsOn: cycle: ControlCenter/b -> ControlCenter/a -> ControlCenter/b (take one of these references out)',
      ],
    )
  })
  await at.client.patch(CLUSTER_RESOURCES.ControlCenter, 'a', 'merge', { spec: { dependsOn: [] } })
  await becomes(at.client, 'ControlCenter', 'a', 'Ready True Available')
  await becomes(at.client, 'ControlCenter', 'b', 'Ready True Available')
})

test('no more are made at once than the ClusterProvider says, of both kinds together; the others say what they wait for', async () => {
  await using at = await begin()
  await at.client.patch(CLUSTER_PROVIDERS, 'laptop', 'merge', { spec: { limits: { parallel: 2 } } })
  await create(at.client, 'ControlCenter', 'emea')
  await becomes(at.client, 'ControlCenter', 'emea', 'Ready True Available')
  at.control({ latency: { create: 600 } })
  const names = ['p1', 'p2', 'p3', 'c1', 'c2']
  for (const name of names) {
    if (name.startsWith('c')) await create(at.client, 'ControlCenter', name)
    else await create(at.client, 'Platform', name, { controlCenterRef: { name: 'emea' } })
  }
  const statuses = async () => {
    const lists = await Promise.all(Object.values(CLUSTER_RESOURCES).map((each) => at.client.list(each)))
    return lists.flatMap(({ items }) => items.map(({ status = {} }) => status))
  }
  // In the world, which is read in one moment; two lists are not.
  const building = () =>
    at.clusters().filter((file) => {
      const { state } = JSON.parse(fs.readFileSync(at.fileOf(path.parse(file).name), 'utf8'))
      return state === 'building'
    }).length
  let waited = false
  let most = 0
  await eventually(async () => {
    most = Math.max(most, building())
    const now = await statuses()
    waited ||= now.some(({ conditions = [] }) =>
      findCondition(conditions, 'Ready')?.message.startsWith(
        'waits for a place: ClusterProvider/laptop is at 2 at once',
      ),
    )
    assert.deepEqual(
      now.map(({ phase }) => phase),
      ['emea', ...names].map(() => 'Ready'),
    )
  })
  assert.deepEqual([waited, most], [true, 2])
})
