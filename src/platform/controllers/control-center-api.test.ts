import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type Client, resourceRef } from '../../client/index.ts'
import { type ControllerDefinition, findCondition, orGone, startController, watching } from '../../controller/index.ts'
import { type Condition, isStatus, type KubeObject } from '../../machinery/index.ts'
import { type Access, openLogicalProvider, sensitive } from '../../providers/index.ts'
import { defaultFeatures, eventually, startServer } from '../../testing/index.ts'
import { platformFeature } from '../index.ts'
import { CLUSTER_PROVIDERS, CLUSTER_RESOURCES, type ClusterKind, type ClusterObject } from './cluster-object.ts'
import { type Connection, connect } from './control-center-api-connection.ts'
import { CONTROL_PLANES } from './platform-control-plane.ts'

const apiVersion = 'platform.keelson.dev/v1alpha1'
const CLUSTERS = resourceRef('cluster.x-k8s.io/v1beta2', 'clusters', { namespaced: true })
const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })
const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const place = { namespace: 'default' }
const signal = new AbortController().signal

const OPEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
/** What another room brings. */
const CLUSTER_CRD: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'clusters.cluster.x-k8s.io', labels: { 'app.kubernetes.io/managed-by': 'keelson' } },
  spec: {
    group: 'cluster.x-k8s.io',
    scope: 'Namespaced',
    names: { plural: 'clusters', singular: 'cluster', kind: 'Cluster', listKind: 'ClusterList' },
    versions: ['v1beta2', 'v1beta1'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1beta2',
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: OPEN, status: OPEN } } },
      subresources: { status: {} },
    })),
  },
}

/** A controller of another room, inside control centers. */
const labeller: ControllerDefinition = {
  name: 'labeller',
  rules: [],
  start: (environment) =>
    startController({
      ...environment,
      name: 'labeller',
      sources: [watching(CLUSTERS)],
      async reconcile({ name, namespace }, { client }) {
        const patch = { metadata: { labels: { seen: 'yes' } } }
        await orGone(client.patch(CLUSTERS, name, 'merge', patch, { namespace }))
        return undefined
      },
    }),
}

