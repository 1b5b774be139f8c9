import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { createClient, eventually, inProcessTransport, resourceRef, startServer } from '../../testing/index.ts'
import { ask, type Credentials, issueFor, MASTER, makeEndpoint, SHARD, urlOf } from './endpoints-for-tests.ts'

async function begin() {
  const server = await startServer({ listen: true })
  const shard = createClient({ transport: inProcessTransport(server.handler, MASTER), cluster: SHARD })
  return {
    server,
    shard,
    make: (name: string) => makeEndpoint(shard, name, eventually),
    credentialsOf: (name: string) => issueFor(shard, name),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const NAMESPACES = '/api/v1/namespaces'
const whoami = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} }
const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews'

test('its own authority makes an admin of one endpoint, and nobody of the others and of the server', async () => {
  await using at = await begin()
  const [one, other] = [await at.make('one'), await at.make('other')]
  const { cert, key } = await at.credentialsOf('one')
  const shown = { cert, key, rejectUnauthorized: false }
  const me = await ask(urlOf(one) + WHOAMI, { ...shown, method: 'POST' }, whoami)
  const { userInfo } = JSON.parse(me.text).status
  assert.deepEqual(
    [userInfo.username, userInfo.groups],
    ['kubernetes-admin', ['system:masters', 'system:authenticated']],
  )
  assert.equal((await ask(urlOf(one) + NAMESPACES, shown)).status, 200)
  for (const elsewhere of [urlOf(other), at.server.url, `${at.server.url}/clusters/root`]) {
    const refused = await ask(elsewhere + NAMESPACES, shown)
    assert.equal(refused.status, 403, refused.text)
    assert.match(refused.text, /User \\"system:anonymous\\"/)
  }
})

test('a client that trusts the one authority does not trust another endpoint', async () => {
  await using at = await begin()
  const [one, other] = [await at.make('one'), await at.make('other')]
  const { ca } = await at.credentialsOf('one')
  assert.equal((await ask(`${urlOf(one)}/healthz`, { ca })).status, 200)
  await assert.rejects(ask(`${urlOf(other)}/healthz`, { ca }), /certificate/)
})

test('tokens of the server’s own users count for nothing', async () => {
  await using at = await begin()
  const one = await at.make('one')
  const { users } = JSON.parse(at.server.kubeconfig()) as { users: { user: { token: string } }[] }
  for (const { user } of users) {
    const headers = { authorization: `Bearer ${user.token}` }
    assert.equal((await ask(urlOf(one) + NAMESPACES, { headers, rejectUnauthorized: false })).status, 401)
    assert.equal((await ask(`${at.server.url}/version`, { headers, rejectUnauthorized: false })).status, 200)
  }
})

test('a service account’s token counts in its own cluster, and not at another endpoint', async () => {
  await using at = await begin()
  const [one, other] = [await at.make('one'), await at.make('other')]
  const { cert, key } = await at.credentialsOf('one')
  const url = `${urlOf(one)}/api/v1/namespaces/default/serviceaccounts/default/token`
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } }
  const issued = await ask(url, { cert, key, rejectUnauthorized: false, method: 'POST' }, request)
  assert.equal(issued.status, 201, issued.text)
  const headers = { authorization: `Bearer ${JSON.parse(issued.text).status.token}` }
  const askAt = (endpoint: typeof one) =>
    ask(urlOf(endpoint) + WHOAMI, { headers, rejectUnauthorized: false, method: 'POST' }, whoami)
  const me = await askAt(one)
  assert.equal(JSON.parse(me.text).status?.userInfo.username, 'system:serviceaccount:default:default', me.text)
  assert.equal((await askAt(other)).status, 401)
})

test('a server’s user has no part in it, whatever its RBAC calls by that name', async () => {
  await using at = await begin()
  const one = await at.make('one')
  const inside = at.shard.inCluster(one.spec.cluster)
  const apiGroup = 'rbac.authorization.k8s.io'
  await inside.create(resourceRef(`${apiGroup}/v1`, 'clusterrolebindings', { namespaced: false }), {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'alice' },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup, kind: 'User', name: 'alice' }],
  })
  const { cert, key } = await at.credentialsOf('one')
  const shown = { cert, key, rejectUnauthorized: false, headers: { 'impersonate-user': 'alice' } }
  assert.equal((await ask(urlOf(one) + NAMESPACES, shown)).status, 200, 'alice of the endpoint may')
  const alice = at.server.as({ username: 'alice', groups: ['system:authenticated'] }).inCluster(one.spec.cluster)
  await assert.rejects(alice.list(resourceRef('v1', 'namespaces', { namespaced: false })), /forbidden/)
})

