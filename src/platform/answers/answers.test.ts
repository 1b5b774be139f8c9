import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type Client, type ResourceRef, resourceRef } from '../../client/index.ts'
import { isStatus, type KubeObject } from '../../controller/index.ts'
import { eventually, startServer } from '../../testing/index.ts'
import { CLUSTER_PROVIDERS, CLUSTER_RESOURCES, type ClusterObject } from '../controllers/cluster-object.ts'
import { type KubeconfigRequest, kubeconfigRequest } from '../engine/kubeconfig-request.ts'
import { worldQuestion } from '../engine/review.ts'
import { platformFeature } from '../index.ts'
import { WORLD_REVIEWS } from './world-review.ts'

const apiVersion = 'platform.keelson.dev/v1alpha1'
const { ControlCenter } = CLUSTER_RESOURCES
const RBAC = 'rbac.authorization.k8s.io/v1'

async function begin() {
  await using stack = new AsyncDisposableStack()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'keelson-answers-'))
  stack.defer(() => fs.rmSync(folder, { recursive: true }))
  const server = stack.use(await startServer({ features: [platformFeature({ simulatedFolder: folder })] }))
  const provider = { type: 'simulated', ownerTag: 'org-a', simulated: { folder: path.join(folder, 'world') } }
  const workspace = async (name: string) => {
    const client = await server.workspace(name)
    await client.create(CLUSTER_PROVIDERS, {
      apiVersion,
      kind: 'ClusterProvider',
      metadata: { name: 'a' },
      spec: provider,
    })
    const spec = { providerRef: { name: 'a' }, access: { ttl: '30m' } } as unknown as ClusterObject['spec']
    await client.create(ControlCenter, { apiVersion, kind: 'ControlCenter', metadata: { name }, spec })
    await eventually(async () => assert.equal((await client.get(ControlCenter, name)).status?.phase, 'Ready'))
    return client
  }
  /** Somebody who may do this in the workspace, and nothing else. */
  const somebody = async (client: Client, resource: string) => {
    const name = 'pipeline'
    const role = resourceRef(RBAC, 'clusterroles', { namespaced: false })
    const binding = resourceRef(RBAC, 'clusterrolebindings', { namespaced: false })
    const rules = [
      { nonResourceURLs: ['/'], verbs: ['access'] },
      { apiGroups: ['platform.keelson.dev'], resources: [resource], verbs: ['create'] },
    ]
    const metadata = { name }
    await client.create(role, { apiVersion: RBAC, kind: 'ClusterRole', metadata, rules } as KubeObject)
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name }
    const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name }]
    await client.create(binding, {
      apiVersion: RBAC,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef,
      subjects,
    } as KubeObject)
    return server.as({ username: name, groups: ['system:authenticated'] }).inCluster('root:acme')
  }
  const running = stack.move()
  return { workspace, somebody, provider, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

const isForbidden = (error: unknown) => isStatus(error, 'Forbidden')

test('who may ask sees the world of the workspace, and asks by what is there', async () => {
  await using at = await begin()
  const client = await at.workspace('acme')
  const pipeline = await at.somebody(client, 'worldreviews')
  const { status } = await pipeline.create(WORLD_REVIEWS, worldQuestion([]))
  assert.deepEqual(
    [status?.scope.workspace, status?.objects],
    ['root:acme', [{ address: 'ControlCenter/acme', provider: 'a' }]],
  )
  assert.deepEqual(
    status?.providers[0]?.clusters?.map(({ identity }) => identity?.name),
    ['acme'],
  )
  const same = { name: 'a', spec: at.provider, externalNames: ['nobody'] }
  const asked = await pipeline.create(WORLD_REVIEWS, worldQuestion([same, { name: 'none' }]))
  assert.deepEqual(asked.status?.providers[0]?.looks, [{ externalName: 'nobody', look: { found: false } }])
  assert.deepEqual(asked.status?.providers[1], { name: 'none' })
})

test('asking by another ClusterProvider takes the right to write it', async () => {
  await using at = await begin()
  const client = await at.workspace('acme')
  const pipeline = await at.somebody(client, 'worldreviews')
  for (const name of ['a', 'b']) {
    const question = worldQuestion([{ name, spec: { ...at.provider, ownerTag: 'org-b' } }])
    await assert.rejects(pipeline.create(WORLD_REVIEWS, question), isForbidden)
    assert.ok((await client.create(WORLD_REVIEWS, question)).status)
  }
})

test('another workspace does not see the clusters of this one, whatever owner tag it chooses', async () => {
  await using at = await begin()
  await at.workspace('acme')
  const other = await at.workspace('other')
  const { status } = await other.create(WORLD_REVIEWS, worldQuestion([]))
  assert.deepEqual(
    status?.providers[0]?.clusters?.map(({ identity }) => identity?.name),
    ['other'],
  )
})

test('a kubeconfig is issued to who may create it, for as long as spec.access.ttl allows', async () => {
  await using at = await begin()
  const client = await at.workspace('acme')
  const pipeline = await at.somebody(client, 'controlcenters/kubeconfig')
  const resource: ResourceRef<KubeObject> = ControlCenter
  const ask = async (seconds?: number, by = pipeline): Promise<KubeconfigRequest> =>
    by.create(resource, kubeconfigRequest(seconds), { name: 'acme', subresource: 'kubeconfig' })
  const { status } = await ask()
  assert.match(Buffer.from(status?.kubeconfig ?? '', 'base64').toString(), /token: simulated-/)
  const seconds = (Date.parse(status?.expirationTimestamp ?? '') - Date.now()) / 1000
  assert.ok(seconds > 1700 && seconds <= 1800, `${seconds}s`)
  for (const wrong of [1, 1801, 60.5]) {
    await assert.rejects(ask(wrong), (error) => {
      assert.ok(isStatus(error, 'Invalid'))
      assert.equal(error.status.details?.causes?.[0]?.field, 'spec.expirationSeconds')
      return true
    })
  }
  await assert.rejects(pipeline.get(ControlCenter, 'acme'), isForbidden)
})
