import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startServer, type TestServer } from '../testing/index.ts'
import { type TriedRequest, tryRequest } from './try-request.ts'

const MAPS = '/clusters/root/api/v1/namespaces/default/configmaps'
const map = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more })

/** Upstream's answer to a path that it does not serve is no Status. */
const NO_PAGE = /^404 page not found\n$/
/** Unless the path is below a group of built-in kinds. */
const NOT_SERVED = /^the server could not find the requested resource$/

describe('a request', () => {
  let server: TestServer
  const logged: unknown[] = []
  before(async () => {
    server = await startServer({ features: [], log: { info() {}, error: (message) => logged.push(message) } })
    await send('POST', MAPS, { body: map('there', { data: { a: '1' } }) })
  })
  after(() => server[Symbol.asyncDispose]())
  const send = (method: string, url: string, request: TriedRequest = {}) =>
    tryRequest(server.handler, method, url, request)

  const REFUSED: readonly [string, string, string, TriedRequest, number, RegExp][] = [
    ['an unknown path', 'GET', '/clusters/root/nothing', {}, 404, NO_PAGE],
    ['an unknown group', 'GET', '/clusters/root/apis/no.such/v1/things', {}, 404, NO_PAGE],
    ['an unknown version', 'GET', '/clusters/root/api/v2/configmaps', {}, 404, NOT_SERVED],
    ['an unknown resource', 'GET', '/clusters/root/api/v1/pods', {}, 404, /could not find the requested resource/],
    [
      'a resource named like a property of objects',
      'GET',
      '/clusters/root/api/v1/constructor',
      {},
      404,
      /could not find the requested resource/,
    ],
    ['an unknown subresource', 'GET', `${MAPS}/there/scale`, {}, 404, NOT_SERVED],
    ['a subresource named constructor', 'GET', `${MAPS}/there/constructor`, {}, 404, NOT_SERVED],
    ['a subresource named __proto__', 'PUT', `${MAPS}/there/__proto__`, { body: map('there') }, 404, NOT_SERVED],
    ['a second logical cluster inside', 'GET', '/clusters/root/clusters/root/api/v1/configmaps', {}, 404, NO_PAGE],
    ['a namespaced object without its namespace', 'GET', '/clusters/root/api/v1/configmaps/there', {}, 404, NOT_SERVED],
    [
      'a cluster-scoped one in a namespace',
      'GET',
      '/clusters/root/apis/rbac.authorization.k8s.io/v1/namespaces/a/clusterroles',
      {},
      404,
      NOT_SERVED,
    ],
    [
      'a create across namespaces',
      'POST',
      '/clusters/root/api/v1/configmaps',
      { body: map('x') },
      405,
      /does not allow this method/,
    ],
    [
      'a deletion across namespaces',
      'DELETE',
      '/clusters/root/api/v1/configmaps',
      {},
      405,
      /does not allow this method/,
    ],
    ['a verb that is not served', 'DELETE', '/clusters/root/api/v1/namespaces', {}, 405, /does not allow this method/],
    ['a method that nobody knows', 'constructor', MAPS, {}, 405, /does not allow this method/],
    ['an object that is not there', 'GET', `${MAPS}/missing`, {}, 404, /configmaps "missing" not found/],
    ['a name with a slash', 'GET', `${MAPS}/a%2Fb`, {}, 404, /configmaps "a\/b" not found/],
    ['a namespace with a slash', 'GET', '/clusters/root/api/v1/namespaces/a%2Fb/configmaps/c', {}, 404, /not found/],
    [
      'a namespace beyond ASCII',
      'GET',
      '/clusters/root/api/v1/namespaces/%E2%82%AC/configmaps/c',
      {},
      404,
      /not found/,
    ],
    [
      'no body',
      'POST',
      MAPS,
      { headers: { 'content-type': 'application/json' } },
      400,
      /unexpected end of JSON input \(<empty>\)/,
    ],
    ['a body that is no JSON', 'POST', MAPS, { body: '{' }, 400, /json parse error: unexpected end of JSON input/],
    ['a body that is no object', 'POST', MAPS, { body: '[1]' }, 400, /cannot unmarshal array into Go value/],
    ['a body that is null', 'POST', MAPS, { body: 'null' }, 422, /name or generateName is required/],
    ['no kind and no name', 'POST', MAPS, { body: { apiVersion: 'v1' } }, 422, /name or generateName is required/],
    ['no apiVersion and no name', 'POST', MAPS, { body: { kind: 'ConfigMap' } }, 422, /name or generateName/],
    ['another kind', 'POST', MAPS, { body: { ...map('a'), kind: 'Secret' } }, 400, /Secret/],
    [
      'another version',
      'POST',
      MAPS,
      { body: { ...map('a'), apiVersion: 'v2' } },
      400,
      /no kind "ConfigMap" is registered for version "v2"/,
    ],
    [
      'another namespace',
      'POST',
      MAPS,
      { body: map('a', { metadata: { name: 'a', namespace: 'b' } }) },
      400,
      /namespace/,
    ],
    ['another name', 'PUT', `${MAPS}/there`, { body: map('other') }, 400, /does not match the name on the URL/],
    [
      'a resourceVersion in a create',
      'POST',
      MAPS,
      { body: map('a', { metadata: { name: 'a', resourceVersion: '1' } }) },
      500,
      /resourceVersion should not be set/,
    ],
    [
      'labels that are no map',
      'POST',
      MAPS,
      { body: map('a', { metadata: { name: 'a', labels: 'x' } }) },
      400,
      /labels/,
    ],
    ['metadata that is no map', 'POST', MAPS, { body: map('a', { metadata: 1 }) }, 400, /./],
    [
      'a namespace that does not exist',
      'POST',
      '/clusters/root/api/v1/namespaces/no/configmaps',
      { body: map('a') },
      404,
      /namespaces "no" not found/,
    ],
    ['a name that is taken', 'POST', MAPS, { body: map('there') }, 409, /configmaps "there" already exists/],
    ['a name that is none', 'POST', MAPS, { body: map('UPPER') }, 422, /metadata\.name/],
    [
      'a body in XML',
      'POST',
      MAPS,
      { body: '<x/>', headers: { 'content-type': 'application/xml' } },
      415,
      /media types/,
    ],
    [
      'protobuf that is none',
      'POST',
      MAPS,
      { body: 'k8s', headers: { 'content-type': 'application/vnd.kubernetes.protobuf' } },
      400,
      /protobuf/,
    ],
    ['a patch of no known type', 'PATCH', `${MAPS}/there`, { body: {} }, 415, /^415: Unsupported Media Type$/],
    [
      'a JSON patch that does not apply',
      'PATCH',
      `${MAPS}/there`,
      { body: [{ op: 'remove', path: '/data/no' }], headers: { 'content-type': 'application/json-patch+json' } },
      422,
      /./,
    ],
    [
      'a JSON patch that is no list',
      'PATCH',
      `${MAPS}/there`,
      { body: {}, headers: { 'content-type': 'application/json-patch+json' } },
      400,
      /./,
    ],
    ['an Accept that nothing meets', 'GET', MAPS, { headers: { accept: 'text/html' } }, 406, /^406: Not Acceptable/],
    ['a dry run of some other kind', 'POST', `${MAPS}?dryRun=Some`, { body: map('a') }, 422, /dryRun/],
    [
      'a validation of some other kind',
      'POST',
      `${MAPS}?fieldValidation=Some`,
      { body: map('a') },
      422,
      /fieldValidation/,
    ],
    [
      'an unknown field, strictly',
      'POST',
      `${MAPS}?fieldValidation=Strict`,
      { body: map('a', { odd: 1 }) },
      400,
      /unknown field "odd"/,
    ],
    [
      'a bad label selector',
      'GET',
      `${MAPS}?labelSelector=${encodeURIComponent('a in b')}`,
      {},
      400,
      /unable to parse requirement/,
    ],
    ['a bad field selector', 'GET', `${MAPS}?fieldSelector=a`, {}, 400, /./],
    [
      'a field that cannot be selected',
      'GET',
      `${MAPS}?fieldSelector=data.a%3D1`,
      {},
      400,
      /"data\.a" is not a known field selector/,
    ],
    ['a bad limit', 'GET', `${MAPS}?limit=x`, {}, 400, /^strconv.ParseInt: parsing "x": invalid syntax$/],
    ['a bad resourceVersion', 'GET', `${MAPS}?resourceVersion=x`, {}, 400, /resource version/],
    ['a bad continue', 'GET', `${MAPS}?continue=x`, {}, 400, /continue/],
    [
      'a delete with another body',
      'DELETE',
      `${MAPS}/there`,
      { body: map('there') },
      400,
      /no kind "ConfigMap" is registered/,
    ],
    ['an unknown propagation', 'DELETE', `${MAPS}/there?propagationPolicy=Some`, {}, 422, /propagationPolicy/],
    [
      'a get across logical clusters',
      'GET',
      '/clusters/*/api/v1/namespaces/default/configmaps/there',
      {},
      405,
      /logical cluster "\*"/,
    ],
    [
      'a write across logical clusters',
      'POST',
      '/clusters/*/api/v1/namespaces/default/configmaps',
      { body: map('a') },
      405,
      /\*/,
    ],
    [
      'a write into a logical cluster that is none',
      'POST',
      '/clusters/nowhere/api/v1/namespaces/default/configmaps',
      { body: map('a') },
      404,
      /nowhere/,
    ],
  ]
  for (const [what, method, url, request, status, message] of REFUSED) {
    test(`for ${what} is answered with ${status}`, async () => {
      const answer = await send(method, url, request)
      assert.equal(answer.status, status, answer.text)
      if (message !== NO_PAGE) assert.deepEqual([answer.failure.kind, answer.failure.code], ['Status', status])
      assert.match(message === NO_PAGE ? answer.text : answer.failure.message, message)
    })
  }

  test('that is refused is the client’s mistake, and nothing for the log', () => assert.deepEqual(logged, []))

  test('that is refused has written nothing, though its Accept is looked at last', async () => {
    const headers = { accept: 'text/html' }
    assert.equal((await send('POST', MAPS, { body: map('unanswerable'), headers })).status, 406)
    assert.equal((await send('GET', `${MAPS}/unanswerable`)).status, 404)
  })

  test('may be HEAD only where upstream routes it', async () => {
    assert.equal((await send('HEAD', `${MAPS}/there`)).status, 405)
    assert.equal((await send('HEAD', '/clusters/root/version')).status, 405)
    assert.equal((await send('HEAD', '/clusters/root/livez')).status, 200)
  })

  test('with keys that JavaScript knows stores them like any other', async () => {
    const body = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"proto","labels":{"constructor":"x"},"annotations":{"toString":"y"}},"data":{"a":"b","__proto__.x":"z"},"__proto__":{"polluted":true}}`
    assert.equal((await send('POST', MAPS, { body })).status, 201)
    const { json } = await send('GET', `${MAPS}/proto`)
    assert.deepEqual(json.metadata.labels, { constructor: 'x' })
    assert.deepEqual(json.data, { a: 'b', '__proto__.x': 'z' })
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
    const patch = '{"data":{"c":"d"},"__proto__":{"polluted":true},"metadata":{"__proto__":{"polluted":true}}}'
    const headers = { 'content-type': 'application/merge-patch+json' }
    assert.equal((await send('PATCH', `${MAPS}/proto`, { body: patch, headers })).status, 200)
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
    for (const [selector, count] of [
      ['constructor', 1],
      ['constructor=x', 1],
      ['toString', 0],
      ['!hasOwnProperty', 2],
    ] as const) {
      const found = (await send('GET', `${MAPS}?labelSelector=${encodeURIComponent(selector)}`)).json.items as unknown[]
      assert.equal(
        found.filter((item) => (item as { metadata: { name: string } }).metadata.name !== 'kube-root-ca.crt').length,
        count,
        selector,
      )
    }
  })

  test('whose warnings are many gets no more than a header can hold', async () => {
    const odd = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`日本${index}`, 1]))
    const { status, headers } = await send('POST', `${MAPS}?dryRun=All`, { body: map('many', odd) })
    assert.equal(status, 201)
    assert.ok((headers.warning ?? '').length < 8192)
    assert.match(headers.warning ?? '', /^299 - "unknown field \\"日本0\\"", 299/)
  })

  test('to do something across logical clusters is for those alone who may', async () => {
    const url = '/clusters/*/api/v1/configmaps'
    assert.equal((await send('GET', url)).status, 200)
    for (const groups of [
      ['system:authenticated'],
      ['system:kcp:admin', 'system:authenticated'],
      ['system:authenticated', 'system:kcp:logical-cluster-admin'],
    ]) {
      const { status } = await send('GET', url, { user: { username: 'alice', groups } })
      assert.equal(status, 403, groups.join())
    }
  })

  test('of the health of the server needs no rights, and of its version none to speak of', async () => {
    const user = { username: 'alice', groups: ['system:authenticated'] }
    for (const path of ['/healthz', '/livez', '/readyz', '/version']) {
      assert.equal((await send('GET', path, { user })).status, 200, path)
    }
  })

  test('by someone who may see one name alone may list and watch that name', async () => {
    const user = { username: 'narrow', groups: ['system:authenticated'] }
    const rbac = '/clusters/root/apis/rbac.authorization.k8s.io/v1'
    const rules = [
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['there'], verbs: ['list', 'watch'] },
      { nonResourceURLs: ['/'], verbs: ['access'] },
    ]
    await send('POST', `${rbac}/clusterroles`, {
      body: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'narrow' }, rules },
    })
    await send('POST', `${rbac}/clusterrolebindings`, {
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'narrow' },
        subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'narrow' }],
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'narrow' },
      },
    })
    const listed = async (selector: string) => (await send('GET', `${MAPS}?fieldSelector=${selector}`, { user })).status
    assert.deepEqual([await listed('metadata.name%3Dthere'), await listed('metadata.name%3Dother')], [200, 403])
    assert.equal(await listed('metadata.name!%3Dthere'), 403)
    const watched = await send('GET', `${MAPS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dthere`, { user })
    assert.match(watched.text, /^{"type":"ADDED"/)
  })

  test('that creates by an update needs the right to create', async () => {
    const roles = '/clusters/root/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles'
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'by-update' },
      rules: [],
    }
    const user = { username: 'narrow-updater', groups: ['system:authenticated'] }
    const rbac = '/clusters/root/apis/rbac.authorization.k8s.io/v1'
    const rules = [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['update'] },
      { nonResourceURLs: ['/'], verbs: ['access'] },
    ]
    const meta = { metadata: { name: 'updater' } }
    await send('POST', `${rbac}/clusterroles`, {
      body: { apiVersion: role.apiVersion, kind: 'ClusterRole', ...meta, rules },
    })
    await send('POST', `${rbac}/clusterrolebindings`, {
      body: {
        apiVersion: role.apiVersion,
        kind: 'ClusterRoleBinding',
        ...meta,
        subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user.username }],
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'updater' },
      },
    })
    const refused = await send('PUT', `${roles}/by-update`, { body: role, user })
    assert.equal(refused.status, 403)
    assert.match(refused.failure.message, /cannot create resource "roles"/)
    assert.equal((await send('PUT', `${roles}/by-update`, { body: role })).status, 201)
    assert.equal((await send('PUT', `${roles}/by-update`, { body: role, user })).status, 200)
  })
})

test('a server whose disk is full says so, and nothing is written', async () => {
  await using server = await startServer({ features: [], log: { info() {}, error() {} } })
  server.faults.failCommits(1)
  const refused = await tryRequest(server.handler, 'POST', MAPS, { body: map('full') })
  assert.equal(refused.status, 503)
  assert.match(refused.failure.message, /no space left/)
  assert.equal((await tryRequest(server.handler, 'GET', `${MAPS}/full`)).status, 404)
})
