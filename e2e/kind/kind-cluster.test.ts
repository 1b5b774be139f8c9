/** KindCluster on the real Docker: what cluster-api-provider-kind leaves by halves is gone on with, and nobody else's nodes are touched. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, errorLog, find, type VirtualClock, virtualClock } from '../../src/controller/index.ts'
import type { KubeObject } from '../../src/machinery/index.ts'
import {
  KIND_CLUSTERS,
  type KindCluster,
  VERSION_ANNOTATION,
} from '../../src/providers/kind/kind-cluster/kind-cluster.ts'
import { kindClusterController } from '../../src/providers/kind/kind-cluster/kind-cluster-controller.ts'
import { KIND_CLUSTER_CRD } from '../../src/providers/kind/kind-cluster/kind-cluster-crd.ts'
import { eventually, resourceRef, startServer } from '../../src/testing/index.ts'
import { type Docker, startDocker } from './docker-daemon.ts'
import { LIGHT_VERSIONS, provideLightImages } from './light-image.ts'
import { openRealWorld, type RealWorld } from './real-world.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const CLUSTERS = resourceRef('cluster.x-k8s.io/v1beta2', 'clusters', { namespaced: true })
const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })
const place = { namespace: 'default' }
const signal = new AbortController().signal
const patient = { timeout: 120_000 }

const CLUSTER_CRD: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'clusters.cluster.x-k8s.io' },
  spec: {
    group: 'cluster.x-k8s.io',
    scope: 'Namespaced',
    names: { plural: 'clusters', singular: 'cluster', kind: 'Cluster', listKind: 'ClusterList' },
    versions: [
      {
        name: 'v1beta2',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

let docker: Docker

before(async () => {
  docker = await startDocker()
  await provideLightImages(docker)
})
after(() => docker?.[Symbol.asyncDispose]())

interface Center extends AsyncDisposable {
  readonly world: RealWorld
  readonly clock: VirtualClock
  readonly client: Client
  readonly workspace: (name: string) => Promise<Client>
  /** The controller of an API. */
  readonly run: (client: Client) => AsyncDisposable
}