async function begin(...controllers: ControllerDefinition[]) {
  await using stack = new AsyncDisposableStack()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'keelson-control-center-'))
  stack.defer(() => fs.rmSync(folder, { recursive: true }))
  const equipment = { crds: [CLUSTER_CRD], controllers }
  const features = [...defaultFeatures, platformFeature({ simulatedFolder: folder, equipment })]
  const server = stack.use(await startServer({ features, listen: true }))
  const client = await server.workspace('acme')
  await provide(client, 'here', { type: 'logical' })
  await provide(client, 'pretended', { type: 'simulated', simulated: { folder: path.join(folder, 'world') } })
  const provider = openLogicalProvider({ client: () => client.inCluster('system:admin') })
  const running = stack.move()
  return {
    server,
    client,
    /** In the API of what was made for this object, with a kubeconfig of its provider. */
    async enter(kind: ClusterKind, name: string): Promise<Connection> {
      const { externalID = '' } = (await client.get(CLUSTER_RESOURCES[kind], name)).status ?? {}
      return connect(await provider.issueAccess(externalID, 600, { ownerTag: 'org-a', signal }))
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function provide(client: Client, name: string, fields: object): Promise<KubeObject> {
  const spec = { ownerTag: 'org-a', ...fields }
  return client.create(CLUSTER_PROVIDERS, { apiVersion, kind: 'ClusterProvider', metadata: { name }, spec })
}

function create(client: Client, kind: ClusterKind, name: string, fields: object = {}): Promise<ClusterObject> {
  const spec = { providerRef: { name: 'here' }, ...fields } as unknown as ClusterObject['spec']
  return client.create(CLUSTER_RESOURCES[kind], { apiVersion, kind, metadata: { name }, spec })
}

/** The condition as `status reason`, when it has become so. */
function becomes(
  client: Client,
  kind: ClusterKind,
  name: string,
  type: string,
  expected: string,
): Promise<Condition | undefined> {
  return eventually(async () => {
    const object = await client.get(CLUSTER_RESOURCES[kind], name)
    const condition = findCondition<Condition>(object.status?.conditions ?? [], type)
    assert.equal(`${condition?.status} ${condition?.reason}`, expected, condition?.message ?? type)
    return condition
  })
}

function kubeconfigIn(secret: KubeObject): Access {
  const { value = '' } = secret.data as { value?: string }
  return { kubeconfig: sensitive(Buffer.from(value, 'base64').toString()), expiresAt: '' }
}

const CONTROL_CENTER = { controlCenterRef: { name: 'emea' } }

test('a platform is a Cluster in its control center’s own API, with a kubeconfig that works', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await create(at.client, 'Platform', 'shop', CONTROL_CENTER)
  await becomes(at.client, 'Platform', 'shop', 'Ready', 'True Available')
  await becomes(at.client, 'ControlCenter', 'emea', 'ClusterAPIAvailable', 'True Available')
  using emea = await at.enter('ControlCenter', 'emea')
  const controlPlane = await eventually(async () => {
    const found = await emea.client.get(CONTROL_PLANES, 'shop', place)
    assert.equal(findCondition(found.status?.conditions ?? [], 'Available')?.status, 'True')
    return found
  })
  const { status } = await at.client.get(CLUSTER_RESOURCES.Platform, 'shop')
  const { host, port } = status?.endpoint ?? {}
  assert.deepEqual(controlPlane.spec, { controlPlaneEndpoint: { host, port } })
  assert.deepEqual(controlPlane.status?.initialization, { provisioned: true, controlPlaneInitialized: true })
  const reference = { apiGroup: 'controlplane.keelson.dev', kind: 'PlatformControlPlane', name: 'shop' }
  const spec = { controlPlaneEndpoint: { host, port }, infrastructureRef: reference, controlPlaneRef: reference }
  await eventually(async () => assert.deepEqual((await emea.client.get(CLUSTERS, 'shop', place)).spec, spec))
  const secret = await eventually(() => emea.client.get(SECRETS, 'shop-kubeconfig', place))
  assert.equal(secret.type, 'cluster.x-k8s.io/secret')
  assert.equal(secret.metadata.labels?.['cluster.x-k8s.io/cluster-name'], 'shop')
  using shop = connect(kubeconfigIn(secret))
  const { items } = await shop.client.list(NAMESPACES)
  assert.ok(items.some(({ metadata }) => metadata.name === 'kube-system'))
  const old = resourceRef('cluster.x-k8s.io/v1beta1', 'clusters', { namespaced: true })
  assert.deepEqual((await emea.client.get(old, 'shop', place)).spec, spec)
})

test('what is published goes with the platform, and nothing else does', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await create(at.client, 'Platform', 'shop', CONTROL_CENTER)
  await becomes(at.client, 'Platform', 'shop', 'Ready', 'True Available')
  using emea = await at.enter('ControlCenter', 'emea')
  await eventually(() => emea.client.get(SECRETS, 'shop-kubeconfig', place))
  const other = { apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'Cluster', metadata: { name: 'by-hand', ...place } }
  await emea.client.create(CLUSTERS, other)
  await at.client.delete(CLUSTER_RESOURCES.Platform, 'shop')
  await eventually(() =>
    assert.rejects(at.client.get(CLUSTER_RESOURCES.Platform, 'shop'), (error) => isStatus(error, 'NotFound')),
  )
  const { items } = await emea.client.list(CLUSTERS)
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['by-hand'],
  )
  for (const [resource, name] of [
    [SECRETS, 'shop-kubeconfig'],
    [CONTROL_PLANES, 'shop'],
  ] as const) {
    await assert.rejects(emea.client.get<KubeObject>(resource, name, place), (error) => isStatus(error, 'NotFound'))
  }
})

test('a Cluster of the same name that is somebody else’s is left alone, and the control center says so', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await becomes(at.client, 'ControlCenter', 'emea', 'ClusterAPIAvailable', 'True Available')
  using emea = await at.enter('ControlCenter', 'emea')
  const theirs = { apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'Cluster', metadata: { name: 'shop', ...place } }
  const { metadata } = await emea.client.create(CLUSTERS, theirs)
  await create(at.client, 'Platform', 'shop', CONTROL_CENTER)
  await becomes(at.client, 'ControlCenter', 'emea', 'ClusterAPIAvailable', 'False NameTaken')
  const { resourceVersion } = (await emea.client.get(CLUSTERS, 'shop', place)).metadata
  assert.equal(resourceVersion, metadata.resourceVersion)
})

