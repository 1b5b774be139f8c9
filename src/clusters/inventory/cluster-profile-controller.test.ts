import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inProcessTransport } from '../../client/index.ts'
import { createClient, errorLog, find, systemClock } from '../../controller/index.ts'
import type { JsonObject, KubeObject } from '../../machinery/index.ts'
import { openLogicalProvider } from '../../providers/index.ts'
import { eventually, resourceRef, startServer } from '../../testing/index.ts'
import { CLUSTERS, type Cluster } from '../cluster-api/cluster.ts'
import { CLUSTER_CRD } from '../cluster-api/cluster-crd.ts'
import { SECRETS } from '../cluster-api/kubeconfig-secret.ts'
import { CLUSTER_PROFILE_CRD, CLUSTER_PROFILES, type ClusterProfile } from './cluster-profile.ts'
import { clusterProfileController } from './cluster-profile-controller.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const CONTROL_PLANES = resourceRef('example.com/v1', 'examplecontrolplanes', { namespaced: true })
const place = { namespace: 'default' }
const USER = { username: 'logical-cluster-provider', groups: ['system:masters'] }
const signal = new AbortController().signal
const LATE = { timeout: 120_000 }
const OPEN: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

const CONTROL_PLANE_CRD: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'examplecontrolplanes.example.com', labels: { 'cluster.x-k8s.io/v1beta2': 'v1' } },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'examplecontrolplanes', singular: 'examplecontrolplane', kind: 'ExampleControlPlane' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: OPEN, status: OPEN } } },
        subresources: { status: {} },
      },
    ],
  },
}

/** A control center with a Cluster, and that cluster's API beside it. */
async function begin({ isAllowed = true } = {}) {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startServer({ listen: true }))
  const center = await server.workspace('center')
  for (const crd of [CLUSTER_CRD, CLUSTER_PROFILE_CRD, CONTROL_PLANE_CRD]) await center.create(CRDS, crd)
  await eventually(() => center.list(CONTROL_PLANES, place))
  const transport = inProcessTransport(server.handler, USER)
  const provider = openLogicalProvider({
    client: () => createClient({ transport, cluster: '/clusters/system:admin' }),
  })
  const identity = { org: 'root', workspace: 'root', kind: 'Platform', name: 'shop' }
  const intent = { externalName: 'shop', identity, ownerTag: 'org-a', manifestDigest: 'none', run: 'one', spec: {} }
  const { externalID } = await provider.create(intent, { signal })
  const { kubeconfig } = await provider.issueAccess(externalID, 600, { ownerTag: 'org-a', signal })
  const environment = { client: center, clock: systemClock, log: errorLog, signal }
  stack.use(clusterProfileController(() => isAllowed).start(environment))
  const running = stack.move()
  return {
    center,
    createCluster: () =>
      center.create(CLUSTERS, {
        apiVersion: 'cluster.x-k8s.io/v1beta2',
        kind: 'Cluster',
        metadata: { name: 'shop', ...place },
        spec: { controlPlaneRef: { apiGroup: 'example.com', kind: 'ExampleControlPlane', name: 'shop' } },
      } as Cluster),
    createKubeconfig: (text = kubeconfig.reveal()) =>
      center.create(SECRETS, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'shop-kubeconfig', ...place, labels: { 'cluster.x-k8s.io/cluster-name': 'shop' } },
        data: { value: Buffer.from(text).toString('base64') },
      }),
    becomes: (expected: string): Promise<ClusterProfile> =>
      eventually(async () => {
        const profile = await center.get(CLUSTER_PROFILES, 'shop', place)
        const [told] = profile.status?.conditions ?? []
        assert.equal(`${told?.type} ${told?.status} ${told?.reason}`, expected, told?.message ?? '')
        return profile
      }, LATE),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

