/** What a control center holds of its platforms, where its API is the real kube-apiserver. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, httpsTransport, loadKubeconfig } from '../../src/client/index.ts'
import { clustersRoom } from '../../src/clusters/index.ts'
import {
  installCRD,
  type PublishedPlatform,
  publishPlatform,
  withdrawPlatform,
} from '../../src/platform/controllers/control-center-api-objects.ts'
import { CONTROL_PLANE_CRD } from '../../src/platform/controllers/platform-control-plane.ts'
import { sensitive } from '../../src/providers/index.ts'
import { eventually } from '../../src/testing/index.ts'
import { kubectlWith } from '../kubectl/kubectl.ts'
import { startKubeApiserver } from '../oracle/kube-apiserver.ts'

const DAY = 24 * 60 * 60
const PATIENCE = { timeout: 120_000 }

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
    externalID: 'logical://shop/1',
    spec: {},
    message: '',
    endpoint: { host: 'shop.example.com', port: 6443, caFingerprint: 'sha256:0' },
  },
} as unknown as PublishedPlatform

test('a platform is brought in, stays as it is, and is taken out', async () => {
  await using server = await startKubeApiserver({})
  const kubectl = await kubectlWith(server.kubeconfig)
  using transport = httpsTransport(loadKubeconfig({ file: server.kubeconfig, env: {} }))
  const client = createClient({ transport })
  const { crds } = clustersRoom({ allows: () => true }).clusterAPI
  for (const crd of [...crds, CONTROL_PLANE_CRD])
    await eventually(async () => assert.equal(await installCRD(client, crd), true), PATIENCE)
  // Until kube-apiserver serves what it calls Established.
  await eventually(
    async () => assert.equal((await kubectl.run('get clusters,platformcontrolplanes')).code, 0),
    PATIENCE,
  )
  const options = { now: Date.now(), signal: new AbortController().signal }
  const versions = async () =>
    (await kubectl.run('get cluster,platformcontrolplane,secret -o jsonpath={.items[*].metadata.resourceVersion}'))
      .output
  await publishPlatform(client, platform, options)
  const before = await versions()
  await publishPlatform(client, platform, options)
  assert.equal(await versions(), before)
  assert.match((await kubectl.run('get platformcontrolplanes')).output, /shop +shop +True/)
  const { output } = await kubectl.run('get secret shop-kubeconfig -o jsonpath={.type}')
  assert.equal(output, 'cluster.x-k8s.io/secret')
  await withdrawPlatform(client, platform)
  assert.match((await kubectl.run('get clusters,platformcontrolplanes,secrets')).error, /No resources found/)
})
