import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Client,
  EVENTS,
  errorLog,
  find,
  isTrue,
  type VirtualClock,
  virtualClock,
} from '../../../controller/index.ts'
import type { KubeObject } from '../../../machinery/index.ts'
import { eventually, resourceRef, startServer } from '../../../testing/index.ts'
import { bytesOf, connectDocker } from '../docker/docker.ts'
import { type FakeDocker, startFakeDocker } from '../fake/fake-docker.ts'
import { fakeKind } from '../fake/fake-kind.ts'
import { fakeWorld } from '../world-for-tests.ts'
import { KIND_CLUSTERS, type KindCluster } from './kind-cluster.ts'
import { kindClusterController } from './kind-cluster-controller.ts'
import { KIND_CLUSTER_CRD } from './kind-cluster-crd.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const CLUSTERS = resourceRef('cluster.x-k8s.io/v1beta2', 'clusters', { namespaced: true })
const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })
const place = { namespace: 'default' }
const signal = new AbortController().signal

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

interface Center extends AsyncDisposable {
  readonly docker: FakeDocker
  readonly clock: VirtualClock
  readonly client: Client
  /** The controller of a further API, or of this one once more. */
  readonly run: (client: Client) => AsyncDisposable
  readonly workspace: (name: string) => Promise<Client>
}