test('a Cluster is in the inventory, and what is known of it as soon as it can be reached', async () => {
  await using world = await begin()
  const cluster = await world.createCluster()
  const empty = await world.becomes('ControlPlaneHealthy Unknown NotObserved')
  assert.equal(empty.metadata.labels?.['x-k8s.io/cluster-manager'], 'keelson')
  assert.deepEqual(empty.spec, { displayName: 'shop', clusterManager: { name: 'keelson' } })
  assert.equal(empty.metadata.ownerReferences?.[0]?.uid, cluster.metadata.uid)
  await world.createKubeconfig()
  const { status } = await world.becomes('ControlPlaneHealthy True ClusterReachable')
  assert.match(status?.version?.kubernetes ?? '', /^v1\.\d+\./)
  assert.deepEqual(
    status?.properties?.map(({ name, value }) => [name, /^[0-9a-f-]{36}$/.test(value)]),
    [['cluster.clusterset.k8s.io', true]],
  )
  const [provider] = status?.accessProviders ?? []
  assert.equal(provider?.name, 'kubeconfig-secretreader')
  assert.match(provider?.cluster.server ?? '', /^https:\/\/127\.0\.0\.1:\d+$/)
  assert.deepEqual(provider?.cluster.extensions, [
    {
      name: 'client.authentication.k8s.io/exec',
      extension: { name: 'shop-kubeconfig', key: 'value', namespace: 'default' },
    },
  ])
  assert.doesNotMatch(JSON.stringify(status), /key-data|token|PRIVATE/)
})

test('a cluster that does not answer is told, and what was seen of it stays', async () => {
  await using world = await begin()
  await world.createCluster()
  await world.createKubeconfig()
  const before = await world.becomes('ControlPlaneHealthy True ClusterReachable')
  const secret = await world.center.get(SECRETS, 'shop-kubeconfig', place)
  const text = Buffer.from(secret.data?.value ?? '', 'base64').toString()
  const elsewhere = text.replace(/https:\/\/127\.0\.0\.1:\d+/, 'https://127.0.0.1:1')
  const data = { value: Buffer.from(elsewhere).toString('base64') }
  await world.center.patch(SECRETS, 'shop-kubeconfig', 'merge', { data }, place)
  const after = await world.becomes('ControlPlaneHealthy False ClusterUnreachable')
  assert.deepEqual(after.status?.properties, before.status?.properties)
})

test('where the server may not connect to, the control plane’s provider is believed', async () => {
  await using world = await begin({ isAllowed: false })
  const cluster = await world.createCluster()
  await world.createKubeconfig()
  await world.center.create(CONTROL_PLANES, {
    apiVersion: 'example.com/v1',
    kind: 'ExampleControlPlane',
    metadata: { name: 'shop', ...place },
    spec: {},
  })
  const status = { version: 'v1.36.3' }
  await world.center.patch(CONTROL_PLANES, 'shop', 'merge', { status }, { ...place, subresource: 'status' })
  const condition = {
    type: 'ControlPlaneAvailable',
    status: 'True',
    reason: 'Available',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }
  const told = { status: { conditions: [condition] } }
  await world.center.patch(CLUSTERS, cluster.metadata.name ?? '', 'merge', told, { ...place, subresource: 'status' })
  const profile = await world.becomes('ControlPlaneHealthy True Available')
  assert.equal(profile.status?.version?.kubernetes, 'v1.36.3')
  assert.equal(profile.status?.accessProviders, undefined)
})

test('a profile of another manager is left alone, and one that was taken away is made again', async () => {
  await using world = await begin()
  const theirs: ClusterProfile = {
    apiVersion: 'multicluster.x-k8s.io/v1alpha1',
    kind: 'ClusterProfile',
    metadata: { name: 'shop', ...place },
    spec: { clusterManager: { name: 'another' } },
  }
  const { metadata } = await world.center.create(CLUSTER_PROFILES, theirs)
  await world.createCluster()
  await world.createKubeconfig()
  await world.center.delete(CLUSTER_PROFILES, 'shop', place)
  const ours = await world.becomes('ControlPlaneHealthy True ClusterReachable')
  assert.notEqual(ours.metadata.uid, metadata.uid)
  await world.center.delete(CLUSTERS, 'shop', place)
  await eventually(async () => assert.equal(await find(world.center, CLUSTER_PROFILES, 'shop', place), undefined), LATE)
})
