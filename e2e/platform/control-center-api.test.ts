/** What a control center holds of its platforms, where its API is the real kube-apiserver. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient, httpsTransport, loadKubeconfig } from '../../src/client/index.ts'
import { clusterAPI } from '../../src/clusters/index.ts'
import {
  installCRD,
  type PublishedPlatform,
  publishPlatform,
  withdrawPlatform,
} from '../../src/platform/controllers/control-center-api-objects.ts'
import { sensitive } from '../../src/providers/index.ts'
import { kubectlWith } from '../kubectl/kubectl.ts'
import { startKubeApiserver } from '../oracle/kube-apiserver.ts'

const DAY = 24 * 60 * 60

const provider = {
  capabilities: () => ({ accessTTL: { min: 60, max: DAY } }),
  issueAccess: async () => ({
    kubeconfig: sensitive('a kubeconfig'),
    expiresAt: new Date(Date.now() + DAY * 1000).toISOString(),
  }),
}

const platform = {
  cluster: { identity: { org: 'acme', workspace: 'root:acme', kind: 'Platform', name: 'shop' } },
  configured: { ownerTag: 'org-a', provider },
  isDeleting: false,
  observed: {
    state: 'ready',
    message: '',
    endpoint: { host: 'shop.example.com', port: 6443, caFingerprint: 'sha256:0' },
  },
} as unknown as PublishedPlatform

test('a platform is brought in, stays as it is, and is taken out', async () => {
  await using server = await startKubeApiserver({})
  const kubectl = await kubectlWith(server.kubeconfig)
  using transport = httpsTransport(loadKubeconfig({ file: server.kubeconfig, env: {} }))
  const client = createClient({ transport })
  for (const crd of clusterAPI.crds) while (!(await installCRD(client, crd)).isServed) await delay(100)
  // Until kube-apiserver serves what it calls Established.
  while ((await kubectl.run('get clusters')).code !== 0) await delay(100)
  const options = { now: Date.now(), signal: new AbortController().signal }
  const versions = async () =>
    (await kubectl.run('get cluster,secret -o jsonpath={.items[*].metadata.resourceVersion}')).output
  await publishPlatform(client, platform, options)
  const before = await versions()
  await publishPlatform(client, platform, options)
  assert.equal(await versions(), before)
  assert.match((await kubectl.run('get clusters')).output, /shop +True +Provisioned/)
  const { output } = await kubectl.run('get secret shop-kubeconfig -o jsonpath={.type}')
  assert.equal(output, 'cluster.x-k8s.io/secret')
  await withdrawPlatform(client, platform)
  assert.match((await kubectl.run('get clusters,secrets')).error, /No resources found/)
})
