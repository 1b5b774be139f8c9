import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { Client } from '../../client/index.ts'
import { parseYaml } from '../../machinery/index.ts'
import { eventually, resourceRef, startServer } from '../../testing/index.ts'
import { CLUSTERS, type Cluster } from './cluster.ts'
import { CLUSTER_CRD } from './cluster-crd.ts'
import { keepKubeconfig, SECRETS } from './kubeconfig-secret.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const place = { namespace: 'default' }
const DAY = 24 * 60 * 60 * 1000
const NOW = Date.parse('2026-11-21T12:00:00Z')

/** As kubeadm makes one (RSA), and as others do. */
async function authority(type: 'rsa' | 'ec'): Promise<{ crt: string; key: string }> {
  await import('@abraham/reflection')
  const x509 = await import('@peculiar/x509')
  const { privateKey, publicKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm =
    type === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=kubernetes',
    notBefore: new Date(NOW - DAY),
    notAfter: new Date(NOW + 3650 * DAY),
    keys: {
      privateKey: privateKey.toCryptoKey(algorithm, true, ['sign']),
      publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
    },
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  const encode = (text: string) => Buffer.from(text).toString('base64')
  return {
    crt: encode(certificate.toString('pem')),
    key: encode(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
  }
}

async function begin(type: 'rsa' | 'ec' = 'ec') {
  const server = await startServer()
  const client = await server.workspace('center')
  await client.create(CRDS, CLUSTER_CRD)
  await eventually(() => client.list(CLUSTERS, place))
  const cluster = await client.create(CLUSTERS, {
    apiVersion: 'cluster.x-k8s.io/v1beta2',
    kind: 'Cluster',
    metadata: { name: 'shop', ...place },
    spec: {
      infrastructureRef: { apiGroup: 'example.com', kind: 'Example', name: 'shop' },
      controlPlaneEndpoint: { host: 'shop.example.com', port: 6443 },
    },
  } as Cluster)
  return { client, cluster, type, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

async function createAuthority(client: Client, type: 'rsa' | 'ec'): Promise<void> {
  const { crt, key } = await authority(type)
  await client.create(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'shop-ca', ...place },
    data: { 'tls.crt': crt, 'tls.key': key },
  })
}

interface Shown {
  readonly server: string
  readonly certificate: X509Certificate
  readonly authority: X509Certificate
  readonly context: string
}

async function shown(client: Client): Promise<Shown> {
  const { data } = await client.get(SECRETS, 'shop-kubeconfig', place)
  const parsed = parseYaml(Buffer.from(data?.value ?? '', 'base64').toString())
  assert.ok(parsed.ok)
  const { clusters, users, ...config } = parsed.value as unknown as {
    clusters: { cluster: Record<string, string> }[]
    users: { user: Record<string, string> }[]
    'current-context': string
  }
  const certificate = (text = '') => new X509Certificate(Buffer.from(text, 'base64'))
  return {
    server: clusters[0]?.cluster.server ?? '',
    certificate: certificate(users[0]?.user['client-certificate-data']),
    authority: certificate(clusters[0]?.cluster['certificate-authority-data']),
    context: config['current-context'],
  }
}

for (const type of ['rsa', 'ec'] as const) {
  test(`a kubeconfig is made with the cluster's own authority, whose key is ${type}`, async () => {
    await using world = await begin(type)
    const { client, cluster } = world
    assert.equal(await keepKubeconfig(client, cluster, NOW), undefined, 'not before there is an authority')
    await createAuthority(client, type)
    assert.equal(await keepKubeconfig(client, cluster, NOW), (365 / 2) * DAY)
    const { server, certificate, authority: ca, context } = await shown(client)
    assert.equal(server, 'https://shop.example.com:6443')
    assert.equal(context, 'shop-admin@shop')
    assert.ok(certificate.verify(ca.publicKey))
    assert.match(certificate.subject, /O=system:masters\nCN=kubernetes-admin/)
    assert.equal(certificate.validToDate.getTime(), NOW + 365 * DAY)
    const { metadata, type: kind } = await client.get(SECRETS, 'shop-kubeconfig', place)
    assert.equal(kind, 'cluster.x-k8s.io/secret')
    assert.equal(metadata.ownerReferences?.[0]?.uid, cluster.metadata.uid)
  })
}

test('it is made anew at half of its life, with another endpoint, and with another authority, and else left', async () => {
  await using world = await begin()
  const { client, cluster } = world
  await createAuthority(client, 'ec')
  await keepKubeconfig(client, cluster, NOW)
  const first = await shown(client)
  assert.equal(await keepKubeconfig(client, cluster, NOW + 100 * DAY), 82.5 * DAY)
  assert.equal((await shown(client)).certificate.serialNumber, first.certificate.serialNumber)

  await keepKubeconfig(client, cluster, NOW + 183 * DAY)
  const renewed = await shown(client)
  assert.notEqual(renewed.certificate.serialNumber, first.certificate.serialNumber)
  assert.equal(renewed.certificate.validToDate.getTime(), NOW + (183 + 365) * DAY)

  const moved: Cluster = { ...cluster, spec: { ...cluster.spec, controlPlaneEndpoint: { host: '::1', port: 6443 } } }
  await keepKubeconfig(client, moved, NOW + 184 * DAY)
  assert.equal((await shown(client)).server, 'https://[::1]:6443')

  await client.delete(SECRETS, 'shop-ca', place)
  await createAuthority(client, 'rsa')
  await keepKubeconfig(client, moved, NOW + 184 * DAY)
  const { certificate, authority: ca } = await shown(client)
  assert.ok(certificate.verify(ca.publicKey))
})

test('a kubeconfig of somebody else is left alone, and one of a control plane is that one’s', async () => {
  await using world = await begin()
  const { client, cluster } = world
  await createAuthority(client, 'ec')
  const controlPlaneRef = { apiGroup: 'example.com', kind: 'ExampleControlPlane', name: 'shop' }
  await keepKubeconfig(client, { ...cluster, spec: { ...cluster.spec, controlPlaneRef } }, NOW)
  await assert.rejects(client.get(SECRETS, 'shop-kubeconfig', place), /not found/)
  const theirs = await client.create(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'shop-kubeconfig', ...place },
    type: 'cluster.x-k8s.io/secret',
    data: { value: 'e30=' },
  })
  assert.equal(await keepKubeconfig(client, cluster, NOW), undefined)
  assert.equal(
    (await client.get(SECRETS, 'shop-kubeconfig', place)).metadata.resourceVersion,
    theirs.metadata.resourceVersion,
  )
})
