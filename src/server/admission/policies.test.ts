import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Client, resourceRef, startServer, type TestServer } from '../../testing/index.ts'
import { type TriedAnswer, tryRequest } from '../try-request.ts'

const API = 'admissionregistration.k8s.io/v1'
const ref = (plural: string) => resourceRef(API, plural, { namespaced: false })
const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const RULE = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }

interface Scene {
  readonly client: Client
  readonly post: (name: string, data?: object) => Promise<TriedAnswer>
  readonly base: string
}

describe('policies', () => {
  let server: TestServer
  let count = 0
  before(async () => {
    server = await startServer({ features: [] })
  })
  after(() => server[Symbol.asyncDispose]())

  async function scene(kind: 'Validating' | 'Mutating', spec: object, binding: object = {}): Promise<Scene> {
    const name = `policies-${count++}`
    const client = await server.workspace(name)
    const word = kind.toLowerCase()
    const matchConstraints = { resourceRules: [RULE] }
    await client.create(ref(`${word}admissionpolicies`), {
      apiVersion: API,
      kind: `${kind}AdmissionPolicy`,
      metadata: { name: 'p' },
      spec: { matchConstraints, ...(kind === 'Mutating' && { reinvocationPolicy: 'Never' }), ...spec },
    })
    await client.create(ref(`${word}admissionpolicybindings`), {
      apiVersion: API,
      kind: `${kind}AdmissionPolicyBinding`,
      metadata: { name: 'b' },
      spec: { policyName: 'p', ...(kind === 'Validating' && { validationActions: ['Deny'] }), ...binding },
    })
    const base = `/clusters/root:${name}`
    return {
      client,
      base,
      post: (object, data = {}) =>
        tryRequest(server.handler, 'POST', `${base}/api/v1/namespaces/default/configmaps`, {
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: object }, data },
        }),
    }
  }

  test('a rule that does not hold refuses, with its message and reason', async () => {
    const { post } = await scene('Validating', {
      variables: [{ name: 'count', expression: 'object.data.size()' }],
      validations: [
        {
          expression: 'variables.count <= 2',
          messageExpression: '"has " + string(variables.count)',
          reason: 'Forbidden',
        },
      ],
    })
    assert.equal((await post('small', { a: '1' })).status, 201)
    const { status, failure } = await post('large', { a: '1', b: '1', c: '1' })
    assert.equal(status, 403)
    assert.equal(failure.reason, 'Forbidden')
    const said = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: has 3"
    assert.equal(failure.message, `configmaps "large" is forbidden: ${said}`)
    assert.deepEqual(failure.details?.causes, [{ message: said }])
  })

  test('a binding that warns lets the request pass', async () => {
    const warning = { validations: [{ expression: 'false', message: 'mind this' }] }
    const { post } = await scene('Validating', warning, { validationActions: ['Warn'] })
    const { status, headers } = await post('one')
    assert.equal(status, 201)
    const by = "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b'"
    assert.equal(headers.warning, `299 - "${by}: mind this"`)
  })

  test('parameters may be objects of a definition of the workspace’s own', async () => {
    const rule = { expression: 'object.data.size() <= params.spec.max', message: 'too much' }
    const { client, post, base } = await scene(
      'Validating',
      { paramKind: { apiVersion: 'example.com/v1', kind: 'Limit' }, validations: [rule] },
      { paramRef: { selector: {}, parameterNotFoundAction: 'Allow' } },
    )
    const unknown = await post('before')
    const fault = "failed to find resource referenced by paramKind: 'example.com/v1, Kind=Limit'"
    assert.ok(unknown.failure.message.endsWith(`failed to configure policy: ${fault}`), unknown.failure.message)
    const schema = {
      type: 'object',
      properties: { spec: { type: 'object', properties: { max: { type: 'integer' } } } },
    }
    await client.create(CRDS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'limits.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'limits', singular: 'limit', kind: 'Limit', listKind: 'LimitList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    })
    assert.equal((await post('free', { a: '1', b: '1' })).status, 201)
    await tryRequest(server.handler, 'POST', `${base}/apis/example.com/v1/limits`, {
      body: { apiVersion: 'example.com/v1', kind: 'Limit', metadata: { name: 'one' }, spec: { max: 1 } },
    })
    assert.equal((await post('bound', { a: '1', b: '1' })).status, 422)
    assert.equal((await post('within', { a: '1' })).status, 201)
  })

  test('the authorizer knows what the one who asks may do', async () => {
    const rule = { expression: 'authorizer.group("").resource("secrets").namespace("default").check("get").allowed()' }
    const { client, base } = await scene('Validating', { validations: [rule] })
    const rbac = 'rbac.authorization.k8s.io'
    const grant = (name: string, resources: string[]) =>
      client.create(resourceRef(`${rbac}/v1`, 'clusterroles', { namespaced: false }), {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRole',
        metadata: { name },
        rules: [
          { apiGroups: [''], resources, verbs: ['*'] },
          { nonResourceURLs: ['/'], verbs: ['access'] },
        ],
      })
    await grant('maps', ['configmaps'])
    await grant('both', ['configmaps', 'secrets'])
    for (const name of ['maps', 'both']) {
      await client.create(resourceRef(`${rbac}/v1`, 'clusterrolebindings', { namespaced: false }), {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
        subjects: [{ apiGroup: rbac, kind: 'User', name }],
      })
    }
    const post = (username: string) =>
      tryRequest(server.handler, 'POST', `${base}/api/v1/namespaces/default/configmaps`, {
        user: { username, groups: ['system:authenticated'] },
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: username } },
      })
    assert.equal((await post('both')).status, 201)
    assert.equal((await post('maps')).status, 422)
  })

  test('mutations come one after the other, and validations see what they made', async () => {
    const { client, post } = await scene('Mutating', {
      mutations: [
        { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{data: {"first": "1"}}' } },
        {
          patchType: 'JSONPatch',
          jsonPatch: { expression: '[JSONPatch{op: "add", path: "/data/second", value: object.data.first + "2"}]' },
        },
      ],
    })
    await client.create(ref('validatingadmissionpolicies'), {
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'after' },
      spec: {
        matchConstraints: { resourceRules: [RULE] },
        validations: [{ expression: 'object.data.second == "12"' }],
      },
    })
    await client.create(ref('validatingadmissionpolicybindings'), {
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'after' },
      spec: { policyName: 'after', validationActions: ['Deny'] },
    })
    const { status, json } = await post('one', { own: 'x' })
    assert.equal(status, 201)
    assert.deepEqual(json.data, { own: 'x', first: '1', second: '12' })
  })

  test('a mutation that fails refuses, unless failures are ignored', async () => {
    const mutations = [
      { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/data/absent"}]' } },
    ]
    const { post } = await scene('Mutating', { mutations })
    const { failure } = await post('one', { a: '1' })
    const fault = "error in remove for path: '/data/absent': Unable to remove nonexistent key: absent: missing value"
    assert.equal(failure.message, `policy 'p' with binding 'b' denied request: JSON Patch: ${fault}`)
    const lenient = await scene('Mutating', { mutations, failurePolicy: 'Ignore' })
    assert.equal((await lenient.post('one', { a: '1' })).status, 201)
  })

  test('a policy can be changed whatever it says', async () => {
    const everything = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }
    const { client, post } = await scene('Validating', {
      matchConstraints: { resourceRules: [everything] },
      validations: [{ expression: 'false' }],
    })
    assert.equal((await post('one')).status, 422)
    await client.delete(ref('validatingadmissionpolicybindings'), 'b')
    assert.equal((await post('one')).status, 201)
  })
})