test('a kubeconfig that was taken away, or leads elsewhere, is issued anew', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await create(at.client, 'Platform', 'shop', CONTROL_CENTER)
  await becomes(at.client, 'Platform', 'shop', 'Ready', 'True Available')
  using emea = await at.enter('ControlCenter', 'emea')
  const first = await eventually(() => emea.client.get(SECRETS, 'shop-kubeconfig', place))
  const elsewhere = { metadata: { annotations: { 'platform.keelson.dev/endpoint': 'https://elsewhere:1 sha256:0' } } }
  await emea.client.patch(SECRETS, 'shop-kubeconfig', 'merge', elsewhere, place)
  // Any change of the platform has it looked at.
  await at.client.patch(CLUSTER_RESOURCES.Platform, 'shop', 'merge', { metadata: { labels: { tier: 'web' } } })
  await eventually(async () => {
    const now = await emea.client.get(SECRETS, 'shop-kubeconfig', place)
    assert.notDeepEqual(now.data, first.data)
    assert.deepEqual(
      now.metadata.annotations?.['platform.keelson.dev/endpoint'],
      first.metadata.annotations?.['platform.keelson.dev/endpoint'],
    )
  })
})

/** The answers that a write of the controller rests on: the last look before it. */
const LAST_LOOKS = [
  { kind: 'ControlCenter', name: 'emea', path: '/controlcenters/emea', look: 2 },
  { kind: 'Platform', name: 'shop', path: '/platforms?', look: 1 },
] as const

for (const { kind, name, path, look } of LAST_LOOKS) {
  test(`somebody else’s write to a ${kind} says nothing of the control center’s API`, async () => {
    await using at = await begin()
    await create(at.client, 'ControlCenter', 'emea')
    await becomes(at.client, 'ControlCenter', 'emea', 'ClusterAPIAvailable', 'True Available')
    const stop = new AbortController()
    const watched = Array.fromAsync(at.client.watch(CLUSTER_RESOURCES.ControlCenter, { signal: stop.signal }))
    const { promise: written, resolve } = Promise.withResolvers<void>()
    let looks = 0
    at.server.faults.interrupt(
      async () => {
        await at.client.patch(CLUSTER_RESOURCES[kind], name, 'merge', { metadata: { labels: { by: 'another' } } })
        resolve()
      },
      ({ method, url, headers }) =>
        method === 'GET' &&
        url.includes(path) &&
        headers['user-agent'] === 'keelson/control-center-api-controller' &&
        ++looks === look,
    )
    await create(at.client, 'Platform', 'shop', CONTROL_CENTER)
    await written
    using emea = await at.enter('ControlCenter', 'emea')
    await eventually(() => emea.client.get(CLUSTERS, 'shop', place))
    await becomes(at.client, 'ControlCenter', 'emea', 'ClusterAPIAvailable', 'True Available')
    stop.abort()
    const reasons = (await watched).map(({ object: { status } }) => {
      return findCondition(status?.conditions ?? [], 'ClusterAPIAvailable')?.reason
    })
    assert.deepEqual([...new Set(reasons)], ['Available'])
  })
}

test('clusters that pretend have no API to write to: the control center says so, and nothing fails', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea', { providerRef: { name: 'pretended' } })
  await create(at.client, 'Platform', 'shop', CONTROL_CENTER)
  await becomes(at.client, 'Platform', 'shop', 'Ready', 'True Available')
  const condition = await becomes(at.client, 'ControlCenter', 'emea', 'ClusterAPIAvailable', 'False NoAPIServer')
  assert.match(condition?.message ?? '', /type simulated have no API server/)
  await becomes(at.client, 'ControlCenter', 'emea', 'Ready', 'True Available')
  await at.client.delete(CLUSTER_RESOURCES.Platform, 'shop')
  await eventually(() =>
    assert.rejects(at.client.get(CLUSTER_RESOURCES.Platform, 'shop'), (error) => isStatus(error, 'NotFound')),
  )
})

