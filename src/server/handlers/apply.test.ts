import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { KubeObject, Status } from '../../machinery/index.ts'
import { type Client, resourceRef, startServer, type TestServer } from '../../testing/index.ts'
import { tryRequest } from '../try-request.ts'

const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const BASE = '/clusters/root:apply'
const MAPS = `${BASE}/api/v1/namespaces/default/configmaps`
const WIDGETS = `${BASE}/apis/example.com/v1/namespaces/default/widgets`
const APPLY = 'application/apply-patch+yaml'
const MERGE = 'application/merge-patch+json'

interface Entry {
  manager?: string
  operation: string
  apiVersion: string
  time?: string
  fieldsV1: Record<string, Record<string, unknown>>
  subresource?: string
}

const TEXT = { type: 'string' }
const PORT = { type: 'object', required: ['port'], properties: { port: { type: 'integer' }, name: TEXT } }
const SPEC = {
  type: 'object',
  properties: {
    text: TEXT,
    mode: { type: 'string', default: 'plain' },
    labels: { type: 'object', additionalProperties: TEXT },
    ports: { type: 'array', items: PORT, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port'] },
  },
}
const STATUS = { type: 'object', properties: { phase: TEXT } }
const SCHEMA = { openAPIV3Schema: { type: 'object', properties: { spec: SPEC, status: STATUS } } }

const map = (name: string, data: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
  data,
})
const widget = (name: string, fields: object, version = 'v1') => ({
  apiVersion: `example.com/${version}`,
  kind: 'Widget',
  metadata: { name },
  ...fields,
})

