import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { widgetsCrd } from '../fixtures/widgets.ts'
import { type Access, readKubeconfig } from '../kubeconfig.ts'
import { request, requestObject } from '../request.ts'
import { startTarget } from '../target.ts'
import { type Client, startGoClient } from './client.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
const widgets = '/apis/e2e.keelson.dev/v1/namespaces/default/widgets'

interface Widget {
  metadata: { uid: string; generation: number; finalizers?: string[]; resourceVersion: string }
  spec: { size: number }
  status?: { observedSize?: number; conditions?: { type: string; status: string; observedGeneration: number }[] }
}

interface ConfigMap {
  data: Record<string, string>
  metadata: { ownerReferences: { kind: string; uid: string; controller: boolean; blockOwnerDeletion: boolean }[] }
}

interface Lease {
  spec: { holderIdentity?: string; renewTime?: string; leaseTransitions: number }
}

interface EventList {
  items: { reason: string; message?: string; note?: string; type: string }[]
}

test('client-go: informers see every change, a Lease is held, an Event is written', { timeout: 300_000 }, async () => {
  await using target = await startTarget()
  const kubeconfig = await target.workspace('informer')
  const access = await readKubeconfig(kubeconfig)
  await defineWidgets(access)
  await createConfigMap(access, 'early', { color: 'red' })
  await createWidget(access, 'bolt', 1)

  await using informer = await startGoClient('informer', kubeconfig, 'default')
  await informer.until({ what: 'leading' })
  for (const resource of ['configmaps', 'widgets', 'leases']) {
    await informer.until({ what: 'synced', resource })
    const contentType = resource === 'widgets' ? 'application/json' : 'application/vnd.kubernetes.protobuf;stream=watch'
    await informer.until({ what: 'watchList', resource, status: 200, contentType })
  }
  await informer.until({ what: 'added', resource: 'configmaps', name: 'early', data: { color: 'red' }, initial: true })
  await informer.until({ what: 'added', resource: 'widgets', name: 'bolt', initial: true })

  await createConfigMap(access, 'late', { color: 'blue' }, { record: 'yes' })
  await informer.until({ what: 'added', resource: 'configmaps', name: 'late', data: { color: 'blue' }, initial: false })
  await requestObject(
    access,
    'PATCH',
    `${configMaps}/late`,
    { data: { color: 'green' } },
    'application/merge-patch+json',
  )
  await informer.until({ what: 'updated', resource: 'configmaps', name: 'late', data: { color: 'green' } })
  await requestObject(access, 'DELETE', `${configMaps}/late`)
  await informer.until({ what: 'deleted', resource: 'configmaps', name: 'late' })
  await requestObject(access, 'DELETE', `${widgets}/bolt`)
  await informer.until({ what: 'deleted', resource: 'widgets', name: 'bolt' })
  const events = '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dlate'
  const { items } = await eventually(
    () => requestObject<EventList>(access, 'GET', events),
    (list) => list.items.length > 0,
  )
  assert.deepEqual(
    items.map(({ reason, message, type }) => ({ reason, message, type })),
    [{ reason: 'Seen', message: 'saw ConfigMap late', type: 'Normal' }],
  )

  await releases(informer, access, 'e2e-informer')
})

test('client-go: a client that takes protobuf alone is served', { timeout: 300_000 }, async () => {
  await using target = await startTarget()
  const kubeconfig = await target.workspace('protobuf')
  const access = await readKubeconfig(kubeconfig)
  await defineWidgets(access)
  await createWidget(access, 'bolt', 1)
  await using client = await startGoClient('protobuf', kubeconfig, 'default')
  for (const name of ['p1', 'p2', 'p3']) {
    await client.until({ what: 'created', name, data: { text: 'grün' }, bytes: 'AP8=' })
  }
  await client.until({ what: 'listed', first: 2, rest: 1 })
  await client.until({ what: 'failed', notFound: true })
  await client.until({ what: 'metadata', names: ['bolt'] })
  await client.until({ what: 'openapi', swagger: '2.0', configMap: true, patches: true })
  assert.equal(await client.stop(), 0)
})