test('a status that names somebody else’s cluster gives nobody access to it', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await create(at.client, 'Platform', 'shop', CONTROL_CENTER)
  await create(at.client, 'Platform', 'spy', CONTROL_CENTER)
  for (const name of ['shop', 'spy']) await becomes(at.client, 'Platform', name, 'Ready', 'True Available')
  const own = (await at.client.get(CLUSTER_RESOURCES.Platform, 'spy')).status?.endpoint
  const { status } = await at.client.get(CLUSTER_RESOURCES.Platform, 'shop')
  await at.client.patch(CLUSTER_RESOURCES.Platform, 'spy', 'merge', { status }, { subresource: 'status' })
  using emea = await at.enter('ControlCenter', 'emea')
  await eventually(() => emea.client.get(SECRETS, 'shop-kubeconfig', place))
  const { metadata } = await eventually(() => emea.client.get(SECRETS, 'spy-kubeconfig', place))
  assert.notEqual(own?.port, status?.endpoint?.port)
  assert.match(
    metadata.annotations?.['platform.keelson.dev/endpoint'] ?? '',
    new RegExp(`:${own?.port} ${own?.caFingerprint}$`),
  )
})

test('an owner tag is for anybody to choose: clusters of another workspace are nobody’s to see, enter or end', async () => {
  await using at = await begin()
  await create(at.client, 'ControlCenter', 'emea')
  await becomes(at.client, 'ControlCenter', 'emea', 'Ready', 'True Available')
  const { status } = await at.client.get(CLUSTER_RESOURCES.ControlCenter, 'emea')
  const stranger = await at.server.workspace('stranger')
  await provide(stranger, 'here', { type: 'logical' })
  const named = { externalName: status?.externalName, adoption: 'IfUntagged' }
  await create(stranger, 'ControlCenter', 'mine', named)
  const condition = await becomes(stranger, 'ControlCenter', 'mine', 'Synced', 'False ReconcileError')
  assert.match(condition?.message ?? '', /another workspace/)
  const request = { apiVersion, kind: 'KubeconfigRequest', metadata: {} } as unknown as ClusterObject
  const asked = { name: 'mine', subresource: 'kubeconfig' }
  await assert.rejects(stranger.create(CLUSTER_RESOURCES.ControlCenter, request, asked), /another workspace/)
  await stranger.delete(CLUSTER_RESOURCES.ControlCenter, 'mine')
  await eventually(() =>
    assert.rejects(stranger.get(CLUSTER_RESOURCES.ControlCenter, 'mine'), (error) => isStatus(error, 'NotFound')),
  )
  using emea = await at.enter('ControlCenter', 'emea')
  assert.ok((await emea.client.list(NAMESPACES)).items.length > 0)
})

test('what a logical cluster cannot honour is told by field', async () => {
  await using at = await begin()
  const cases = { version: 'v1.35.4', topology: { pools: [{ name: 'w', replicas: 2 }] } }
  for (const [index, [field, value]] of Object.entries(cases).entries()) {
    await create(at.client, 'ControlCenter', `cc-${index}`, { [field]: value })
    const condition = await becomes(at.client, 'ControlCenter', `cc-${index}`, 'Synced', 'False ReconcileError')
    assert.match(condition?.message ?? '', new RegExp(`^spec.${field}.* cannot honour it; leave it out`))
  }
})

test('controllers of other rooms work inside a control center, and end with it', async () => {
  await using world = await begin(labeller)
  const { client, enter } = world
  await create(client, 'ControlCenter', 'emea')
  await create(client, 'Platform', 'shop', { controlCenterRef: { name: 'emea' } })
  await becomes(client, 'ControlCenter', 'emea', 'ClusterAPIAvailable', 'True Available')
  using emea = await enter('ControlCenter', 'emea')
  await eventually(async () => {
    const { metadata } = await emea.client.get(CLUSTERS, 'shop', place)
    assert.equal(metadata.labels?.seen, 'yes')
  })
  await client.delete(CLUSTER_RESOURCES.Platform, 'shop')
  await client.delete(CLUSTER_RESOURCES.ControlCenter, 'emea')
  await eventually(() => assert.rejects(client.get(CLUSTER_RESOURCES.ControlCenter, 'emea'), /not found/))
})