describe('server-side apply', () => {
  let server: TestServer
  let client: Client
  let count = 0
  /** A name that no other test has. */
  let name = ''
  before(async () => {
    server = await startServer({ features: [] })
    client = await server.workspace('apply')
    const version = { served: true, subresources: { status: {} }, schema: SCHEMA }
    await client.create(CRDS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' },
        versions: [
          { ...version, name: 'v1', storage: true },
          { ...version, name: 'v2', storage: false },
        ],
      },
    })
  })
  after(() => server[Symbol.asyncDispose]())
  beforeEach(() => {
    name = `object-${++count}`
  })

  const send = (method: string, url: string, type: string, body: unknown, more: object = {}) =>
    tryRequest(server.handler, method, url, { headers: { 'content-type': type }, body, ...more })
  const apply = (url: string, manager: string, body: unknown, query = '') =>
    send('PATCH', `${url}?fieldManager=${manager}${query}`, APPLY, body)
  const objectOf = (answer: { text: string }): KubeObject => JSON.parse(answer.text) as KubeObject
  const statusOf = (answer: { text: string }): Status => JSON.parse(answer.text) as Status
  /** Without their times. */
  const entriesOf = (object: KubeObject): Entry[] =>
    ((object.metadata.managedFields ?? []) as unknown as Entry[]).map(({ time: _, ...entry }) => entry)

  test('creates what is not there, and changes what is', async () => {
    const created = await apply(`${MAPS}/${name}`, 'me', map(name, { a: '1', b: '1' }))
    assert.equal(created.status, 201)
    assert.deepEqual(entriesOf(objectOf(created)), [
      {
        manager: 'me',
        operation: 'Apply',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } },
      },
    ])
    const changed = await apply(`${MAPS}/${name}`, 'me', map(name, { a: '2', c: '1' }))
    assert.equal(changed.status, 200)
    assert.deepEqual(objectOf(changed).data, { a: '2', c: '1' })
  })

  test('reads YAML', async () => {
    const body = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: "1"\n`
    const answer = await apply(`${MAPS}/${name}`, 'me', body)
    assert.deepEqual([answer.status, objectOf(answer).data], [201, { a: '1' }])
  })

  test('that changes nothing leaves the version alone', async () => {
    const first = objectOf(await apply(`${MAPS}/${name}`, 'me', map(name, { a: '1' })))
    const again = objectOf(await apply(`${MAPS}/${name}`, 'me', map(name, { a: '1' })))
    assert.deepEqual(again, first)
  })

  test('conflicts with who owns what it would change, and takes it by force', async () => {
    await send('POST', `${MAPS}?fieldManager=kubectl-client-side-apply`, 'application/json', map(name, { key: '1' }))
    const refused = await apply(`${MAPS}/${name}`, 'me', map(name, { key: '2' }))
    assert.equal(refused.status, 409)
    const cause = {
      reason: 'FieldManagerConflict',
      message: 'conflict with "kubectl-client-side-apply" using v1',
      field: '.data.key',
    }
    assert.deepEqual(statusOf(refused), {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.key',
      reason: 'Conflict',
      details: { causes: [cause] },
      code: 409,
    })
    const forced = objectOf(await apply(`${MAPS}/${name}`, 'me', map(name, { key: '2' }), '&force=true'))
    assert.deepEqual(forced.data, { key: '2' })
    assert.deepEqual(
      entriesOf(forced).map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
      [
        ['me', { 'f:data': { 'f:key': {} } }],
        ['kubectl-client-side-apply', { 'f:data': {} }],
      ],
    )
  })

  test('of a status owns the status alone', async () => {
    await apply(`${WIDGETS}/${name}`, 'me', widget(name, { spec: { text: 'a' }, status: { phase: 'ignored' } }))
    const body = widget(name, { spec: { text: 'ignored' }, status: { phase: 'Ready' } })
    const object = objectOf(await apply(`${WIDGETS}/${name}/status`, 'controller', body))
    assert.deepEqual([object.spec, object.status], [{ text: 'a', mode: 'plain' }, { phase: 'Ready' }])
    assert.deepEqual(
      entriesOf(object).map(({ manager, subresource, fieldsV1 }) => [manager, subresource, fieldsV1]),
      [
        ['controller', 'status', { 'f:status': { 'f:phase': {} } }],
        ['me', undefined, { 'f:spec': { 'f:text': {} } }],
      ],
    )
    assert.equal((await apply(`${WIDGETS}/absent/status`, 'me', widget('absent', {}))).status, 404)
  })

  test('knows what was applied in another version', async () => {
    await apply(`${WIDGETS}/${name}`, 'me', widget(name, { spec: { text: 'a', labels: { x: '1' } } }))
    const url = `${WIDGETS.replace('/v1/', '/v2/')}/${name}`
    const object = objectOf(await apply(url, 'me', widget(name, { spec: { text: 'a' } }, 'v2')))
    assert.deepEqual(object.spec, { text: 'a', mode: 'plain' })
    assert.deepEqual(
      entriesOf(object).map(({ apiVersion }) => apiVersion),
      ['example.com/v2'],
    )
  })

  test('that is dry shows what it would do and does nothing', async () => {
    const dry = await apply(`${MAPS}/${name}`, 'me', map(name, { a: '1' }), '&dryRun=All')
    assert.deepEqual([dry.status, objectOf(dry).data], [201, { a: '1' }])
    assert.equal((await tryRequest(server.handler, 'GET', `${MAPS}/${name}`)).status, 404)
    await apply(`${MAPS}/${name}`, 'me', map(name, { a: '1' }))
    assert.deepEqual(objectOf(await apply(`${MAPS}/${name}`, 'me', map(name, { a: '2' }), '&dryRun=All')).data, {
      a: '2',
    })
    assert.deepEqual(objectOf(await tryRequest(server.handler, 'GET', `${MAPS}/${name}`)).data, { a: '1' })
  })

  test('is refused with upstream’s words', async () => {
    const url = `${MAPS}/${name}`
    const body = map(name, { a: '1' })
    const cases: [string, unknown, number, RegExp][] = [
      [
        '',
        body,
        422,
        /PatchOptions\.meta\.k8s\.io "" is invalid: fieldManager: Required value: is required for apply patch/,
      ],
      [`?fieldManager=${'x'.repeat(129)}`, body, 422, /fieldManager: Too long: may not be more than 128 bytes/],
      ['?fieldManager=me', { ...body, kind: 'Secret' }, 400, /invalid object type: \/v1, Kind=Secret/],
      [
        '?fieldManager=me',
        { ...body, metadata: { name: 'other' } },
        400,
        /the name of the object \(other\) does not match the name on the URL/,
      ],
      [
        '?fieldManager=me',
        { ...body, metadata: {} },
        400,
        /the name of the object \(object-\d+ based on URL\) was undeterminable: name must be provided/,
      ],
      [
        '?fieldManager=me',
        '[]',
        400,
        /error decoding YAML: .* cannot unmarshal array into Go value of type map\[string\]interface \{\}$/,
      ],
      [
        '?fieldManager=me',
        { ...body, metadata: {} },
        400,
        /the name of the object \(object-\d+ based on URL\) was undeterminable: name must be provided/,
      ],
      ['?fieldManager=me', '[]', 400, /error decoding YAML: .* cannot unmarshal array into Go value of type map/],
      ['?fieldManager=me', map(name, {}, { managedFields: [] }), 400, /metadata\.managedFields must be nil/],
      [
        '?fieldManager=me',
        map(name, {}, { uid: 'x' }),
        409,
        /uid mismatch: the provided object specified uid x, and no existing object was found/,
      ],
      [
        '?fieldManager=me',
        { ...body, more: 1 },
        500,
        /^failed to create typed patch object \(\/object-\d+; \/v1, Kind=ConfigMap\): \.more: field not declared in schema$/,
      ],
    ]
    for (const [query, config, status, message] of cases) {
      const answer = await send('PATCH', url + query, APPLY, config)
      assert.deepEqual([answer.status, statusOf(answer).message.match(message) !== null], [status, true], answer.text)
    }
    const forced = await send('PATCH', `${url}?force=true`, MERGE, {})
    assert.match(statusOf(forced).message, /force: Forbidden: may not be specified for non-apply patch/)
  })

  test('with a version of the object holds it', async () => {
    const { metadata } = objectOf(await apply(`${MAPS}/${name}`, 'me', map(name, { a: '1' })))
    const { resourceVersion } = metadata
    assert.equal((await apply(`${MAPS}/${name}`, 'me', map(name, { a: '2' }, { resourceVersion }))).status, 200)
    assert.equal((await apply(`${MAPS}/${name}`, 'me', map(name, { a: '3' }, { resourceVersion }))).status, 409)
  })

  test('loses no other’s, however many there are at once', async () => {
    const managers = Array.from({ length: 6 }, (_, index) => `manager-${index}`)
    const answers = await Promise.all(managers.map((one) => apply(`${MAPS}/${name}`, one, map(name, { [one]: '1' }))))
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 200, 200, 200, 200, 201])
    const object = objectOf(await tryRequest(server.handler, 'GET', `${MAPS}/${name}`))
    assert.deepEqual(Object.keys(object.data as object).toSorted(), managers)
    assert.equal(entriesOf(object).length, managers.length)
  })

  test('other writes are noted under the client’s name', async () => {
    const agent = { headers: { 'content-type': 'application/json', 'user-agent': 'kubectl/v1.35.4 (linux/amd64)' } }
    const created = await tryRequest(server.handler, 'POST', WIDGETS, {
      ...agent,
      body: widget(name, { spec: { text: 'a' } }),
    })
    const patched = await send('PATCH', `${WIDGETS}/${name}?fieldManager=patcher`, MERGE, { spec: { text: 'b' } })
    assert.deepEqual(
      entriesOf(objectOf(created)).map(({ manager }) => manager),
      ['kubectl'],
    )
    assert.deepEqual(
      entriesOf(objectOf(patched)).map(({ manager, operation, fieldsV1 }) => [manager, operation, fieldsV1]),
      [
        ['kubectl', 'Update', { 'f:spec': { '.': {}, 'f:mode': {} } }],
        ['patcher', 'Update', { 'f:spec': { 'f:text': {} } }],
      ],
    )
  })

  test('a client may have all managers forgotten', async () => {
    for (const [index, managedFields] of [[], [{}]].entries()) {
      const url = `${MAPS}/${name}-${index}`
      await apply(url, 'me', map(`${name}-${index}`, { a: '1' }))
      const cleared = await send('PATCH', url, MERGE, { metadata: { managedFields } })
      assert.deepEqual(entriesOf(objectOf(cleared)), [])
      const again = objectOf(await apply(url, 'me', map(`${name}-${index}`, { b: '1' })))
      assert.deepEqual(
        entriesOf(again).map(({ manager }) => manager),
        ['me', 'before-first-apply'],
      )
    }
  })

  test('of nothing where there is nothing is no conflict', async () => {
    const roles = `${BASE}/apis/rbac.authorization.k8s.io/v1/clusterroles`
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules: null }
    assert.equal((await apply(`${roles}/${name}`, 'one', role)).status, 201)
    assert.equal((await apply(`${roles}/${name}`, 'two', role)).status, 200)
  })

  test('leaves null where nothing is left, which a schema may refuse', async () => {
    await apply(`${WIDGETS}/${name}`, 'me', widget(name, { spec: { text: 'a', labels: { x: '1' } } }))
    const refused = await apply(`${WIDGETS}/${name}`, 'me', widget(name, { spec: { text: 'a', labels: {} } }))
    assert.equal(refused.status, 422)
    const message = `Widget.example.com "${name}" is invalid: spec.labels: Invalid value: "null": spec.labels in body must be of type object: "null"`
    assert.equal(statusOf(refused).message, message)
  })

  test('notes nobody for what the server sets', async () => {
    const namespaces = `${BASE}/api/v1/namespaces`
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    const created = objectOf(await send('POST', namespaces, 'application/json', namespace))
    const labels = { '.': {}, 'f:kubernetes.io/metadata.name': {} }
    assert.deepEqual(
      entriesOf(created).map(({ fieldsV1 }) => fieldsV1),
      [{ 'f:metadata': { 'f:labels': labels } }],
    )
  })
})
