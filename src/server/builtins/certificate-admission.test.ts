import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { json } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import type { KubeObject, UserInfo } from '../../machinery/index.ts'
import {
  type Client,
  createClient,
  inProcessTransport,
  resourceRef,
  startServer,
  type TestServer,
} from '../../testing/index.ts'
import { pkcs10 } from '../pki/request-for-tests.ts'

interface Request extends KubeObject {
  status?: { certificate?: string; conditions?: { type: string; reason?: string; message?: string }[] }
}

const REQUESTS = resourceRef<Request>('certificates.k8s.io/v1', 'certificatesigningrequests', { namespaced: false })
const ROLES = resourceRef('rbac.authorization.k8s.io/v1', 'clusterroles', { namespaced: false })
const BINDINGS = resourceRef('rbac.authorization.k8s.io/v1', 'clusterrolebindings', { namespaced: false })
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client'
const RBAC = 'rbac.authorization.k8s.io'

describe('certificates that are asked for', () => {
  let server: TestServer
  let client: Client
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  before(async () => {
    server = await startServer({ listen: true })
    client = await server.workspace('one')
    await server.workspace('other')
  })
  after(() => server[Symbol.asyncDispose]())

  const ask = async (name: string, subject: string, spec: object = {}, uri?: string) =>
    client.create(REQUESTS, {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name },
      spec: { request: await pkcs10(key, subject, uri), signerName: CLIENT_SIGNER, usages: ['client auth'], ...spec },
    } as Request)
  const approve = (name: string, by = client, type = 'Approved') =>
    by.patch(
      REQUESTS,
      name,
      'merge',
      { status: { conditions: [{ type, status: 'True', reason: 'Test', message: 'said so' }] } },
      { subresource: 'approval' },
    )
  const certificateOf = ({ status }: Request) => Buffer.from(status?.certificate ?? '', 'base64').toString()
  const as = (user: UserInfo) =>
    createClient({ transport: inProcessTransport(server.handler, user), cluster: '/clusters/root:one' })
  /** Whom the server sees behind a certificate in a workspace: 403 for somebody without rights there. */
  const show = async (certificate: string, workspace: string, path = '/api/v1/namespaces/default/configmaps') => {
    const ca = JSON.parse(server.kubeconfig()).clusters[0].cluster['certificate-authority-data']
    const { promise, resolve, reject } = Promise.withResolvers<{ code: number; message: string }>()
    request(
      `${server.url}/clusters/root:${workspace}${path}`,
      {
        ca: Buffer.from(ca, 'base64').toString(),
        cert: certificate,
        key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }),
        agent: false,
      },
      (answer) => {
        json(answer).then((body) => {
          resolve({ code: answer.statusCode ?? 0, message: String((body as { message?: string }).message ?? '') })
        }, reject)
      },
    )
      .on('error', reject)
      .end()
    return promise
  }

  test('an approved one is signed at once, for its subject, its time and this workspace', async () => {
    await ask(
      'alice',
      'CN=alice, O=developers',
      { expirationSeconds: 3600, usages: ['client auth', 'digital signature'] },
      'spiffe://x/y',
    )
    const approved = await approve('alice')
    assert.deepEqual(
      approved.status?.conditions?.map(({ type }) => type),
      ['Approved'],
    )
    const certificate = new X509Certificate(certificateOf(approved))
    assert.deepEqual(certificate.subject.split('\n').toSorted(), ['CN=alice', 'O=developers'])
    assert.match(certificate.subjectAltName ?? '', /^URI:keelson:cluster:[a-z0-9]+, URI:spiffe:\/\/x\/y$/)
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2'])
    const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()]
    assert.equal(to - from, 65 * 60 * 1000)
  })

  test('its owner is somebody in that workspace, and nobody in another', async () => {
    await client.create(ROLES, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }],
    })
    await client.create(BINDINGS, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'Group', apiGroup: RBAC, name: 'readers' }],
    })
    await server.client.inCluster('root:other').create(BINDINGS, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'reader' },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', apiGroup: RBAC, name: 'bob' }],
    })
    await ask('bob', 'CN=bob, O=readers')
    const certificate = certificateOf(await approve('bob'))
    assert.equal((await show(certificate, 'one')).code, 200)
    assert.equal((await show(certificate, 'other')).code, 403)
    // The names of a certificate are its owner's to choose: another workspace's mark gains nothing.
    const { subjectAltName = '' } = new X509Certificate(certificate)
    const elsewhere = await server.client.get(
      resourceRef('core.kcp.io/v1alpha1', 'logicalclusters', { namespaced: false }),
      'cluster',
    )
    const mark = `keelson:cluster:${elsewhere.metadata.annotations?.['kcp.io/cluster']}`
    assert.notEqual(subjectAltName, mark)
    await ask('liar', 'CN=bob', {}, mark)
    const lied = certificateOf(await approve('liar'))
    assert.equal((await show(lied, 'other')).code, 403)
    assert.ok(new X509Certificate(lied).subjectAltName?.startsWith(subjectAltName))
  })

  test("neither the server's administrators nor its controllers are found in one", async () => {
    await assert.rejects(
      ask('master', 'CN=x, O=system:masters'),
      /certificatesigningrequests.certificates.k8s.io "master" is forbidden: use of kubernetes.io\/kube-apiserver-client signer with system:masters group is not allowed/,
    )
    for (const [name, subject] of [
      ['admin', 'CN=x, O=system:kcp:admin'],
      ['external', 'CN=x, O=system:kcp:external-logical-cluster-admin'],
      ['controller', 'CN=system:controller:namespace-controller'],
    ] as const) {
      await ask(name, subject)
      const certificate = certificateOf(await approve(name))
      for (const workspace of ['one', 'other']) {
        const { code, message } = await show(certificate, workspace)
        assert.equal(code, 403, subject)
        assert.match(message, /User "(x|system:controller:.*)" cannot list/)
      }
    }
  })

  test('a usage that is not for clients makes it fail', async () => {
    await ask('server', 'CN=x', { usages: ['client auth', 'server auth'] })
    const { status } = await approve('server')
    assert.equal(status?.certificate, undefined)
    const failed = status?.conditions?.find(({ type }) => type === 'Failed')
    assert.equal(failed?.reason, 'SignerValidationFailure')
    assert.equal(failed?.message, 'invalid usage for client certificate: server auth')
    await ask('none', 'CN=x', { usages: ['digital signature'] })
    const messages = (await approve('none')).status?.conditions?.map(({ message }) => message)
    assert.ok(messages?.includes('missing required usage for client certificate: client auth'))
  })

  test('a denied one, and one for another signer, get nothing', async () => {
    await ask('denied', 'CN=x')
    assert.equal((await approve('denied', client, 'Denied')).status?.certificate, undefined)
    await ask('foreign', 'CN=x', { signerName: 'example.com/signer' })
    assert.equal((await approve('foreign')).status?.certificate, undefined)
  })

  test('to approve and to sign are rights of their own, by signer or its domain', async () => {
    const user = (username: string): UserInfo => ({ username, groups: ['system:authenticated'] })
    const grant = async (name: string, verb: string, resourceNames: string[]) => {
      await client.create(ROLES, {
        apiVersion: `${RBAC}/v1`,
        kind: 'ClusterRole',
        metadata: { name },
        rules: [
          { nonResourceURLs: ['/'], verbs: ['access'] },
          {
            apiGroups: ['certificates.k8s.io'],
            resources: [
              'certificatesigningrequests',
              'certificatesigningrequests/approval',
              'certificatesigningrequests/status',
            ],
            verbs: ['get', 'patch', 'update'],
          },
          ...(resourceNames.length === 0
            ? []
            : [{ apiGroups: ['certificates.k8s.io'], resources: ['signers'], verbs: [verb], resourceNames }]),
        ],
      })
      await client.create(BINDINGS, {
        apiVersion: `${RBAC}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
        subjects: [{ kind: 'User', apiGroup: RBAC, name }],
      })
      return as(user(name))
    }
    const [nobody, exact, domain] = [
      await grant('nobody', 'approve', []),
      await grant('exact', 'approve', [CLIENT_SIGNER]),
      await grant('domain', 'approve', ['kubernetes.io/*']),
    ]
    await ask('first', 'CN=x')
    await ask('second', 'CN=x')
    await assert.rejects(
      approve('first', nobody),
      /certificatesigningrequests.certificates.k8s.io "first" is forbidden: user not permitted to approve requests with signerName "kubernetes.io\/kube-apiserver-client"/,
    )
    assert.ok((await approve('first', exact)).status?.certificate)
    assert.ok((await approve('second', domain)).status?.certificate)
    await ask('third', 'CN=x', { signerName: 'example.com/signer' })
    const failed = { status: { conditions: [{ type: 'Failed', status: 'True', reason: 'No' }] } }
    await assert.rejects(
      exact.patch(REQUESTS, 'third', 'merge', failed, { subresource: 'status' }),
      /user not permitted to sign requests with signerName "example.com\/signer"/,
    )
    const signer = await grant('signer', 'sign', ['example.com/signer'])
    const signed = await signer.patch(REQUESTS, 'third', 'merge', failed, { subresource: 'status' })
    assert.deepEqual(
      signed.status?.conditions?.map(({ type }) => type),
      ['Failed'],
    )
  })
})
