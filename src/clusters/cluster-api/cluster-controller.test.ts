import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../../client/index.ts'
import { EVENTS, errorLog, find, ownerReference, systemClock } from '../../controller/index.ts'
import type { JsonObject, KubeObject } from '../../machinery/index.ts'
import { eventually, resourceRef, startServer } from '../../testing/index.ts'
import { CLUSTERS, type Cluster, type ClusterStatus } from './cluster.ts'
import { clusterController } from './cluster-controller.ts'
import { CLUSTER_CRD } from './cluster-crd.ts'
import { MACHINE_CRDS } from './machine-crds.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const namespaced = { namespaced: true } as const
const INFRASTRUCTURE = resourceRef('infrastructure.cluster.x-k8s.io/v1beta2', 'exampleclusters', namespaced)
const OLDER = resourceRef('infrastructure.cluster.x-k8s.io/v1alpha3', 'olderclusters', namespaced)
const CONTROL_PLANES = resourceRef('controlplane.cluster.x-k8s.io/v1beta2', 'examplecontrolplanes', namespaced)
const V1BETA1 = resourceRef<Cluster>('cluster.x-k8s.io/v1beta1', 'clusters', namespaced)
const MACHINES = resourceRef('cluster.x-k8s.io/v1beta2', 'machines', namespaced)
const place = { namespace: 'default' }
const OPEN: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

/** What a provider installs: the label says which contract its version speaks. */
function definition(group: string, kind: string, version: string, contract: string): KubeObject {
  const plural = `${kind.toLowerCase()}s`
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: OPEN, status: OPEN } } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { [`cluster.x-k8s.io/${contract}`]: version } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema, subresources: { status: {} } }],
    },
  }
}

const DEFINITIONS = [
  CLUSTER_CRD,
  ...MACHINE_CRDS,
  definition('infrastructure.cluster.x-k8s.io', 'ExampleCluster', 'v1beta2', 'v1beta2'),
  definition('infrastructure.cluster.x-k8s.io', 'OlderCluster', 'v1alpha3', 'v1beta1'),
  definition('controlplane.cluster.x-k8s.io', 'ExampleControlPlane', 'v1beta2', 'v1beta2'),
]