async function begin(): Promise<Center> {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openRealWorld(docker))
  const server = stack.use(await startServer())
  const clock = virtualClock(Date.now())
  const workspace = async (name: string): Promise<Client> => {
    const client = await server.workspace(name)
    for (const crd of [CLUSTER_CRD, KIND_CLUSTER_CRD]) await client.create(CRDS, crd)
    await eventually(async () => {
      await client.list(KIND_CLUSTERS, place)
      await client.list(CLUSTERS, place)
    })
    return client
  }
  const run = (client: Client): AsyncDisposable =>
    kindClusterController(() => world.kindWorld()).start({ client, clock, log: errorLog, signal })
  const client = await workspace('center')
  const running = stack.move()
  return { world, clock, client, workspace, run, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

async function create(client: Client, name: string, spec: Partial<KindCluster['spec']> = {}): Promise<void> {
  const { metadata } = await client.create(CLUSTERS, {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Cluster',
    metadata: { name, ...place },
    spec: { infrastructureRef: { kind: 'KindCluster', name } },
  })
  const owner = { apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'Cluster', name, uid: metadata.uid ?? '' }
  await client.create(KIND_CLUSTERS, {
    apiVersion: 'infrastructure.cluster.x-k8s.io/v1alpha3',
    kind: 'KindCluster',
    metadata: {
      name,
      ...place,
      annotations: { [VERSION_ANNOTATION]: LIGHT_VERSIONS[0] },
      ownerReferences: [owner],
    },
    spec: { name, controlPlaneNodes: 0, workerNodes: 0, controlPlaneEndpoint: { host: '', port: 0 }, ...spec },
  })
}

const statusOf = async (client: Client, name: string) =>
  (await client.get(KIND_CLUSTERS, name, place)).status as NonNullable<KindCluster['status']> | undefined

async function untilPhase(client: Client, name: string, phase: string): Promise<KindCluster> {
  return eventually(async () => {
    const object = await client.get(KIND_CLUSTERS, name, place)
    assert.equal(object.status?.phase, phase, JSON.stringify(object.status))
    return object
  }, patient)
}

async function remove(client: Client, name: string): Promise<void> {
  await client.delete(KIND_CLUSTERS, name, place)
  await eventually(async () => assert.equal(await find(client, KIND_CLUSTERS, name, place), undefined), patient)
}

async function containers(...flags: string[]): Promise<string[]> {
  return (await docker.run('ps', '--all', '--quiet', ...flags)).split('\n').filter(Boolean).sort()
}

/** The host's list of kind clusters. */
async function clusters(): Promise<string[]> {
  const labels = await docker.run('ps', '--all', '--format', '{{.Label "io.x-k8s.kind.cluster"}}')
  return [...new Set(labels.split('\n').filter(Boolean))].sort()
}

async function assertNothingLeft(): Promise<void> {
  assert.deepEqual(await containers(), [])
  assert.equal(await docker.run('volume', 'ls', '--quiet'), '')
}

describe('a KindCluster on Docker', () => {
  test('becomes a cluster with an endpoint and a kubeconfig; its workers follow; lost nodes are made again', async () => {
    await using center = await begin()
    const { client, clock } = center
    await using _ = center.run(client)
    await create(client, 'shop')
    const { spec, status } = await untilPhase(client, 'shop', 'Ready')
    assert.deepEqual([status?.ready, status?.failureMessage], [true, undefined])
    assert.ok(spec.controlPlaneEndpoint?.host === '127.0.0.1' && spec.controlPlaneEndpoint.port > 1024)
    assert.equal((await client.get(SECRETS, 'shop-kubeconfig', place)).type, 'cluster.x-k8s.io/secret')
    assert.equal((await containers()).length, 1)
    await client.patch(KIND_CLUSTERS, 'shop', 'merge', { spec: { workerNodes: 1 } }, place)
    await eventually(async () => assert.equal((await containers()).length, 2), patient)
    await untilPhase(client, 'shop', 'Ready')
    const lost = await containers()
    await docker.run('rm', '--force', '--volumes', ...lost)
    await eventually(async () => {
      // It may have been looked at when one of them was still there to be started.
      await clock.advance(15_000)
      const present = await containers('--filter', 'status=running')
      const { phase, failureMessage } = (await statusOf(client, 'shop')) ?? {}
      assert.deepEqual([present.length, phase], [2, 'Ready'], failureMessage ?? '')
      assert.ok(present.every((id) => !lost.includes(id)))
    }, patient)
    await remove(client, 'shop')
    await assertNothingLeft()
  })

  test('goes on after a restart in the middle of Provisioning', async () => {
    await using center = await begin()
    const { client, world } = center
    world.arrange({ method: 'POST', path: /^\/exec\/[^/]+\/start$/, effect: 'hold' })
    {
      await using _ = center.run(client)
      await create(client, 'shop')
      await untilPhase(client, 'shop', 'Provisioning')
      await eventually(async () => assert.ok(world.faultsMet() > 0), patient)
    }
    await world.heal()
    await using _ = center.run(client)
    await untilPhase(client, 'shop', 'Ready')
    assert.equal((await containers()).length, 1)
    await remove(client, 'shop')
    await assertNothingLeft()
  })

  test('whose docker run ends with 125 each time says so, leaves no node, and is Ready when Docker is well', async () => {
    await using center = await begin()
    const { client, world, clock } = center
    world.arrange({ method: 'POST', path: /^\/containers\/[^/]+\/start$/, effect: 'refuse after' })
    await using _ = center.run(client)
    await create(client, 'shop')
    const { status } = await eventually(async () => {
      const object = await client.get(KIND_CLUSTERS, 'shop', place)
      assert.ok(object.status?.failureMessage)
      return object
    }, patient)
    assert.match(status?.failureMessage ?? '', /^failed to create cluster: .*docker run failed \(125\)/)
    assert.equal(status?.phase, 'Pending')
    assert.deepEqual(await containers(), [])
    await world.heal()
    await eventually(async () => {
      await clock.advance(15_000)
      assert.deepEqual((await statusOf(client, 'shop'))?.phase, 'Ready')
    }, patient)
    assert.equal((await statusOf(client, 'shop'))?.failureMessage, undefined)
    await remove(client, 'shop')
    await assertNothingLeft()
  })

  test('never touches a cluster that somebody else has made by this name, and takes it when that is gone', async () => {
    await using center = await begin()
    const { client, world } = center
    await world.plant('shop', 'ready')
    const theirs = await containers()
    await using _ = center.run(client)
    await create(client, 'shop')
    await eventually(
      async () => assert.equal((await statusOf(client, 'shop'))?.failureMessage, 'cluster already exists'),
      patient,
    )
    await remove(client, 'shop')
    assert.deepEqual(await containers(), theirs)
    await client.delete(CLUSTERS, 'shop', place)
    await create(client, 'shop')
    await untilPhase(client, 'shop', 'Pending')
    await docker.run('rm', '--force', '--volumes', ...theirs)
    await untilPhase(client, 'shop', 'Ready')
    await remove(client, 'shop')
    await assertNothingLeft()
  })

  test('that lost its nodes while nobody looked leaves a cluster alone that has its name by now', async () => {
    await using center = await begin()
    const { client, world } = center
    {
      await using _ = center.run(client)
      await create(client, 'shop')
      await untilPhase(client, 'shop', 'Ready')
    }
    await docker.run('rm', '--force', '--volumes', ...(await containers()))
    await world.plant('shop', 'ready')
    const theirs = await containers()
    await using _ = center.run(client)
    await eventually(async () => assert.match((await statusOf(client, 'shop'))?.failureMessage ?? '', /./), patient)
    assert.deepEqual(await containers(), theirs)
    await remove(client, 'shop')
    assert.deepEqual(await containers(), theirs)
  })

  test('of one name in two workspaces are two clusters, each of which goes alone', async () => {
    await using center = await begin()
    const { client } = center
    const other = await center.workspace('other')
    await using _ = center.run(client)
    await using __ = center.run(other)
    await create(client, 'shop')
    await untilPhase(client, 'shop', 'Ready')
    await create(other, 'shop')
    await untilPhase(other, 'shop', 'Ready')
    const [plain, own, ...rest] = await clusters()
    assert.ok(plain === 'shop' && /^shop-[0-9a-f]{8}$/.test(own ?? '') && rest.length === 0)
    await remove(other, 'shop')
    assert.deepEqual(await clusters(), ['shop'])
    await remove(client, 'shop')
    await assertNothingLeft()
  })

  test('goes while it is being made, when its Cluster is gone already', async () => {
    await using center = await begin()
    const { client, world } = center
    world.arrange({ method: 'POST', path: /^\/exec\/[^/]+\/start$/, effect: 'hold' })
    await using _ = center.run(client)
    await create(client, 'shop')
    await eventually(async () => assert.ok(world.faultsMet() > 0), patient)
    await client.delete(CLUSTERS, 'shop', place)
    await remove(client, 'shop')
    await world.heal()
    await assertNothingLeft()
  })
})
