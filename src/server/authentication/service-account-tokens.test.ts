import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, resourceRef, startServer, type TestServer, virtualClock } from '../../testing/index.ts'
import { tryRequest } from '../try-request.ts'

const ACCOUNTS = resourceRef('v1', 'serviceaccounts', { namespaced: true })
const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })
const ROLES = resourceRef('rbac.authorization.k8s.io/v1', 'clusterroles', { namespaced: false })
const BINDINGS = resourceRef('rbac.authorization.k8s.io/v1', 'clusterrolebindings', { namespaced: false })
const HOUR = 3600

interface TokenRequestSpec {
  readonly audiences?: string[]
  readonly expirationSeconds?: number
  readonly boundObjectRef?: Record<string, string>
}

describe('tokens of service accounts', () => {
  let server: TestServer
  const clock = virtualClock(Date.parse('2026-01-02T03:04:05Z'))
  before(async () => {
    server = await startServer({ clock })
    for (const name of ['one', 'other']) {
      const client = await server.workspace(name)
      await client.create(ACCOUNTS, account('robot'))
      await client.create(ROLES, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'reader' },
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }],
      })
      await client.create(BINDINGS, {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'reader' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }],
      })
    }
  })
  after(() => server[Symbol.asyncDispose]())

  const account = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: 'default' },
  })
  const inWorkspace = (name: string) => server.client.inCluster(`root:${name}`)
  const request = (name: string, spec: TokenRequestSpec = {}, workspace = 'one', metadata = {}) =>
    tryRequest(
      server.handler,
      'POST',
      `/clusters/root:${workspace}/api/v1/namespaces/default/serviceaccounts/${name}/token`,
      { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec } },
    )
  const tokenOf = async (name: string, spec: TokenRequestSpec = {}): Promise<string> => {
    const { json } = await request(name, spec)
    return (json.status as { token: string }).token
  }
  /** As whoever the token says, and nobody else. */
  const show = (token: string, workspace: string, path = '/api/v1/namespaces/default/configmaps') =>
    server
      .handler({
        method: 'GET',
        url: `/clusters/root:${workspace}${path}`,
        headers: { authorization: `Bearer ${token}` },
        signal: new AbortController().signal,
        body: async () => Buffer.alloc(0),
      })
      .then(({ status }) => status)
  const review = async (token: string, audiences: string[] = [], workspace = 'one') => {
    const { json } = await tryRequest(
      server.handler,
      'POST',
      `/clusters/root:${workspace}/apis/authentication.k8s.io/v1/tokenreviews`,
      { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } } },
    )
    return json.status as Record<string, unknown> & { user: { extra?: Record<string, string[]> } }
  }

  test('a token is for this API and an hour unless it says otherwise', async () => {
    const { status, json } = await request('robot')
    assert.equal(status, 201)
    assert.deepEqual(json.spec, {
      audiences: ['https://kcp.default.svc'],
      expirationSeconds: HOUR,
      boundObjectRef: null,
    })
    assert.equal((json.status as { expirationTimestamp: string }).expirationTimestamp, '2026-01-02T04:04:05Z')
  })

  test('it says all that there is to say of its owner', async () => {
    const { authenticated, user, audiences } = await review(await tokenOf('robot'))
    assert.equal(authenticated, true)
    assert.deepEqual(audiences, ['https://kcp.default.svc'])
    const { uid } = (await inWorkspace('one').get(ACCOUNTS, 'robot', { namespace: 'default' })).metadata
    const { extra = {}, ...rest } = user
    assert.deepEqual(rest, {
      username: 'system:serviceaccount:default:robot',
      uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    })
    assert.match(extra['authentication.kubernetes.io/credential-id']?.[0] ?? '', /^JTI=[0-9a-f-]{36}$/)
    assert.equal(extra['authentication.kubernetes.io/cluster-name']?.length, 1)
  })

  test('it has the rights of its account in its own workspace, and none in another', async () => {
    const token = await tokenOf('robot')
    assert.equal(await show(token, 'one'), 200)
    assert.equal(await show(token, 'other'), 403)
    assert.deepEqual(await review(token, [], 'other'), { error: 'invalid bearer token', user: {} })
  })

  test('the account that every namespace has gets tokens without a row of its own', async () => {
    const token = await tokenOf('default')
    assert.equal((await review(token)).authenticated, true)
    assert.equal(await show(token, 'one'), 403)
  })

  for (const [what, spec, reason] of [
    [
      'too short',
      { expirationSeconds: 599 },
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [
      'too long',
      { expirationSeconds: 2 ** 32 + 1 },
      'spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
    ],
    [
      'bound to what is not there',
      { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 'none' } },
      'secrets "none" not found',
    ],
    ['bound to a Pod', { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } }, 'pods "p" not found'],
    [
      'bound to anything',
      { boundObjectRef: { apiVersion: 'v1', kind: 'ConfigMap', name: 'c' } },
      'cannot bind token to object of type /v1, Kind=ConfigMap',
    ],
  ] as const) {
    test(`${what}: refused`, async () => {
      const { failure } = await request('robot', spec)
      assert.ok(failure.message?.endsWith(reason), failure.message)
    })
  }

  test('for another audience it is nothing to this API, and something to who asks for that audience', async () => {
    const token = await tokenOf('robot', { audiences: ['vault'] })
    assert.equal(await show(token, 'one'), 401)
    assert.deepEqual((await review(token, ['vault', 'else'])).audiences, ['vault'])
    assert.equal((await review(token)).authenticated, undefined)
  })

  test('it ends with its time', async () => {
    const token = await tokenOf('robot', { expirationSeconds: 600 })
    assert.equal(await show(token, 'one'), 200)
    await clock.advance(661_000)
    assert.equal(await show(token, 'one'), 401)
    assert.match(String((await review(token)).error), /service account token has expired/)
  })

  test('it ends with its account, and is none of the next one by that name', async () => {
    const client = inWorkspace('one')
    await client.create(ACCOUNTS, account('gone'))
    const token = await tokenOf('gone')
    assert.equal((await review(token)).authenticated, true)
    await client.delete(ACCOUNTS, 'gone', { namespace: 'default' })
    assert.equal(await show(token, 'one'), 401)
    await client.create(ACCOUNTS, account('gone'))
    assert.match(String((await review(token)).error), /service account UID \(.*\) does not match claim/)
  })

  test('it ends with the Secret that it is bound to', async () => {
    const client = inWorkspace('one')
    const metadata = { name: 'anchor', namespace: 'default' }
    await client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata })
    const token = await tokenOf('robot', { boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 'anchor' } })
    assert.equal(await show(token, 'one'), 200)
    await client.delete(SECRETS, 'anchor', { namespace: 'default' })
    assert.match(String((await review(token)).error), /service account token has been invalidated/)
  })

  test('a changed letter is no token', async () => {
    const token = await tokenOf('robot')
    const [head, payload = '', signature] = token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    claims.sub = 'system:serviceaccount:default:admin'
    const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
    assert.equal(await show(forged, 'one'), 401)
    const bare = [Buffer.from('{"alg":"none"}').toString('base64url'), payload, ''].join('.')
    assert.equal(await show(bare, 'one'), 401)
  })

  test('a Secret of the type for tokens is born with one, and goes with the account', async () => {
    const client = inWorkspace('one')
    await client.create(ACCOUNTS, account('old'))
    const secret = (name: string, owner: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: { name, namespace: 'default', annotations: { 'kubernetes.io/service-account.name': owner } },
    })
    const made = await client.create(SECRETS, secret('old-token', 'old'))
    const data = (made as { data?: Record<string, string> }).data ?? {}
    assert.equal(Buffer.from(data.namespace ?? '', 'base64').toString(), 'default')
    const token = Buffer.from(data.token ?? '', 'base64').toString()
    assert.equal((await review(token)).user.extra?.['authentication.kubernetes.io/cluster-name']?.length, 1)
    assert.equal(await show(token, 'other'), 403)

    const labels = { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' }
    await client.patch(SECRETS, 'old-token', 'merge', { metadata: { labels } }, { namespace: 'default' })
    assert.match(String((await review(token)).error), /has been marked invalid/)
    await client.delete(ACCOUNTS, 'old', { namespace: 'default' })
    await client.create(SECRETS, secret('nobodys', 'nobody'))
    await eventually(async () => {
      const { items } = await client.list(SECRETS, { namespace: 'default' })
      assert.deepEqual(
        items.filter(({ type }) => type === 'kubernetes.io/service-account-token'),
        [],
      )
    })
  })

  test('who verifies tokens by itself finds the keys', async () => {
    const { json } = await tryRequest(server.handler, 'GET', '/clusters/root/.well-known/openid-configuration')
    assert.deepEqual(json, {
      issuer: 'https://kcp.default.svc',
      jwks_uri: 'https://keelson.test/clusters/root/openid/v1/jwks',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    })
    const keys = await tryRequest(server.handler, 'GET', '/clusters/root/openid/v1/jwks')
    assert.equal(keys.headers['content-type'], 'application/jwk-set+json')
    const [key] = keys.json.keys as Record<string, string>[]
    const [head = ''] = (await tokenOf('robot')).split('.')
    assert.equal(JSON.parse(Buffer.from(head, 'base64url').toString()).kid, key?.kid)
    assert.equal(key?.d, undefined)
  })
})