async function begin() {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startServer())
  const client = await server.workspace('center')
  for (const crd of DEFINITIONS) await client.create(CRDS, crd)
  await eventually(() => client.list(MACHINES, place))
  const stop = new AbortController()
  stack.use(clusterController(() => true).start({ client, clock: systemClock, log: errorLog, signal: stop.signal }))
  const running = stack.move()
  return { client, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

const REFERENCES = {
  infrastructureRef: { apiGroup: 'infrastructure.cluster.x-k8s.io', kind: 'ExampleCluster', name: 'shop' },
  controlPlaneRef: { apiGroup: 'controlplane.cluster.x-k8s.io', kind: 'ExampleControlPlane', name: 'shop' },
}

function createCluster(client: Client, spec: object = REFERENCES): Promise<Cluster> {
  return client.create(CLUSTERS, {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Cluster',
    metadata: { name: 'shop', namespace: 'default' },
    spec,
  } as Cluster)
}

async function createBoth(client: Client, finalizers: string[] = []): Promise<void> {
  const metadata = { name: 'shop', namespace: 'default', finalizers }
  const [infrastructure, controlPlane] = [
    { apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2', kind: 'ExampleCluster', metadata, spec: {} },
    { apiVersion: 'controlplane.cluster.x-k8s.io/v1beta2', kind: 'ExampleControlPlane', metadata, spec: {} },
  ]
  await client.create(INFRASTRUCTURE, infrastructure as KubeObject)
  await client.create(CONTROL_PLANES, controlPlane as KubeObject)
}

const LATE = { timeout: 120_000 }

/** `Type Status Reason: message` of each condition that is asked for, when they are as expected. */
function becomes(client: Client, phase: string, expected: Readonly<Record<string, string>>): Promise<ClusterStatus> {
  return eventually(async () => {
    const { status = {} } = await client.get(CLUSTERS, 'shop', place)
    const told = Object.fromEntries(
      Object.keys(expected).map((type) => {
        const found = status.conditions?.find((condition) => condition.type === type)
        return [type, `${found?.status} ${found?.reason}${found?.message ? `: ${found.message}` : ''}`]
      }),
    )
    assert.deepEqual([status.phase, told], [phase, expected])
    return status
  }, LATE)
}

const setStatus = (client: Client, resource: typeof INFRASTRUCTURE, status: object) =>
  client.patch(resource, 'shop', 'merge', { status }, { ...place, subresource: 'status' })

test('a Cluster follows what it names until it is provisioned and available', async () => {
  await using world = await begin()
  const { client } = world
  await createCluster(client)
  await becomes(client, 'Provisioning', {
    InfrastructureReady: 'False ObjectDoesNotExist: ExampleCluster does not exist',
    ControlPlaneAvailable: 'False ObjectDoesNotExist: ExampleControlPlane does not exist',
    ControlPlaneInitialized: 'Unknown ObjectDoesNotExist: ExampleControlPlane does not exist',
    Deleting: 'False NotDeleting',
    Paused: 'False NotPaused',
    Available:
      'False NotAvailable: * InfrastructureReady: ExampleCluster does not exist\n* ControlPlaneAvailable: ExampleControlPlane does not exist',
  })
  await createBoth(client)
  await becomes(client, 'Provisioning', {
    InfrastructureReady: 'False NotReady: ExampleCluster status.initialization.provisioned is false',
    ControlPlaneInitialized: 'False NotInitialized: Control plane not yet initialized',
  })
  const { metadata } = await client.get(INFRASTRUCTURE, 'shop', place)
  const owner = await client.get(CLUSTERS, 'shop', place)
  assert.equal(metadata.labels?.['cluster.x-k8s.io/cluster-name'], 'shop')
  assert.deepEqual(metadata.ownerReferences, [
    { apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'Cluster', name: 'shop', uid: owner.metadata.uid },
  ])
  const endpoint = { host: 'shop.example.com', port: 6443 }
  await client.patch(INFRASTRUCTURE, 'shop', 'merge', { spec: { controlPlaneEndpoint: endpoint } }, place)
  await setStatus(client, INFRASTRUCTURE, {
    initialization: { provisioned: true },
    failureDomains: [{ name: 'a' }],
    conditions: [{ type: 'Ready', status: 'False', reason: 'Scaling', message: 'a balancer is missing' }],
  })
  await becomes(client, 'Provisioned', { InfrastructureReady: 'False Scaling: a balancer is missing' })
  await setStatus(client, INFRASTRUCTURE, { conditions: [{ type: 'Ready', status: 'True' }] })
  await setStatus(client, CONTROL_PLANES, { initialization: { controlPlaneInitialized: true } })
  const status = await becomes(client, 'Provisioned', {
    InfrastructureReady: 'True Ready',
    ControlPlaneAvailable: 'True Available',
    ControlPlaneInitialized: 'True Initialized',
    Available: 'True Available',
  })
  assert.deepEqual(status.initialization, { infrastructureProvisioned: true, controlPlaneInitialized: true })
  assert.deepEqual(status.failureDomains, [{ name: 'a' }])
  const { spec } = await client.get(CLUSTERS, 'shop', place)
  assert.deepEqual(spec?.controlPlaneEndpoint, endpoint)
  await eventually(async () => {
    const { items } = await client.list(EVENTS, place)
    const told = items.map((event) => (event as unknown as { message: string }).message)
    for (const expected of ['InfrastructureProvisioned is now True', 'ControlPlaneInitialized is now True']) {
      assert.ok(told.includes(`Cluster shop ${expected}`), told.join('\n'))
    }
    assert.ok(told.includes('Cluster shop is Provisioned'))
  })
})

test('what goes while the Cluster is there is said, and nothing is made in its place', async () => {
  await using world = await begin()
  const { client } = world
  await createBoth(client)
  await setStatus(client, INFRASTRUCTURE, { initialization: { provisioned: true } })
  await createCluster(client, { infrastructureRef: REFERENCES.infrastructureRef })
  await becomes(client, 'Provisioning', { InfrastructureReady: 'True Ready' })
  await client.delete(INFRASTRUCTURE, 'shop', place)
  await becomes(client, 'Provisioning', {
    InfrastructureReady: 'False ObjectDeleted: ExampleCluster has been deleted while the cluster still exists',
  })
})

test('a provider of the older contract is understood, and a Cluster that was written as v1beta1', async () => {
  await using world = await begin()
  const { client } = world
  await client.create(OLDER, {
    apiVersion: 'infrastructure.cluster.x-k8s.io/v1alpha3',
    kind: 'OlderCluster',
    metadata: { name: 'shop', namespace: 'default' },
    spec: { controlPlaneEndpoint: { host: '10.0.0.1', port: 6443 } },
  } as KubeObject)
  await setStatus(client, OLDER, { ready: true })
  await client.create(V1BETA1, {
    apiVersion: 'cluster.x-k8s.io/v1beta1',
    kind: 'Cluster',
    metadata: { name: 'shop', namespace: 'default' },
    spec: {
      controlPlaneEndpoint: { host: '', port: 0 },
      infrastructureRef: {
        apiVersion: 'infrastructure.cluster.x-k8s.io/v1alpha3',
        kind: 'OlderCluster',
        name: 'shop',
        namespace: 'default',
      },
    },
  } as Cluster)
  await becomes(client, 'Provisioned', { InfrastructureReady: 'True Ready', Available: 'True Available' })
  const { spec } = await client.get(CLUSTERS, 'shop', place)
  assert.equal(spec?.infrastructureRef?.apiGroup, 'infrastructure.cluster.x-k8s.io')
  const { status, spec: older } = await client.get(V1BETA1, 'shop', place)
  assert.equal(status?.infrastructureReady, true)
  assert.equal(older?.infrastructureRef?.apiVersion, 'infrastructure.cluster.x-k8s.io/v1alpha3')
})

test('a paused Cluster is left as it is, and says why', async () => {
  await using world = await begin()
  const { client } = world
  await createBoth(client)
  await createCluster(client, { ...REFERENCES, paused: true })
  await eventually(async () => {
    const { status } = await client.get(CLUSTERS, 'shop', place)
    assert.equal(status?.conditions?.[0]?.message, 'Cluster spec.paused is set to true')
  })
  assert.equal((await client.get(INFRASTRUCTURE, 'shop', place)).metadata.ownerReferences, undefined)
  await client.patch(CLUSTERS, 'shop', 'merge', { spec: { paused: false } }, place)
  await becomes(client, 'Provisioning', { Paused: 'False NotPaused' })
})

test('machines end first, then the control plane, then the infrastructure, then the Cluster', async () => {
  await using world = await begin()
  const { client } = world
  await createBoth(client, ['example.com/held'])
  const owner = await createCluster(client)
  await becomes(client, 'Provisioning', { Deleting: 'False NotDeleting' })
  await client.create(MACHINES, {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Machine',
    metadata: {
      name: 'one',
      namespace: 'default',
      labels: { 'cluster.x-k8s.io/cluster-name': 'shop' },
      finalizers: ['example.com/held'],
      ownerReferences: [ownerReference(owner)],
    },
  })
  const release = (resource: typeof MACHINES, name: string) =>
    client.patch(resource, name, 'merge', { metadata: { finalizers: null } }, place)
  await client.delete(CLUSTERS, 'shop', place)
  await becomes(client, 'Deleting', { Deleting: 'True WaitingForWorkersDeletion: * Worker Machines: one' })
  await release(MACHINES, 'one')
  const control = 'Waiting for ExampleControlPlane to be deleted'
  await becomes(client, 'Deleting', { Deleting: `True WaitingForControlPlaneDeletion: ${control}` })
  assert.equal((await client.get(INFRASTRUCTURE, 'shop', place)).metadata.deletionTimestamp, undefined)
  await release(CONTROL_PLANES, 'shop')
  const infrastructure = 'Waiting for ExampleCluster to be deleted'
  await becomes(client, 'Deleting', {
    Deleting: `True WaitingForInfrastructureDeletion: ${infrastructure}`,
    Available: `False NotAvailable: * Deleting: ${infrastructure}\n* InfrastructureReady: ExampleCluster status.initialization.provisioned is false`,
  })
  await release(INFRASTRUCTURE, 'shop')
  await eventually(async () => assert.equal(await find(client, CLUSTERS, 'shop', place), undefined), LATE)
})

test('what a Cluster must name, and what of it may go', async () => {
  await using world = await begin()
  const { client } = world
  const nothing = createCluster(client, { controlPlaneEndpoint: { host: 'a.example.com', port: 6443 } })
  await assert.rejects(nothing, /one of spec.controlPlaneRef, spec.infrastructureRef or spec.topology must be set/)
  await createCluster(client)
  const patch = { spec: { infrastructureRef: null } }
  await assert.rejects(
    client.patch(CLUSTERS, 'shop', 'merge', patch, place),
    /spec.infrastructureRef cannot be removed/,
  )
})

test('a kind that comes after the Cluster that names it is found without a look by the clock', async () => {
  await using world = await begin()
  const { client } = world
  const reference = { apiGroup: 'infrastructure.cluster.x-k8s.io', kind: 'LateCluster', name: 'shop' }
  await createCluster(client, { infrastructureRef: reference })
  await becomes(client, 'Provisioning', {
    InfrastructureReady: 'False ObjectDoesNotExist: LateCluster does not exist',
  })
  await client.create(CRDS, definition('infrastructure.cluster.x-k8s.io', 'LateCluster', 'v1beta2', 'v1beta2'))
  const late = resourceRef('infrastructure.cluster.x-k8s.io/v1beta2', 'lateclusters', namespaced)
  await eventually(() =>
    client.create(late, {
      apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
      kind: 'LateCluster',
      metadata: { name: 'shop', ...place },
      spec: {},
    }),
  )
  await setStatus(client, late, { initialization: { provisioned: true } })
  await becomes(client, 'Provisioning', { InfrastructureReady: 'True Ready' })
})

test('who installs definitions of Cluster API’s own has the Clusters from then on, and gives them back with them', async () => {
  await using world = await begin()
  const { client } = world
  await createBoth(client)
  const annotate = (version: string | null) => {
    const metadata = { annotations: { 'controller-gen.kubebuilder.io/version': version } }
    return client.patch(CRDS, 'clusters.cluster.x-k8s.io', 'merge', { metadata })
  }
  await createCluster(client)
  await becomes(client, 'Provisioning', { Paused: 'False NotPaused' })
  await annotate('v0.20.0')
  await setStatus(client, INFRASTRUCTURE, { initialization: { provisioned: true } })
  await client.patch(CLUSTERS, 'shop', 'merge', { spec: { paused: true } }, place)
  await annotate(null)
  // All that came meanwhile is seen now: had the core been at work, it had told the one before it was paused.
  await becomes(client, 'Provisioning', {
    Paused: 'True Paused: Cluster spec.paused is set to true',
    InfrastructureReady: 'False NotReady: ExampleCluster status.initialization.provisioned is false',
  })
})

test('machines are counted, and what is wrong with them is told', async () => {
  await using world = await begin()
  const { client } = world
  await createBoth(client)
  const owner = await createCluster(client)
  const ownerReferences = [ownerReference(owner)]
  for (const [name, ready] of [
    ['a', 'True'],
    ['b', 'False'],
  ] as const) {
    const metadata = { name, ...place, labels: { 'cluster.x-k8s.io/cluster-name': 'shop' }, ownerReferences }
    await client.create(MACHINES, { apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'Machine', metadata, spec: {} })
    const condition = { type: 'Ready', status: ready, reason: 'Said', message: ready === 'True' ? '' : 'no node' }
    await client.patch(
      MACHINES,
      name,
      'merge',
      { status: { conditions: [condition] } },
      {
        ...place,
        subresource: 'status',
      },
    )
  }
  const status = await becomes(client, 'Provisioning', {
    WorkerMachinesReady: 'False NotReady: * Machine b: no node',
    ControlPlaneMachinesReady: 'True NoReplicas',
    WorkersAvailable: 'True NoWorkers',
  })
  assert.deepEqual(status.workers, {
    desiredReplicas: 2,
    replicas: 2,
    readyReplicas: 1,
    availableReplicas: 0,
    upToDateReplicas: 0,
  })
})

test('what v1beta1 calls conditions is told beside those of v1beta2', async () => {
  await using world = await begin()
  const { client } = world
  await createBoth(client)
  await createCluster(client)
  await becomes(client, 'Provisioning', { Paused: 'False NotPaused' })
  await setStatus(client, INFRASTRUCTURE, {
    initialization: { provisioned: true },
    failureReason: 'CreateError',
    failureMessage: 'no quota',
  })
  const status = await becomes(client, 'Provisioning', { InfrastructureReady: 'True Ready' })
  const { conditions = [], failureReason, failureMessage } = status.deprecated?.v1beta1 ?? {}
  assert.deepEqual(
    conditions.map(({ type, status: told, severity, reason }) => [type, told, severity, reason]),
    [
      ['Ready', 'False', 'Info', 'WaitingForControlPlane'],
      ['ControlPlaneReady', 'False', 'Info', 'WaitingForControlPlane'],
      ['InfrastructureReady', 'True', undefined, undefined],
      ['ControlPlaneInitialized', 'False', 'Info', 'WaitingForControlPlaneProviderInitialized'],
    ],
  )
  assert.equal(failureReason, 'CreateError')
  assert.match(failureMessage ?? '', /^Failure detected from referenced resource .*Kind=ExampleCluster.*: no quota$/)
})
