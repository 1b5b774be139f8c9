import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { resourceRef } from '../../client/index.ts'
import { findCondition, isStatus, type KubeObject, virtualClock } from '../../controller/index.ts'
import { eventually, startServer } from '../../testing/index.ts'
import { platformFeature } from '../index.ts'
import { CLUSTER_PROVIDERS, CLUSTER_RESOURCES, type ClusterObject } from './cluster-object.ts'

const apiVersion = 'platform.keelson.dev/v1alpha1'
const SECRETS = resourceRef<KubeObject & { type: string; data: Record<string, string> }>('v1', 'secrets', {
  namespaced: true,
})
const IN = { namespace: 'default' }
const { ControlCenter } = CLUSTER_RESOURCES
const PUBLISH = { publish: { capiSecret: true, argocd: true } }

async function begin(access: object) {
  await using stack = new AsyncDisposableStack()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'keelson-publish-'))
  stack.defer(() => fs.rmSync(folder, { recursive: true }))
  const clock = virtualClock(Date.now())
  const server = stack.use(await startServer({ clock, features: [platformFeature({ simulatedFolder: folder })] }))
  const client = await server.workspace('acme')
  const provider = { type: 'simulated', ownerTag: 'org-a', simulated: { folder: path.join(folder, 'world') } }
  await client.create(CLUSTER_PROVIDERS, {
    apiVersion,
    kind: 'ClusterProvider',
    metadata: { name: 'a' },
    spec: provider,
  })
  const spec = { providerRef: { name: 'a' }, externalName: 'emea', access } as unknown as ClusterObject['spec']
  await client.create(ControlCenter, { apiVersion, kind: 'ControlCenter', metadata: { name: 'emea' }, spec })
  const running = stack.move()
  const decoded = async (name: string, key: string) =>
    Buffer.from((await client.get(SECRETS, name, IN)).data[key] ?? '', 'base64').toString()
  return {
    client,
    clock,
    decoded,
    file: path.join(folder, 'world', 'clusters', 'emea.json'),
    /** Until it is so, while the clock goes on. */
    async becomes<T>(check: () => Promise<T>): Promise<T> {
      return eventually(async () => {
        await clock.advance(10_000)
        return check()
      })
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

test('credentials are where Cluster API and Argo CD look for them', async () => {
  await using at = await begin(PUBLISH)
  const kubeconfig = await at.becomes(() => at.decoded('emea-kubeconfig', 'value'))
  assert.match(kubeconfig, /server: https:\/\/emea\.simulated\.invalid:6443/)
  const secret = await at.client.get(SECRETS, 'emea-kubeconfig', IN)
  assert.equal(secret.type, 'cluster.x-k8s.io/secret')
  assert.equal(secret.metadata.labels?.['cluster.x-k8s.io/cluster-name'], 'emea')
  const argo = await at.becomes(() => at.client.get(SECRETS, 'emea-argocd-cluster', IN))
  assert.equal(argo.metadata.labels?.['argocd.argoproj.io/secret-type'], 'cluster')
  assert.equal(await at.decoded('emea-argocd-cluster', 'server'), 'https://emea.simulated.invalid:6443')
  const config = JSON.parse(await at.decoded('emea-argocd-cluster', 'config'))
  assert.match(config.bearerToken, /^simulated-/)
  assert.deepEqual(Object.keys(config.tlsClientConfig), ['insecure', 'caData'])
})

test('they are written anew before they end, and when endpoint or authority are others', async () => {
  await using at = await begin(PUBLISH)
  const first = await at.becomes(() => at.decoded('emea-kubeconfig', 'value'))
  await at.clock.advance(50 * 60_000)
  const second = await at.becomes(async () => {
    const now = await at.decoded('emea-kubeconfig', 'value')
    assert.notEqual(now, first)
    return now
  })
  const record = JSON.parse(fs.readFileSync(at.file, 'utf8'))
  fs.writeFileSync(
    at.file,
    JSON.stringify({ ...record, endpoint: { ...record.endpoint, host: 'other.simulated.invalid' } }),
  )
  await at.becomes(async () => assert.match(await at.decoded('emea-kubeconfig', 'value'), /other\.simulated/))
  assert.doesNotMatch(second, /other\.simulated/)
})

test('they go when they are no longer asked for, and with the object', async () => {
  await using at = await begin(PUBLISH)
  await at.becomes(() => at.client.get(SECRETS, 'emea-argocd-cluster', IN))
  await at.client.patch(ControlCenter, 'emea', 'merge', { spec: { access: { publish: { argocd: false } } } })
  const gone = (name: string) => () =>
    assert.rejects(at.client.get(SECRETS, name, IN), (error) => isStatus(error, 'NotFound'))
  await at.becomes(gone('emea-argocd-cluster'))
  await at.client.get(SECRETS, 'emea-kubeconfig', IN)
  await at.client.delete(ControlCenter, 'emea')
  await at.becomes(gone('emea-kubeconfig'))
})

test("a Secret of this name that is somebody else's stays as it is, and the object says so", async () => {
  await using at = await begin({})
  const metadata = { name: 'emea-kubeconfig', ...IN }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: { value: 'bWluZQ==' } }
  await at.client.create(SECRETS, secret)
  await at.client.patch(ControlCenter, 'emea', 'merge', { spec: { access: PUBLISH } })
  await at.becomes(async () => {
    const { status } = await at.client.get(ControlCenter, 'emea')
    const { message = '' } = findCondition(status?.conditions ?? [], 'Synced') ?? {}
    assert.match(message, /spec\.access\.publish\.capiSecret: Secret default\/emea-kubeconfig is somebody else's/)
  })
  assert.equal(await at.decoded('emea-kubeconfig', 'value'), 'mine')
})