async function begin(): Promise<Center> {
  await using stack = new AsyncDisposableStack()
  const docker = stack.use(await startFakeDocker())
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
    kindClusterController(() => fakeWorld(docker.socket)).start({ client, clock, log: errorLog, signal })
  const client = await workspace('center')
  const running = stack.move()
  return { docker, clock, client, run, workspace, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** As upstream's sample has it: Clients in Go send what is not set. */
async function create(client: Client, name: string, spec: Partial<KindCluster['spec']> = {}): Promise<KindCluster> {
  const owner = await client.create(CLUSTERS, {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Cluster',
    metadata: { name, ...place },
    spec: { infrastructureRef: { kind: 'KindCluster', name } },
  })
  const { uid = '' } = owner.metadata
  return client.create(KIND_CLUSTERS, {
    apiVersion: 'infrastructure.cluster.x-k8s.io/v1alpha3',
    kind: 'KindCluster',
    metadata: {
      name,
      ...place,
      ownerReferences: [{ apiVersion: 'cluster.x-k8s.io/v1beta2', kind: 'Cluster', name, uid }],
    },
    spec: { name, controlPlaneNodes: 0, workerNodes: 0, controlPlaneEndpoint: { host: '', port: 0 }, ...spec },
  })
}

async function untilPhase(client: Client, name: string, phase: string): Promise<KindCluster> {
  return eventually(async () => {
    const object = await client.get(KIND_CLUSTERS, name, place)
    assert.equal(object.status?.phase, phase, JSON.stringify(object.status))
    return object
  })
}

async function untilGone(client: Client, name: string): Promise<void> {
  await eventually(async () => assert.equal(await find(client, KIND_CLUSTERS, name, place), undefined))
}

/** Whatever is under way gets on while this asks the API and Docker, again and again: each answer takes as long as one of theirs. */
async function untilQuiet({ client, docker }: Center): Promise<number> {
  const beside = connectDocker(docker.socket)
  for (let [count, quiet] = [-1, 0]; ; ) {
    await client.list(KIND_CLUSTERS, place)
    await bytesOf(beside, { method: 'GET', path: '/_test', signal })
    quiet = docker.requests.length === count ? quiet + 1 : 0
    count = docker.requests.length
    if (quiet === 50) return count
  }
}

/** The host's list of kind clusters. */
function clustersIn({ containers }: FakeDocker): string[] {
  return [...new Set([...containers.values()].map(({ labels }) => labels['io.x-k8s.kind.cluster'] ?? ''))].sort()
}

async function eventsOf(client: Client): Promise<string[]> {
  const { items } = await client.list(EVENTS, place)
  return items.map((event) => {
    const { type, reason, message } = event as unknown as Record<string, string>
    return `${type} ${reason} ${message}`
  })
}

describe('a KindCluster', () => {
  test('becomes a cluster of its name with an endpoint and a kubeconfig, and takes all of it along', async () => {
    await using center = await begin()
    const { client, docker } = center
    await using _ = center.run(client)
    await create(client, 'shop', { workerNodes: 2 })
    const ready = await untilPhase(client, 'shop', 'Ready')
    assert.deepEqual(clustersIn(docker), ['shop'])
    assert.equal(docker.containers.size, 3)
    assert.equal(ready.status?.ready, true)
    assert.equal(ready.status?.failureMessage, undefined)
    assert.ok(isTrue(ready.status?.conditions ?? [], 'Ready'))
    assert.deepEqual(ready.metadata.finalizers, ['kindcluster.infrastructure.cluster.x-k8s.io'])
    const { host, port } = ready.spec.controlPlaneEndpoint ?? {}
    assert.ok(host === '127.0.0.1' && port !== undefined && port > 1024)
    const secret = await client.get(SECRETS, 'shop-kubeconfig', place)
    assert.deepEqual(
      [secret.type, secret.metadata.labels],
      ['cluster.x-k8s.io/secret', { 'cluster.x-k8s.io/cluster-name': 'shop' }],
    )
    assert.ok((await eventsOf(client)).some((event) => event.startsWith('Normal Ready')))
    await client.delete(KIND_CLUSTERS, 'shop', place)
    await untilGone(client, 'shop')
    assert.deepEqual([docker.containers.size, docker.volumes.size], [0, 0])
  })

  test('is left alone until a Cluster owns it', async () => {
    await using center = await begin()
    const { client, docker } = center
    await using _ = center.run(client)
    await client.create(KIND_CLUSTERS, {
      apiVersion: 'infrastructure.cluster.x-k8s.io/v1alpha3',
      kind: 'KindCluster',
      metadata: { name: 'unowned', ...place },
      spec: { name: 'unowned' },
    } as KindCluster)
    await create(client, 'owned')
    await untilPhase(client, 'owned', 'Ready')
    const unowned = await client.get(KIND_CLUSTERS, 'unowned', place)
    assert.deepEqual([unowned.status, unowned.metadata.finalizers], [undefined, undefined])
    assert.deepEqual(clustersIn(docker), ['owned'])
  })

  test('never touches a cluster that somebody else has made by this name', async () => {
    await using center = await begin()
    const { client, docker } = center
    const config = JSON.stringify({ nodes: [{ role: 'control-plane' }] })
    await fakeKind(docker.socket).create({ name: 'shop', config, signal, onLine() {} })
    const before = [...docker.containers.keys()]
    await using _ = center.run(client)
    await create(client, 'shop')
    const pending = await eventually(async () => {
      const object = await client.get(KIND_CLUSTERS, 'shop', place)
      assert.equal(object.status?.failureMessage, 'cluster already exists')
      return object
    })
    assert.deepEqual([pending.status?.phase, pending.status?.ready], ['Pending', false])
    await client.delete(KIND_CLUSTERS, 'shop', place)
    await untilGone(client, 'shop')
    assert.deepEqual([...docker.containers.keys()], before)
  })

  test('has its name as soon as Docker tells that somebody else has removed theirs', async () => {
    await using center = await begin()
    const { client, docker, clock } = center
    const config = JSON.stringify({ nodes: [{ role: 'control-plane' }] })
    await fakeKind(docker.socket).create({ name: 'shop', config, signal, onLine() {} })
    await using _ = center.run(client)
    await create(client, 'shop')
    await eventually(async () => {
      const { status } = await client.get(KIND_CLUSTERS, 'shop', place)
      assert.equal(status?.failureMessage, 'cluster already exists')
    })
    // What has met a conflict is tried again.
    await clock.advance(60_000)
    const atRest = await untilQuiet(center)
    await clock.advance(6 * 60 * 60_000)
    assert.equal(await untilQuiet(center), atRest, docker.requests.slice(atRest).join('\n'))
    const [[id = ''] = []] = docker.containers
    docker.containers.delete(id)
    const Attributes = { 'io.x-k8s.kind.cluster': 'shop', name: 'shop-control-plane' }
    docker.emit({ Type: 'container', Action: 'destroy', Actor: { ID: id, Attributes } })
    const ready = await untilPhase(client, 'shop', 'Ready')
    assert.equal(ready.status?.failureMessage, undefined)
  })

  test('of one name in two workspaces gives each a cluster of its own', async () => {
    await using center = await begin()
    const { client, docker } = center
    const other = await center.workspace('other')
    await using _ = center.run(client)
    await using __ = center.run(other)
    await create(client, 'shop')
    await untilPhase(client, 'shop', 'Ready')
    await create(other, 'shop')
    await untilPhase(other, 'shop', 'Ready')
    const [plain, own, ...rest] = clustersIn(docker)
    assert.ok(plain === 'shop' && /^shop-[0-9a-f]{8}$/.test(own ?? '') && rest.length === 0)
    await other.delete(KIND_CLUSTERS, 'shop', place)
    await untilGone(other, 'shop')
    assert.deepEqual(clustersIn(docker), ['shop'])
  })

  test('twenty at once on a Docker that is slow and fails now and then all end Ready or say why not', async () => {
    await using center = await begin()
    const { client, docker, clock } = center
    docker.faults.push({
      request: /^POST .containers.create/,
      skip: 7,
      times: 1,
      effect: { status: 500, message: 'no space left on device' },
    })
    docker.faults.push({ request: /^GET .containers.json/, skip: 30, times: 2, effect: 'cut' })
    docker.faults.push({ request: /./, effect: { delay: 30 } })
    await using _ = center.run(client)
    const names = Array.from({ length: 20 }, (_, at) => `shop-${at}`)
    for (const name of names) await create(client, name)
    const settled = await eventually(
      async () => {
        const { items } = await client.list(KIND_CLUSTERS, place)
        for (const { status } of items)
          assert.ok(status?.ready === true || status?.failureMessage, JSON.stringify(status))
        return items
      },
      { timeout: 120_000 },
    )
    const failed = settled.filter(({ status }) => status?.ready !== true)
    assert.ok(failed.length > 0 && failed.length <= 3, `${failed.length} have failed`)
    for (const { status } of failed) assert.match(status?.failureMessage ?? '', /disk is full|cut/)
    // They are tried again, by themselves.
    await clock.advance(60_000)
    for (const name of names) await untilPhase(client, name, 'Ready')
    assert.deepEqual(clustersIn(docker), names.toSorted())
  })

  test('costs Docker no request at rest, and is mended when a node ends', async () => {
    await using center = await begin()
    const { client, docker, clock } = center
    await using _ = center.run(client)
    await create(client, 'shop')
    await untilPhase(client, 'shop', 'Ready')
    await create(client, 'other')
    await untilPhase(client, 'other', 'Ready')
    // What has met a conflict is tried again.
    await clock.advance(60_000)
    const atRest = await untilQuiet(center)
    await clock.advance(6 * 60 * 60_000)
    assert.equal(await untilQuiet(center), atRest, docker.requests.slice(atRest).join('\n'))
    const node = [...docker.containers.values()].find(({ name }) => name === 'shop-control-plane')
    assert.ok(node)
    Object.assign(node, { state: 'exited', status: 'Exited (137) 1 second ago' })
    const Attributes = { 'io.x-k8s.kind.cluster': 'shop', name: node.name }
    docker.emit({ Type: 'container', Action: 'die', Actor: { ID: node.id, Attributes } })
    await eventually(async () => assert.equal(node.state, 'running'))
    await untilPhase(client, 'shop', 'Ready')
  })

  test('is made again when somebody has removed its nodes', async () => {
    await using center = await begin()
    const { client, docker } = center
    await using _ = center.run(client)
    await create(client, 'shop')
    await untilPhase(client, 'shop', 'Ready')
    const [[id = '', node] = []] = docker.containers
    docker.containers.delete(id)
    const Attributes = { 'io.x-k8s.kind.cluster': 'shop', name: node?.name ?? '' }
    docker.emit({ Type: 'container', Action: 'destroy', Actor: { ID: id, Attributes } })
    await eventually(async () => assert.equal(docker.containers.size, 1))
    await untilPhase(client, 'shop', 'Ready')
  })

  test('says why kind has failed, with the last lines of its log, and tries again', async () => {
    await using center = await begin()
    const { client, docker, clock } = center
    docker.kind = {
      failure: ['kubeadm: booting', 'ERROR: failed to init node: mkdir: no space left on device'],
      times: 1,
    }
    await using _ = center.run(client)
    await create(client, 'shop')
    const failed = await eventually(async () => {
      const object = await client.get(KIND_CLUSTERS, 'shop', place)
      assert.ok(object.status?.failureMessage)
      return object
    })
    assert.match(
      failed.status?.failureMessage ?? '',
      /^failed to create cluster: .*Docker's disk is full[\s\S]*kubeadm: booting/,
    )
    assert.equal(failed.status?.phase, 'Pending')
    const events = await eventually(async () => {
      const found = (await eventsOf(client)).filter((event) => event.startsWith('Warning Failed'))
      assert.ok(found.length > 0)
      return found
    })
    assert.match(events[0] ?? '', /no space left on device/)
    assert.equal(docker.containers.size, 0)
    await eventually(async () => {
      await clock.advance(15_000)
      assert.equal((await client.get(KIND_CLUSTERS, 'shop', place)).status?.phase, 'Ready')
    })
    assert.equal((await client.get(KIND_CLUSTERS, 'shop', place)).status?.failureMessage, undefined)
  })

  test('goes on after a restart in the middle of it', async () => {
    await using center = await begin()
    const { client, docker } = center
    docker.kind = { delay: 600_000 }
    {
      await using _ = center.run(client)
      await create(client, 'shop')
      await untilPhase(client, 'shop', 'Provisioning')
      await eventually(async () => assert.equal(docker.containers.size, 1))
    }
    docker.kind = {}
    await using _ = center.run(client)
    await untilPhase(client, 'shop', 'Ready')
    assert.equal(docker.containers.size, 1)
  })

  test('goes at once while it is being made, and when its Cluster is gone already', async () => {
    await using center = await begin()
    const { client, docker } = center
    docker.kind = { delay: 600_000 }
    await using _ = center.run(client)
    await create(client, 'shop')
    await eventually(async () => assert.equal(docker.containers.size, 1))
    await client.delete(CLUSTERS, 'shop', place)
    await client.delete(KIND_CLUSTERS, 'shop', place)
    await untilGone(client, 'shop')
    assert.deepEqual([docker.containers.size, docker.volumes.size], [0, 0])
  })

  test('is of a kind that clusterctl moves', async () => {
    await using center = await begin()
    const { metadata } = await center.client.get(CRDS, 'kindclusters.infrastructure.cluster.x-k8s.io')
    assert.equal(metadata.labels?.['clusterctl.cluster.x-k8s.io'], '')
  })

  test('is left as it is while it is paused', async () => {
    await using center = await begin()
    const { client, docker } = center
    await using _ = center.run(client)
    const { metadata } = await create(client, 'shop', {})
    await untilPhase(client, 'shop', 'Ready')
    await client.patch(CLUSTERS, 'shop', 'merge', { spec: { paused: true } }, place)
    await eventually(async () => {
      const { status } = await client.get(KIND_CLUSTERS, 'shop', place)
      assert.ok(isTrue(status?.conditions ?? [], 'Paused'))
    })
    await client.patch(KIND_CLUSTERS, metadata.name ?? '', 'merge', { spec: { workerNodes: 1 } }, place)
    await client.patch(CLUSTERS, 'shop', 'merge', { spec: { paused: false } }, place)
    await eventually(async () => assert.equal(docker.containers.size, 2))
    await untilPhase(client, 'shop', 'Ready')
  })
})
