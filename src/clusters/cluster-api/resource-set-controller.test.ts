import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, inProcessTransport } from '../../client/index.ts'
import { createClient, errorLog, find, findCondition, systemClock } from '../../controller/index.ts'
import type { Condition, KubeObject } from '../../machinery/index.ts'
import { openLogicalProvider } from '../../providers/index.ts'
import { eventually, resourceRef, startServer } from '../../testing/index.ts'
import { connect } from '../existing/connection.ts'
import { selfContainedConfig } from '../existing/kubeconfig.ts'
import { CLUSTERS, type Cluster } from './cluster.ts'
import { CLUSTER_CRD } from './cluster-crd.ts'
import { SECRETS } from './kubeconfig-secret.ts'
import { CONFIG_MAPS, RESOURCE_SETS, type ResourceSet, SET_BINDINGS } from './resource-set.ts'
import { resourceSetBindingController } from './resource-set-binding.ts'
import { resourceSetController } from './resource-set-controller.ts'
import { RESOURCE_SET_CRDS } from './resource-set-crds.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const place = { namespace: 'default' }
const USER = { username: 'logical-cluster-provider', groups: ['system:masters'] }
const signal = new AbortController().signal
const LATE = { timeout: 120_000 }

/** A control center, and a cluster beside it with an API of its own. */
async function begin({ isAllowed = true } = {}) {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startServer({ listen: true }))
  const center = await server.workspace('center')
  for (const crd of [CLUSTER_CRD, ...RESOURCE_SET_CRDS]) await center.create(CRDS, crd)
  await eventually(() => center.list(SET_BINDINGS, place))
  const transport = inProcessTransport(server.handler, USER)
  const provider = openLogicalProvider({
    client: () => createClient({ transport, cluster: '/clusters/system:admin' }),
  })
  const identity = { org: 'root', workspace: 'root', kind: 'Platform', name: 'shop' }
  const intent = { externalName: 'shop', identity, ownerTag: 'org-a', manifestDigest: 'none', run: 'one', spec: {} }
  const made = await provider.create(intent, { signal })
  const access = await provider.issueAccess(made.externalID, 600, { ownerTag: 'org-a', signal })
  const stop = new AbortController()
  const environment = { client: center, clock: systemClock, log: errorLog, signal: stop.signal }
  stack.use(resourceSetController(() => isAllowed).start(environment))
  stack.use(resourceSetBindingController.start(environment))
  stack.defer(() => stop.abort())
  const kubeconfig = access.kubeconfig.reveal()
  const shop = stack.use(connect(selfContainedConfig(kubeconfig, 'the kubeconfig of shop'), () => true))
  const running = stack.move()
  return {
    center,
    shop: shop.client,
    kubeconfig,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function createCluster(client: Client, name: string): Promise<Cluster> {
  return client.create(CLUSTERS, {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Cluster',
    metadata: { name, ...place, labels: { cni: 'simple' } },
    spec: { infrastructureRef: { apiGroup: 'example.com', kind: 'Example', name } },
  } as Cluster)
}

function createKubeconfig(client: Client, kubeconfig: string): Promise<KubeObject> {
  return client.create(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'shop-kubeconfig', ...place, labels: { 'cluster.x-k8s.io/cluster-name': 'shop' } },
    type: 'cluster.x-k8s.io/secret',
    data: { value: Buffer.from(kubeconfig).toString('base64') },
  })
}

function createSet(client: Client, spec: Partial<ResourceSet['spec']> = {}): Promise<ResourceSet> {
  return client.create(RESOURCE_SETS, {
    apiVersion: 'addons.cluster.x-k8s.io/v1beta2',
    kind: 'ClusterResourceSet',
    metadata: { name: 'cni', ...place },
    spec: {
      clusterSelector: { matchLabels: { cni: 'simple' } },
      resources: [{ kind: 'ConfigMap', name: 'cni' }],
      ...spec,
    },
  })
}

const content = (value: string) => `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: cni}
data: {value: ${value}}
---
apiVersion: v1
kind: Namespace
metadata: {name: cni}
`

function createContent(client: Client, value: string): Promise<KubeObject> {
  const metadata = { name: 'cni', ...place }
  return client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { all: content(value) } })
}

function becomes(client: Client, expected: RegExp): Promise<void> {
  return eventually(async () => {
    const { status } = await client.get(RESOURCE_SETS, 'cni', place)
    const told = findCondition<Condition>(status?.conditions ?? [], 'ResourcesApplied')
    assert.match(`${told?.status} ${told?.reason}: ${told?.message}`, expected)
  }, LATE)
}

async function valueIn(client: Client): Promise<string | undefined> {
  return (await find(client, CONFIG_MAPS, 'settings', { namespace: 'cni' }))?.data?.value
}

