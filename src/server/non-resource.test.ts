import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startServer, type TestServer } from '../testing/index.ts'
import { tryRequest } from './try-request.ts'

const AGGREGATED = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const V3 = '/openapi/v3/api/v1'

describe('what is not about a resource', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ features: [] })
  })
  after(() => server[Symbol.asyncDispose]())
  const get = (path: string, headers: Record<string, string> = {}) =>
    tryRequest(server.handler, 'GET', `/clusters/root${path}`, { headers })
  /** Whose values change with the document or the time. */
  const named = ({ 'audit-id': _, ...headers }: Readonly<Record<string, string>>) => ({
    ...headers,
    ...('etag' in headers && { etag: /^"[0-9A-F]{128}"$/.test(headers.etag ?? '') }),
    ...('last-modified' in headers && { 'last-modified': !Number.isNaN(Date.parse(headers['last-modified'] ?? '')) }),
    ...('expires' in headers && { expires: Date.parse(headers.expires ?? '') > Date.now() }),
  })
  const PRIVATE = { 'cache-control': 'no-cache, private' }
  const FILE = { 'accept-ranges': 'bytes', 'last-modified': true }

  for (const [title, path, accept, headers] of [
    ['discovery of groups', '/apis', '', { 'content-type': 'application/json', ...PRIVATE }],
    ['discovery of resources', '/api/v1', 'application/yaml', { 'content-type': 'application/yaml', ...PRIVATE }],
    [
      'discovery as one document',
      '/apis',
      `application/json;${AGGREGATED}`,
      { 'content-type': `application/json;${AGGREGATED}`, etag: true, vary: 'Accept', 'cache-control': 'public' },
    ],
    ['the index of OpenAPI', '/openapi/v3', '', { 'content-type': 'text/plain; charset=utf-8', ...PRIVATE, ...FILE }],
    [
      'OpenAPI of a group version',
      V3,
      '',
      { 'content-type': 'application/json', ...PRIVATE, ...FILE, etag: true, vary: 'Accept' },
    ],
    [
      'OpenAPI 2',
      '/openapi/v2',
      '',
      { 'content-type': 'application/json', ...PRIVATE, ...FILE, etag: true, vary: 'Accept-Encoding, Accept' },
    ],
  ] as const) {
    test(`${title} has the headers that kube-apiserver gives it`, async () => {
      const answer = await get(path, { accept })
      assert.equal(answer.status, 200)
      assert.deepEqual(named(answer.headers), headers)
    })
  }

  test('who has a document is told so', async () => {
    for (const [path, accept] of [
      ['/apis', `application/json;${AGGREGATED}`],
      [V3, 'application/json'],
      ['/openapi/v2', 'application/json'],
    ] as const) {
      const { etag = '' } = (await get(path, { accept })).headers
      const { status, headers, text } = await get(path, { accept, 'if-none-match': etag })
      assert.deepEqual([status, text, headers['content-type']], [304, '', undefined], path)
    }
  })

  test('discovery is there in YAML, in protobuf and for people', async () => {
    assert.match((await get('/apis', { accept: 'application/yaml' })).text, /^apiVersion: v1\ngroups:\n- name: /)
    assert.match((await get('/apis', { 'user-agent': 'curl/8' })).text, /^\{\n {2}"kind": "APIGroupList",/)
    const { status, headers, text } = await get('/api', { accept: 'application/vnd.kubernetes.protobuf' })
    assert.deepEqual([status, headers['content-type']], [200, 'application/vnd.kubernetes.protobuf'])
    assert.match(text, /^k8s\0/)
  })

  test('a URL with a hash never changes, and one with an old hash leads to the new one', async () => {
    const { etag = '' } = (await get(V3)).headers
    const hash = etag.slice(1, -1)
    const current = await get(`${V3}?hash=${hash}`)
    assert.equal(current.headers['cache-control'], 'public, immutable')
    assert.equal(named(current.headers).expires, true)
    const old = await get(`${V3}?hash=OLD`)
    assert.deepEqual([old.status, old.headers.location], [301, `/clusters/root${V3}?hash=${hash}`])
  })

  test('OpenAPI that is not there, or not in that form, is answered without a word', async () => {
    for (const [path, accept, status] of [
      ['/openapi/v3/apis/no.such/v1', '', 404],
      ['/openapi/v3/', '', 404],
      [V3, 'text/html', 406],
      ['/openapi/v2', 'text/html', 406],
    ] as const) {
      const answer = await get(path, { accept })
      assert.deepEqual([answer.status, answer.text, answer.headers['content-type']], [status, '', undefined], path)
    }
  })

  for (const [method, path, status] of [
    ['POST', '/version', 405],
    ['POST', '/api', 405],
    ['POST', '/api/v1', 405],
    ['POST', '/api/v9', 404],
    ['POST', '/apis', 200],
    ['POST', '/apis/rbac.authorization.k8s.io', 200],
    ['POST', '/apis/rbac.authorization.k8s.io/v1', 405],
    ['POST', '/apis/rbac.authorization.k8s.io/v9', 404],
    ['POST', '/openapi/v2', 200],
    ['POST', '/openid/v1/jwks', 405],
    ['HEAD', '/apis', 200],
    ['HEAD', '/api', 405],
  ] as const) {
    test(`${method} ${path}: ${status}, for only some paths are held to a method`, async () => {
      assert.equal((await tryRequest(server.handler, method, `/clusters/root${path}`)).status, status)
    })
  }

  test('what nobody can be answered in is refused by the router, or by what answers', async () => {
    const refusal = async (path: string) => (await get(path, { accept: 'text/html' })).failure.message
    const all = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
    assert.equal(await refusal('/version'), '406: Not Acceptable\n\nAvailable representations: application/json')
    assert.equal(await refusal('/api/v1'), `406: Not Acceptable\n\nAvailable representations: ${all}`)
    assert.equal(await refusal('/apis'), `only the following media types are accepted: ${all}`)
  })
})
