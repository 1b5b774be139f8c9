import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { isStatus, type KubeObject } from '../../machinery/index.ts'
import {
  type Client,
  createClient,
  eventually,
  inProcessTransport,
  resourceRef,
  startServer,
  type TestServer,
} from '../../testing/index.ts'
import { pkcs10 } from '../pki/request-for-tests.ts'
import { ask, issueFor, MASTER, makeEndpoint, SHARD, urlOf } from './endpoints-for-tests.ts'
import type { LogicalEndpoint } from './logical-endpoint.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })
const LOGICAL_CLUSTERS = resourceRef('core.kcp.io/v1alpha1', 'logicalclusters', { namespaced: false })
const REQUESTS = resourceRef('certificates.k8s.io/v1', 'certificatesigningrequests', { namespaced: false })
const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews'

describe('the authority of a logical cluster with an endpoint', () => {
  let server: TestServer
  let shard: Client
  let one: LogicalEndpoint
  let inside: Client
  let authority = ''
  before(async () => {
    server = await startServer({ listen: true })
    shard = createClient({ transport: inProcessTransport(server.handler, MASTER), cluster: SHARD })
    one = await makeEndpoint(shard, 'one', eventually)
    inside = shard.inCluster(one.spec.cluster)
    authority = (await issueFor(shard, 'one')).ca
  })
  after(() => server[Symbol.asyncDispose]())

  const rootOf = async (client: Client): Promise<string> => {
    const { data } = await client.get(CONFIG_MAPS, 'kube-root-ca.crt', { namespace: 'default' })
    return (data as Record<string, string>)['ca.crt'] ?? ''
  }
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  /** A certificate that was asked for in a logical cluster, and approved. */
  const certificateFor = async (client: Client, name: string): Promise<string> => {
    await client.create(REQUESTS, {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name },
      spec: {
        request: await pkcs10(key, `CN=${name},O=team`),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth'],
      },
    })
    const conditions = [{ type: 'Approved', status: 'True', reason: 'Test', message: 'said so' }]
    const approved = await client.patch(
      REQUESTS,
      name,
      'merge',
      { status: { conditions } },
      { subresource: 'approval' },
    )
    return Buffer.from((approved.status as { certificate?: string }).certificate ?? '', 'base64').toString()
  }
  const whoIs = async (url: string, cert: string) => {
    const shown = { cert, key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }), rejectUnauthorized: false }
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} }
    return await ask(url + WHOAMI, { ...shown, method: 'POST' }, review)
  }

  test('is what its pods would trust, and what comes with the token of a service account', async () => {
    assert.equal(await rootOf(inside), authority)
    assert.notEqual(await rootOf(await server.workspace('team')), authority)
    const annotations = { 'kubernetes.io/service-account.name': 'default' }
    const metadata = { name: 'token', namespace: 'default', annotations }
    const type = 'kubernetes.io/service-account-token'
    const { data } = await inside.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata, type })
    assert.equal(Buffer.from((data as Record<string, string>)['ca.crt'] ?? '', 'base64').toString(), authority)
  })

  test('signs what is asked for there: the certificate counts at the endpoint, and not at the server', async () => {
    const certificate = await certificateFor(inside, 'ada')
    assert.ok(new X509Certificate(certificate).checkIssued(new X509Certificate(authority)))
    const me = await whoIs(urlOf(one), certificate)
    const { userInfo } = JSON.parse(me.text).status
    assert.deepEqual([userInfo.username, userInfo.groups], ['ada', ['team', 'system:authenticated']])
    const elsewhere = await whoIs(`${server.url}/clusters/${one.spec.cluster}`, certificate)
    assert.equal(elsewhere.status, 403, elsewhere.text)
  })

  test('is not to be had by a logical cluster that calls an endpoint its owner', async () => {
    const team = await server.workspace('pretender')
    const spec = (await inside.get(LOGICAL_CLUSTERS, 'cluster')).spec as { owner: object }
    const claim = shard.inCluster('root:pretender').patch(LOGICAL_CLUSTERS, 'cluster', 'merge', {
      spec: { owner: spec.owner },
    } as Partial<KubeObject>)
    await claim.catch((error: unknown) => assert.ok(isStatus(error, 'Forbidden') || isStatus(error, 'Invalid')))
    assert.notEqual(await rootOf(team), authority)
    const certificate = await certificateFor(team, 'eve')
    assert.equal(new X509Certificate(certificate).checkIssued(new X509Certificate(authority)), false)
  })
})