test('what a set holds is made once in each cluster that it chooses, and recorded', async () => {
  await using world = await begin()
  const { center, shop, kubeconfig } = world
  const set = await createSet(center)
  assert.equal(set.spec.strategy, 'ApplyOnce')
  await createCluster(center, 'shop')
  await becomes(center, /^False InternalError: ConfigMap cni: not found$/)
  await createContent(center, 'first')
  await becomes(center, /^False InternalError: Cluster shop has no kubeconfig yet$/)
  await createKubeconfig(center, kubeconfig)
  await becomes(center, /^True Applied: $/)
  assert.equal(await valueIn(shop), 'first')
  const { spec, metadata } = await center.get(SET_BINDINGS, 'shop', place)
  const [resource] = spec.bindings?.[0]?.resources ?? []
  assert.deepEqual([spec.clusterName, resource?.applied, resource?.name], ['shop', true, 'cni'])
  assert.match(resource?.hash ?? '', /^sha256:[0-9a-f]{64}$/)
  assert.equal(metadata.ownerReferences?.[0]?.kind, 'ClusterResourceSet')
  assert.equal((await center.get(CONFIG_MAPS, 'cni', place)).metadata.ownerReferences?.[0]?.name, 'cni')
  await center.patch(CONFIG_MAPS, 'cni', 'merge', { data: { all: content('second') } }, place)
  await center.patch(RESOURCE_SETS, 'cni', 'merge', { metadata: { labels: { look: 'again' } } }, place)
  await eventually(async () => {
    const { metadata, status } = await center.get(RESOURCE_SETS, 'cni', place)
    assert.equal(status?.observedGeneration, metadata.generation)
  })
  assert.equal(await valueIn(shop), 'first')
})

test('with Reconcile, what has changed is brought there again', async () => {
  await using world = await begin()
  const { center, shop, kubeconfig } = world
  await createKubeconfig(center, kubeconfig)
  await createCluster(center, 'shop')
  await createContent(center, 'first')
  await createSet(center, { strategy: 'Reconcile' })
  await becomes(center, /^True Applied/)
  await center.patch(CONFIG_MAPS, 'cni', 'merge', { data: { all: content('second') } }, place)
  await eventually(async () => assert.equal(await valueIn(shop), 'second'), LATE)
})

test('a Secret must say what it is for, and nothing that is in it is told', async () => {
  await using world = await begin()
  const { center, kubeconfig } = world
  await createKubeconfig(center, kubeconfig)
  await createCluster(center, 'shop')
  const create = (type: string, value: string) =>
    center.create(SECRETS, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'cni', ...place },
      type,
      data: { all: Buffer.from(value).toString('base64') },
    })
  await create('Opaque', content('hidden'))
  await createSet(center, { resources: [{ kind: 'Secret', name: 'cni' }] })
  await becomes(center, /^False WrongSecretType: Secret cni: /)
  await center.delete(SECRETS, 'cni', place)
  await create('addons.cluster.x-k8s.io/resource-set', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Hidden_Name}')
  await becomes(center, /^False NotApplied: Cluster shop: Secret cni: ConfigMap Hidden_Name was not applied: Invalid$/)
  await center.patch(SECRETS, 'cni', 'merge', { data: { all: Buffer.from('hidden: [').toString('base64') } }, place)
  await becomes(center, /^False NotApplied: Secret cni: data.all holds no Kubernetes objects in YAML or JSON$/)
})

test('a record goes with its Cluster, and a set with its records; what it has made stays', async () => {
  await using world = await begin()
  const { center, shop, kubeconfig } = world
  await createKubeconfig(center, kubeconfig)
  await createContent(center, 'first')
  await createCluster(center, 'shop')
  await createSet(center)
  await becomes(center, /^True Applied/)
  await center.delete(RESOURCE_SETS, 'cni', place)
  await eventually(async () => assert.equal(await find(center, RESOURCE_SETS, 'cni', place), undefined), LATE)
  assert.equal(await find(center, SET_BINDINGS, 'shop', place), undefined)
  assert.equal(await valueIn(shop), 'first')
  // It belonged to the set, as upstream.
  await eventually(async () => assert.equal(await find(center, CONFIG_MAPS, 'cni', place), undefined), LATE)
  await createContent(center, 'second')
  await createSet(center)
  await becomes(center, /^True Applied/)
  await center.delete(CLUSTERS, 'shop', place)
  await eventually(async () => assert.equal(await find(center, SET_BINDINGS, 'shop', place), undefined), LATE)
})

test('a kubeconfig leads nowhere that the server may not connect to', async () => {
  await using world = await begin({ isAllowed: false })
  const { center, shop, kubeconfig } = world
  await createKubeconfig(center, kubeconfig)
  await createContent(center, 'first')
  await createCluster(center, 'shop')
  await createSet(center)
  await becomes(center, /^False InternalError: Cluster shop: .*address 127.0.0.1 is not allowed/)
  assert.equal(await valueIn(shop), undefined)
})

for (const [what, spec, message] of [
  ['an empty selector', { clusterSelector: {} }, /selector must not be empty/],
  ['another selector', undefined, /spec.clusterSelector: Invalid value.*field is immutable/],
] as const) {
  test(`${what} is refused`, async () => {
    await using world = await begin()
    if (spec !== undefined) return assert.rejects(createSet(world.center, spec), message)
    await createSet(world.center)
    const patch = { spec: { clusterSelector: { matchLabels: { cni: 'other' } } } }
    return assert.rejects(world.center.patch(RESOURCE_SETS, 'cni', 'merge', patch, place), message)
  })
}
