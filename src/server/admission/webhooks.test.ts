import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, eventually, resourceRef, startServer, type TestServer } from '../../testing/index.ts'
import { type TriedAnswer, tryRequest } from '../try-request.ts'
import { type AskedReview, patchOf, type Said, startWebhook, type TestWebhook } from './test-webhook.ts'

const GROUP = 'admissionregistration.k8s.io/v1'
const VALIDATING = resourceRef(GROUP, 'validatingwebhookconfigurations', { namespaced: false })
const MUTATING = resourceRef(GROUP, 'mutatingwebhookconfigurations', { namespaced: false })
const WORKSPACES = resourceRef('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })
const RULE = { operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }

interface Scene {
  readonly client: Client
  readonly maps: string
  readonly webhook: TestWebhook
  readonly post: (name: string, data?: object, query?: string) => Promise<TriedAnswer>
}

describe('webhooks', () => {
  let server: TestServer
  let count = 0
  before(async () => {
    server = await startServer()
  })
  after(() => server[Symbol.asyncDispose]())

  /** A workspace with one webhook of each given kind. */
  async function scene(
    say: (review: AskedReview, path: string) => Said,
    kinds: readonly ('validating' | 'mutating')[],
    more: object = {},
  ): Promise<Scene & AsyncDisposable> {
    const name = `hooks-${count++}`
    const client = await server.workspace(name)
    const webhook = await startWebhook(say)
    for (const kind of kinds) {
      await client.create(kind === 'validating' ? VALIDATING : MUTATING, {
        apiVersion: GROUP,
        kind: kind === 'validating' ? 'ValidatingWebhookConfiguration' : 'MutatingWebhookConfiguration',
        metadata: { name: kind },
        webhooks: [
          {
            name: `${kind}.example.com`,
            clientConfig: { url: webhook.url(`/${kind}`), caBundle: webhook.caBundle },
            rules: [RULE],
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            ...more,
          },
        ],
      })
    }
    const maps = `/clusters/root:${name}/api/v1/namespaces/default/configmaps`
    return {
      client,
      maps,
      webhook,
      post: (object, data = {}, query = '') =>
        tryRequest(server.handler, 'POST', `${maps}${query}`, {
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: object }, data },
        }),
      [Symbol.asyncDispose]: () => webhook[Symbol.asyncDispose](),
    }
  }

  test('a validating webhook is told what is asked for, and refuses', async () => {
    await using here = await scene(
      ({ request }) => ({
        response:
          (request.object as { data?: { bad?: string } }).data?.bad === undefined
            ? { allowed: true, warnings: ['looked at'] }
            : { allowed: false, status: { message: 'bad is bad', code: 403, reason: 'Forbidden' } },
      }),
      ['validating'],
    )
    const good = await here.post('good', { a: '1' }, '?fieldManager=me')
    assert.equal(good.status, 201, good.text)
    assert.equal(good.headers.warning, '299 - "looked at"')
    const [first] = here.webhook.asked
    assert.equal(first?.path, '/validating?timeout=10s')
    const { uid: _uid, object, ...request } = first.review.request
    assert.equal(object.metadata.name, 'good')
    const kind = { group: '', version: 'v1', kind: 'ConfigMap' }
    const resource = { group: '', version: 'v1', resource: 'configmaps' }
    assert.deepEqual(request, {
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: 'good',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'shard-admin', groups: ['system:masters', 'system:authenticated'] },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
    })
    const bad = await here.post('bad', { bad: '1' })
    assert.equal(bad.status, 403)
    assert.equal(bad.failure.message, 'admission webhook "validating.example.com" denied the request: bad is bad')
    assert.equal(bad.failure.reason, 'Forbidden')
  })

  test('updates, patches, applies and deletes are told with what was there before', async () => {
    await using here = await scene(() => ({ response: { allowed: true } }), ['validating'])
    await here.post('one', { a: '1' })
    const url = `${here.maps}/one`
    const patch = (body: unknown, type: string, query = '') =>
      tryRequest(server.handler, 'PATCH', url + query, { body, headers: { 'content-type': type } })
    await patch({ data: { a: '2' } }, 'application/merge-patch+json')
    const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data: { b: '1' } }
    await patch(applied, 'application/apply-patch+yaml', '?fieldManager=f')
    await tryRequest(server.handler, 'DELETE', url, { body: { propagationPolicy: 'Background' } })
    await here.post('two')
    await tryRequest(server.handler, 'DELETE', here.maps)
    const seen = here.webhook.asked.map(({ review: { request } }) => [
      request.operation,
      request.name,
      (request.options as { kind: string }).kind,
      (request.object as { data?: object } | null)?.data,
      (request.oldObject as { data?: object } | null)?.data,
    ])
    assert.deepEqual(seen.slice(0, 5), [
      ['CREATE', 'one', 'CreateOptions', { a: '1' }, undefined],
      ['UPDATE', 'one', 'UpdateOptions', { a: '2' }, { a: '1' }],
      ['UPDATE', 'one', 'UpdateOptions', { a: '2', b: '1' }, { a: '2' }],
      ['DELETE', 'one', 'DeleteOptions', undefined, { a: '2', b: '1' }],
      ['CREATE', 'two', 'CreateOptions', undefined, undefined],
    ])
    const ofCollection = here.webhook.asked
      .slice(5)
      .map(({ review: { request } }) => [
        request.name,
        (request.oldObject as { metadata: { name?: string } } | null)?.metadata.name,
      ])
    assert.ok(ofCollection.some(([name, old]) => name === undefined && old === 'two'))
  })

  test('a mutating webhook changes the object, and what comes after sees it', async () => {
    await using here = await scene(
      (_review, path) => ({
        response: path.startsWith('/mutating')
          ? patchOf([{ op: 'add', path: '/data/more', value: 'x' }])
          : { allowed: true },
      }),
      ['validating', 'mutating'],
    )
    const made = await here.post('made', { a: '1' })
    assert.equal(made.status, 201, made.text)
    assert.deepEqual(made.json.data, { a: '1', more: 'x' })
    const validated = here.webhook.asked.find(({ path }) => path.startsWith('/validating'))
    assert.deepEqual(validated?.review.request.object.data, { a: '1', more: 'x' })
    const stored = await tryRequest(server.handler, 'GET', `${here.maps}/made`)
    assert.deepEqual(stored.json.data, { a: '1', more: 'x' })
  })

  test('a generated name is not known to mutations, and to validations it is', async () => {
    await using here = await scene(
      (_review, path) => ({
        response: path.startsWith('/mutating')
          ? patchOf([{ op: 'add', path: '/data', value: { x: '1' } }])
          : { allowed: true },
      }),
      ['validating', 'mutating'],
    )
    const made = await tryRequest(server.handler, 'POST', here.maps, {
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'made-' } },
    })
    const name = made.json.metadata.name as string
    assert.match(name, /^made-/)
    const names = here.webhook.asked.map(({ path, review }) => [path.split('?')[0], review.request.name])
    assert.deepEqual(names, [
      ['/mutating', undefined],
      ['/validating', name],
    ])
  })

  const FAILURES: readonly (readonly [what: string, said: Said, expected: string])[] = [
    [
      'an answer without a response',
      { status: 200, text: '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}' },
      'received invalid webhook response: webhook response was absent',
    ],
    [
      'an answer of another request',
      { response: { uid: 'other', allowed: true } },
      'received invalid webhook response: expected response.uid=',
    ],
    [
      'a failure of the webhook',
      { status: 500, text: 'boom' },
      'failed to call webhook: an error on the server ("boom") has prevented the request from succeeding',
    ],
    [
      'a path that is not there',
      { status: 404, text: 'x' },
      'failed to call webhook: the server could not find the requested resource',
    ],
    [
      'no JSON',
      { status: 200, text: 'hello' },
      "failed to call webhook: couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value",
    ],
    [
      'a validation that patches',
      { response: patchOf([{ op: 'add', path: '/data/x', value: '1' }]) },
      'received invalid webhook response: validating webhook may not return response.patch',
    ],
  ]
  for (const [what, said, expected] of FAILURES) {
    test(`${what} refuses the request, unless failures are ignored`, async () => {
      await using strict = await scene(() => said, ['validating'])
      const refused = await strict.post('one')
      assert.equal(refused.status, 500)
      const lead = 'Internal error occurred: failed calling webhook "validating.example.com": '
      assert.ok(refused.failure.message.startsWith(lead + expected), refused.failure.message)
      await using lenient = await scene(() => said, ['validating'], { failurePolicy: 'Ignore' })
      assert.equal((await lenient.post('one')).status, 201)
    })
  }

  test('a webhook that is nowhere, or somewhere it may not be, is told as such', async () => {
    for (const [url, expected] of [
      [
        'https://127.0.0.1:1',
        'Post "https://127.0.0.1:1?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused',
      ],
      ['https://10.0.0.1', 'Post "https://10.0.0.1?timeout=10s": dial tcp: address 10.0.0.1 is not allowed'],
    ] as const) {
      await using here = await scene(() => 'hang', ['validating'], { clientConfig: { url } })
      const refused = await here.post('one')
      assert.ok(refused.failure.message.includes(expected), refused.failure.message)
    }
    await using service = await scene(() => 'hang', ['validating'], {
      clientConfig: { service: { name: 's', namespace: 'n', path: '/p' } },
    })
    const refused = await service.post('one')
    assert.ok(refused.failure.message.includes('Post "https://s.n.svc:443/p?timeout=10s": service "s" not found'))
  })

  test('an authority that did not sign the webhook’s certificate', async () => {
    await using here = await scene(() => ({ response: { allowed: true } }), ['validating'])
    await here.client.patch(VALIDATING, 'validating', 'json', [
      { op: 'remove', path: '/webhooks/0/clientConfig/caBundle' },
    ])
    const refused = await here.post('one')
    assert.match(
      refused.failure.message,
      /tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
    )
  })

  test('a dry run is not told to webhooks with side effects', async () => {
    await using here = await scene(() => ({ response: { allowed: true } }), ['validating'])
    assert.equal((await here.post('dry', {}, '?dryRun=All')).status, 201)
    assert.equal(here.webhook.asked[0]?.review.request.dryRun, true)
  })

  test('conditions, selectors, scope and subresources decide whether a webhook is asked', async () => {
    await using here = await scene(() => ({ response: { allowed: true } }), ['validating'], {
      objectSelector: { matchLabels: { look: 'here' } },
      namespaceSelector: {
        matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['default'] }],
      },
      matchConditions: [
        { name: 'not-skipped', expression: '!has(object.data) || !("skip" in object.data)' },
        {
          name: 'may',
          expression: 'authorizer.group("").resource("configmaps").namespace("default").check("create").allowed()',
        },
      ],
      rules: [{ ...RULE, scope: 'Namespaced' }],
    })
    const labelled = (name: string, data: object, labels: object) =>
      tryRequest(server.handler, 'POST', here.maps, {
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data },
      })
    await labelled('unlabelled', {}, {})
    await labelled('skipped', { skip: '1' }, { look: 'here' })
    await labelled('seen', {}, { look: 'here' })
    assert.deepEqual(
      here.webhook.asked.map(({ review }) => review.request.name),
      ['seen'],
    )
  })

  test('a mutating webhook is asked again when one after it has changed the object', async () => {
    await using here = await scene(() => ({ response: { allowed: true } }), [])
    const hook = (name: string, path: string, reinvocationPolicy: string) => ({
      name,
      clientConfig: { url: here.webhook.url(path), caBundle: here.webhook.caBundle },
      rules: [RULE],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      reinvocationPolicy,
    })
    await using second = await startWebhook(({ request }, path) => {
      const { data = {} } = request.object as { data?: Record<string, string> }
      if (path.startsWith('/b'))
        return {
          response: data.b === undefined ? patchOf([{ op: 'add', path: '/data/b', value: '1' }]) : { allowed: true },
        }
      return { response: { allowed: true } }
    })
    const at = (path: string) => ({ url: second.url(path), caBundle: second.caBundle })
    await here.client.create(MUTATING, {
      apiVersion: GROUP,
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'm' },
      webhooks: [
        { ...hook('a.example.com', '', 'IfNeeded'), clientConfig: at('/a') },
        { ...hook('b.example.com', '', 'IfNeeded'), clientConfig: at('/b') },
        { ...hook('c.example.com', '', 'Never'), clientConfig: at('/c') },
      ],
    })
    assert.equal((await here.post('one', { a: '1' })).status, 201)
    assert.deepEqual(
      second.asked.map(({ path }) => path.split('?')[0]),
      ['/a', '/b', '/c', '/a'],
    )
  })

  test('connections are used again', async () => {
    await using here = await scene(() => ({ response: { allowed: true } }), ['validating'])
    for (let index = 0; index < 5; index++) await here.post(`map-${index}`)
    assert.equal(here.webhook.asked.length, 5)
    assert.equal(here.webhook.connections(), 1)
  })

  test('a webhook that hangs for everything holds up neither its own removal nor that of the workspace', async () => {
    await using here = await scene(() => 'hang', ['validating', 'mutating'], {
      rules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] }],
      timeoutSeconds: 1,
    })
    const slow = await here.post('slow')
    assert.equal(slow.status, 500)
    assert.match(slow.failure.message, /context deadline exceeded$/)
    const name = here.maps.split('/')[2]?.split(':')[1] ?? ''
    await server.client.delete(WORKSPACES, name)
    await eventually(async () => {
      const { items } = await server.client.list(WORKSPACES)
      assert.ok(!items.some(({ metadata }) => metadata.name === name))
    })
  })
})