test('controller-runtime: a manager reconciles a custom resource to its end', { timeout: 300_000 }, async () => {
  await using target = await startTarget()
  const kubeconfig = await target.workspace('manager')
  const access = await readKubeconfig(kubeconfig)
  await defineWidgets(access)
  await createWidget(access, 'bolt', 1)

  await using manager = await startGoClient('manager', kubeconfig, 'default')
  await manager.until({ what: 'leading' })
  await manager.until({ what: 'reconciled', name: 'bolt', size: 1, configMap: 'created' })
  const bolt = await eventually(
    () => requestObject<Widget>(access, 'GET', `${widgets}/bolt`),
    ({ status }) => status?.observedSize === 1,
  )
  assert.deepEqual(bolt.metadata.finalizers, ['e2e.keelson.dev/manager'])
  assert.equal(bolt.metadata.generation, 1, 'neither finalizer nor status is a new generation')
  assert.deepEqual(
    bolt.status?.conditions?.map(({ type, status, observedGeneration }) => ({ type, status, observedGeneration })),
    [{ type: 'Ready', status: 'True', observedGeneration: 1 }],
  )
  const owned = await requestObject<ConfigMap>(access, 'GET', `${configMaps}/bolt`)
  assert.deepEqual(owned.data, { size: '1' })
  assert.deepEqual(
    owned.metadata.ownerReferences.map(({ kind, uid, controller }) => ({ kind, uid, controller })),
    [{ kind: 'Widget', uid: bolt.metadata.uid, controller: true }],
  )

  await requestObject(access, 'PATCH', `${widgets}/bolt`, { spec: { size: 2 } }, 'application/merge-patch+json')
  await manager.until({ what: 'reconciled', name: 'bolt', size: 2, configMap: 'updated' })
  // What it owns is put right when somebody else changes it.
  await requestObject(access, 'PATCH', `${configMaps}/bolt`, { data: { size: '9' } }, 'application/merge-patch+json')
  const corrected = await eventually(
    () => requestObject<ConfigMap>(access, 'GET', `${configMaps}/bolt`),
    ({ data }) => data.size === '2',
  )
  assert.deepEqual(corrected.data, { size: '2' })
  const events = '/apis/events.k8s.io/v1/namespaces/default/events?fieldSelector=reason%3DSized'
  await eventually(
    () => requestObject<EventList>(access, 'GET', events),
    ({ items }) => items.some(({ note }) => note === 'size is now 1'),
  )

  await requestObject(access, 'DELETE', `${widgets}/bolt`)
  await manager.until({ what: 'finalized', name: 'bolt' })
  await eventually(
    () => request(access, 'GET', `${widgets}/bolt`),
    ({ status }) => status === 404,
  )
  await eventually(
    () => request(access, 'GET', `${configMaps}/bolt`),
    ({ status }) => status === 404,
  )

  const watchLists = manager.reports.filter(({ what }) => what === 'watchList')
  assert.deepEqual(new Set(watchLists.map(({ resource }) => resource)), new Set(['configmaps', 'widgets']))
  assert.deepEqual(new Set(watchLists.map(({ status }) => status)), new Set([200]))

  await releases(manager, access, 'e2e-manager')
})

/**
 * Ends the client right after a renewal, and finds its Lease released: a renewal that is under way when a client ends may be
 * written after its release, by any server.
 */
async function releases(client: Client, access: Access, lease: string): Promise<void> {
  const read = () => requestObject<Lease>(access, 'GET', `${leases}/${lease}`)
  const held = await read()
  assert.ok(held.spec.holderIdentity)
  await eventually(read, ({ spec }) => spec.renewTime !== held.spec.renewTime)
  assert.equal(await client.stop(), 0)
  const released = await read()
  assert.equal(released.spec.holderIdentity ?? '', '')
}

async function defineWidgets(access: Access): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  await requestObject(access, 'POST', path, parse(await readFile(widgetsCrd, 'utf8')))
  await eventually(
    () => request(access, 'GET', widgets),
    ({ status }) => status === 200,
  )
}

async function createConfigMap(
  access: Access,
  name: string,
  data: Record<string, string>,
  labels: Record<string, string> = {},
): Promise<void> {
  await requestObject(access, 'POST', configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels },
    data,
  })
}

async function createWidget(access: Access, name: string, size: number): Promise<void> {
  const body = { apiVersion: 'e2e.keelson.dev/v1', kind: 'Widget', metadata: { name }, spec: { size } }
  await requestObject(access, 'POST', widgets, body)
}

/** Asks until the answer satisfies, at most a minute; @throws Error with the last answer. */
async function eventually<Answer>(ask: () => Promise<Answer>, satisfies: (answer: Answer) => boolean): Promise<Answer> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const answer = await ask()
    if (satisfies(answer)) return answer
    if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`)
    await sleep(50)
  }
}