test('other logical clusters, virtual workspaces and what is the process’s are not there', async () => {
  await using at = await begin()
  const one = await at.make('one')
  const { cert, key } = await at.credentialsOf('one')
  const shown = { cert, key, rejectUnauthorized: false }
  const paths = ['/clusters/root/api', `/clusters/${one.spec.cluster}/api`, '/services/apiexport/x/y/api', '/metrics']
  for (const path of [...paths, '//clusters/root/api', '/api/../clusters/root/api', '/apis/../../metrics']) {
    const { status } = await ask(urlOf(one) + path, { ...shown, path })
    assert.equal(status, 404, path)
  }
  for (const path of ['/', '/api', '/apis', '/openapi/v3', '/version', '/healthz', '/readyz', '/livez']) {
    assert.equal((await ask(urlOf(one) + path, shown)).status, 200, path)
  }
  const { text } = await ask(`${urlOf(one)}/apis`, shown)
  assert.doesNotMatch(text, /endpoints\.keelson\.dev/)
})

test('a master of an endpoint becomes nobody who is known elsewhere', async () => {
  await using at = await begin()
  const one = await at.make('one')
  const { cert, key } = await at.credentialsOf('one')
  const impersonate = (headers: Record<string, string>) =>
    ask(urlOf(one) + WHOAMI, { cert, key, rejectUnauthorized: false, headers, method: 'POST' }, whoami)
  const bob = await impersonate({ 'impersonate-user': 'bob' })
  assert.deepEqual(JSON.parse(bob.text).status.userInfo.extra['authentication.kcp.io/scopes'], [
    `cluster:${one.spec.cluster}`,
  ])
  const warrant = JSON.stringify({ user: 'shard-admin', groups: ['system:masters'] })
  const cases: Record<string, string>[] = [
    { 'impersonate-group': 'system:kcp:admin' },
    { 'impersonate-group': 'system:kcp:logical-cluster-admin' },
    { 'impersonate-extra-authorization.kcp.io%2Fwarrant': warrant },
  ]
  for (const headers of cases) {
    assert.equal((await impersonate({ 'impersonate-user': 'bob', ...headers })).status, 403, JSON.stringify(headers))
  }
})

test('it may do elsewhere only what anybody may: exports of other workspaces are not its to bind', async () => {
  await using at = await begin()
  const one = await at.make('one')
  const provider = await at.server.workspace('provider')
  const apiVersion = 'apis.kcp.io/v1alpha2'
  const exports = resourceRef(apiVersion, 'apiexports', { namespaced: false })
  await provider.create(exports, { apiVersion, kind: 'APIExport', metadata: { name: 'widgets' }, spec: {} })
  const binding = {
    apiVersion,
    kind: 'APIBinding',
    metadata: { name: 'widgets' },
    spec: { reference: { export: { path: 'root:provider', name: 'widgets' } } },
  }
  const { cert, key } = await at.credentialsOf('one')
  const url = `${urlOf(one)}/apis/${apiVersion}/apibindings`
  const { status, text } = await ask(url, { cert, key, rejectUnauthorized: false, method: 'POST' }, binding)
  assert.equal(status, 403, text)
})

test('it may not end, or free, the logical cluster that it is in', async () => {
  await using at = await begin()
  const one = await at.make('one')
  const { cert, key } = await at.credentialsOf('one')
  const url = `${urlOf(one)}/apis/core.kcp.io/v1alpha1/logicalclusters/cluster`
  const shown = { cert, key, rejectUnauthorized: false }
  assert.equal((await ask(url, { ...shown, method: 'DELETE' })).status, 403)
  const headers = { 'content-type': 'application/merge-patch+json' }
  const free = await ask(url, { ...shown, method: 'PATCH', headers }, { metadata: { finalizers: null } })
  assert.ok(free.status === 403 || free.status === 415, free.text)
})

test('a TLS session of one endpoint is resumed there, and nowhere else', async () => {
  await using at = await begin()
  const [one, other] = [await at.make('one'), await at.make('other')]
  const credentials = await at.credentialsOf('one')
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const session = await sessionOf(one.status?.port ?? 0, credentials, version)
    assert.equal(await isResumed(one.status?.port ?? 0, session, version), true, `${version} at home`)
    assert.equal(await isResumed(other.status?.port ?? 0, session, version), false, `${version} elsewhere`)
    const main = Number(new URL(at.server.url).port)
    assert.equal(await isResumed(main, session, version), false, `${version} at the server`)
  }
})

type Version = 'TLSv1.2' | 'TLSv1.3'

function open(port: number, options: object, version: Version): TLSSocket {
  const versions = { minVersion: version, maxVersion: version }
  return connect({
    host: '127.0.0.1',
    port,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
    ...versions,
    ...options,
  })
}

function sessionOf(port: number, { cert, key }: Credentials, version: Version): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = open(port, { cert, key }, version)
    socket.on('error', reject)
    socket.on('secureConnect', () => socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'))
    socket.on('session', (session) => {
      socket.destroy()
      resolve(session)
    })
  })
}

function isResumed(port: number, session: Buffer, version: Version): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = open(port, { session }, version)
    socket.on('error', reject)
    socket.on('secureConnect', () => {
      const resumed = socket.isSessionReused()
      socket.destroy()
      resolve(resumed)
    })
  })
}
