import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { KubeObject } from '../machinery/index.ts'
import { openStore, type Store } from '../storage/index.ts'
import { type Client, resourceRef, startServer, type TestServer } from '../testing/index.ts'
import { type TriedRequest, tryRequest } from './try-request.ts'

const DEFINITIONS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const WIDGETS = '/clusters/root:writes/apis/example.com/v1/namespaces/default/widgets'
const MAPS = '/clusters/root:writes/api/v1/namespaces/default/configmaps'
const NAMESPACES = '/clusters/root:writes/api/v1/namespaces'
const MERGE = { 'content-type': 'application/merge-patch+json' }

interface Widget extends KubeObject {
  spec?: { size?: number; mode?: string }
  status?: { ready?: boolean }
}
const widget = (name: string, more: object = {}): Widget => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  ...more,
})
const map = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more })

describe('a write', () => {
  let server: TestServer
  let store: Store
  let client: Client
  let count = 0
  /** A name that no other test has. */
  let name = ''
  before(async () => {
    store = await openStore({ engine: 'memory' })
    server = await startServer({ store, features: [] })
    client = await server.workspace('writes')
    const integer = { type: 'integer', maximum: 10 }
    const spec = { type: 'object', properties: { size: integer, mode: { type: 'string', default: 'plain' } } }
    const status = { type: 'object', properties: { ready: { type: 'boolean' } } }
    await client.create(DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } },
          },
        ],
      },
    })
  })
  after(() => server[Symbol.asyncDispose]())
  beforeEach(() => {
    name = `w${count++}`
  })
  const send = async (method: string, url: string, body?: unknown, more: TriedRequest = {}) => {
    const answer = await tryRequest(server.handler, method, url, { ...(body !== undefined && { body }), ...more })
    return { ...answer, object: answer.json as unknown as Widget }
  }
  const make = async (more: object = {}): Promise<Widget> => {
    const { status, object, text } = await send('POST', WIDGETS, widget(name, more))
    assert.equal(status, 201, text)
    return object
  }
  const read = async (): Promise<Widget> => (await send('GET', `${WIDGETS}/${name}`)).object

  describe('that creates', () => {
    test('adds what the server says of an object, and drops what it does not let be said', async () => {
      const metadata = {
        name,
        uid: 'mine',
        creationTimestamp: '2000-01-01T00:00:00Z',
        deletionTimestamp: '2000-01-01T00:00:00Z',
        generation: 9,
        selfLink: '/x',
        annotations: { 'kcp.io/cluster': 'elsewhere' },
      }
      const made = await make({ metadata, spec: { size: 1, odd: 2 }, status: { ready: true } })
      assert.notEqual(made.metadata.uid, 'mine')
      assert.notEqual(made.metadata.creationTimestamp, metadata.creationTimestamp)
      assert.deepEqual(
        [made.metadata.generation, made.metadata.deletionTimestamp, made.metadata.selfLink],
        [1, undefined, undefined],
      )
      assert.match(made.metadata.annotations?.['kcp.io/cluster'] ?? '', /^[a-z0-9]{16}$/)
      assert.deepEqual([made.spec, made.status], [{ size: 1, mode: 'plain' }, undefined])
      assert.deepEqual(await read(), made)
    })

    test('draws a name', async () => {
      const names = new Set<string>()
      for (let round = 0; round < 20; round++) {
        const { object } = await send('POST', WIDGETS, widget('', { metadata: { generateName: 'drawn-' } }))
        assert.match(object.metadata.name ?? '', /^drawn-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
        names.add(object.metadata.name ?? '')
      }
      assert.equal(names.size, 20)
      const { failure } = await send('POST', WIDGETS, widget(''))
      assert.match(failure.message, /name or generateName is required/)
    })

    test('takes a Secret with as much data as there may be, and as many annotations', async () => {
      const data = { key: Buffer.alloc(1024 * 1024, 7).toString('base64') }
      const annotations = { note: 'x'.repeat(250 * 1024) }
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name, annotations }, data }
      const secrets = '/clusters/root:writes/api/v1/namespaces/default/secrets'
      const { status, text } = await send('POST', secrets, secret)
      assert.equal(status, 201, text.slice(0, 500))
      const read = await tryRequest(server.handler, 'GET', `${secrets}/${name}`)
      assert.deepEqual((read.json as unknown as { data: object }).data, data)
    })

    for (const [what, type, body] of [
      [
        'YAML',
        'application/yaml',
        () => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: b\n`,
      ],
      [
        'JSON with parameters',
        'application/json; charset=utf-8',
        () => JSON.stringify(map(name, { data: { a: 'b' } })),
      ],
    ] as const) {
      test(`reads ${what}`, async () => {
        const { status } = await send('POST', MAPS, body(), { headers: { 'content-type': type } })
        assert.equal(status, 201)
        assert.deepEqual((await send('GET', `${MAPS}/${name}`)).json.data, { a: 'b' })
      })
    }

    test('reads Kubernetes protobuf for kinds that are built in', async () => {
      const field = (number: number, bytes: Buffer | string) => {
        const content = Buffer.from(bytes)
        return Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content])
      }
      const type = Buffer.concat([field(1, 'v1'), field(2, 'ConfigMap')])
      const entry = Buffer.concat([field(1, 'a'), field(2, 'b')])
      const raw = Buffer.concat([field(1, field(1, name)), field(2, entry)])
      const body = Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, raw)])
      const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' }
      assert.equal((await send('POST', MAPS, body, { headers })).status, 201)
      assert.deepEqual((await send('GET', `${MAPS}/${name}`)).json.data, { a: 'b' })
      assert.equal((await send('POST', WIDGETS, body, { headers })).status, 415)
    })

    test('is refused when its body is too large, by the request or by the store', async () => {
      const statusOf = async (bytes: number) => {
        const sized = widget(`${name}-${bytes}`, { spec: { mode: 'x'.repeat(bytes) } })
        return (await send('POST', WIDGETS, sized)).status
      }
      assert.deepEqual(
        [await statusOf(1_500_000), await statusOf(2_200_000), await statusOf(4_000_000)],
        [201, 413, 413],
      )
    })

    test('tells of keys that are there twice, of which the last counts', async () => {
      const body = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"},"data":{"a":"1","a":"2"}}`
      const { json, headers } = await send('POST', `${MAPS}?dryRun=All`, body)
      assert.deepEqual(json.data, { a: '2' })
      assert.equal(headers.warning, '299 - "duplicate field \\"data.a\\""')
      assert.equal((await send('POST', `${MAPS}?dryRun=All&fieldValidation=Ignore`, body)).headers.warning, undefined)
      const { status, failure } = await send('POST', `${MAPS}?fieldValidation=Strict`, body)
      assert.equal(status, 400)
      assert.match(failure.message, /strict decoding error: duplicate field "data.a"$/)
    })

    test('tells unknown fields, refuses them, or keeps still, as asked', async () => {
      const odd = widget(name, { spec: { odd: 1 } })
      const warned = await send('POST', `${WIDGETS}?dryRun=All`, odd)
      assert.equal(warned.headers.warning, '299 - "unknown field \\"spec.odd\\""')
      const ignored = await send('POST', `${WIDGETS}?dryRun=All&fieldValidation=Ignore`, odd)
      assert.equal(ignored.headers.warning, undefined)
      const strict = await send('POST', `${WIDGETS}?dryRun=All&fieldValidation=Strict`, odd)
      assert.equal(strict.status, 400)
      assert.match(strict.failure.message, /strict decoding error: unknown field "spec.odd"/)
    })
  })

  describe('that updates', () => {
    test('conflicts when somebody else was faster', async () => {
      const first = await make()
      const second = await send('PUT', `${WIDGETS}/${name}`, { ...first, spec: { size: 2 } })
      assert.equal(second.status, 200)
      const late = await send('PUT', `${WIDGETS}/${name}`, { ...first, spec: { size: 3 } })
      assert.deepEqual([late.status, late.failure.reason], [409, 'Conflict'])
      assert.match(late.failure.message, /the object has been modified/)
      assert.equal((await read()).spec?.size, 2)
    })

    test('needs a version for custom resources, and none for config maps', async () => {
      await make()
      const { status, failure } = await send('PUT', `${WIDGETS}/${name}`, widget(name))
      assert.equal(status, 422)
      assert.match(failure.message, /metadata.resourceVersion: Invalid value: 0: must be specified for an update/)
      await send('POST', MAPS, map(name))
      assert.equal((await send('PUT', `${MAPS}/${name}`, map(name, { data: { a: 'b' } }))).status, 200)
      assert.equal((await send('PUT', `${MAPS}/missing`, map('missing'))).status, 404)
    })

    test('counts generations of what is asked for, and no others', async () => {
      const made = await make({ spec: { size: 1 } })
      const generations: (number | undefined)[] = []
      for (const change of [{ spec: { size: 2 } }, { metadata: { labels: { a: 'b' } } }, { status: { ready: true } }]) {
        const { object } = await send('PATCH', `${WIDGETS}/${name}`, change, { headers: MERGE })
        generations.push(object.metadata.generation)
      }
      assert.deepEqual([made.metadata.generation, ...generations], [1, 2, 2, 2])
      assert.equal((await read()).status, undefined)
    })

    test('of the status changes nothing else, and of the rest no status', async () => {
      const made = await make({ spec: { size: 1 } })
      const changed = { ...made, spec: { size: 5 }, status: { ready: true } }
      const { object } = await send('PUT', `${WIDGETS}/${name}/status`, changed)
      assert.deepEqual([object.spec, object.status, object.metadata.generation], [made.spec, { ready: true }, 1])
      const rest = await send('PUT', `${WIDGETS}/${name}`, { ...object, spec: { size: 5 }, status: { ready: false } })
      assert.deepEqual([rest.object.spec?.size, rest.object.status], [5, { ready: true }])
      const stale = await send('PUT', `${WIDGETS}/${name}/status`, changed)
      assert.equal(stale.status, 409)
      const uid = { ...rest.object, metadata: { ...rest.object.metadata, uid: 'other' } }
      for (const url of [`${WIDGETS}/${name}`, `${WIDGETS}/${name}/status`]) {
        const { status, failure } = await send('PUT', url, uid)
        assert.equal(status, 409)
        assert.match(failure.message, /Precondition failed: UID in precondition: other/)
      }
    })

    test('that changes nothing writes nothing', async () => {
      const made = await make({ spec: { size: 1 } })
      const revision = store.revision()
      for (const [method, url, body, headers] of [
        ['PUT', `${WIDGETS}/${name}`, made, {}],
        ['PUT', `${WIDGETS}/${name}/status`, made, {}],
        ['PATCH', `${WIDGETS}/${name}`, { spec: { size: 1 } }, MERGE],
        ['PATCH', `${WIDGETS}/${name}`, [], { 'content-type': 'application/json-patch+json' }],
      ] as const) {
        const { object } = await send(method, url, body, { headers })
        assert.deepEqual(object, made)
      }
      assert.equal(store.revision(), revision)
    })

    test('keeps what is the server’s to say', async () => {
      const made = await make()
      const metadata = { ...made.metadata, creationTimestamp: '2000-01-01T00:00:00Z', generation: 7 }
      delete metadata.uid
      const { object } = await send('PUT', `${WIDGETS}/${name}`, { ...made, metadata, spec: { size: 1 } })
      assert.deepEqual(
        [object.metadata.uid, object.metadata.creationTimestamp],
        [made.metadata.uid, made.metadata.creationTimestamp],
      )
      assert.equal(object.metadata.generation, 2)
    })

    test('of a custom resource insists on a version, its status too', async () => {
      const made = await make()
      const { resourceVersion: _, ...unversioned } = made.metadata
      for (const path of ['', '/status']) {
        const { failure } = await send('PUT', `${WIDGETS}/${name}${path}`, { ...made, metadata: unversioned })
        assert.deepEqual([failure.code, failure.details?.causes?.[0]?.field], [422, 'metadata.resourceVersion'], path)
      }
      const { failure } = await send('PUT', `${WIDGETS}/${name}`, {
        ...made,
        metadata: { ...unversioned, resourceVersion: 'x' },
      })
      assert.match(failure.message, /^strconv.ParseUint: parsing "x": invalid syntax$/)
    })

    test('must leave a valid object', async () => {
      const made = await make()
      const { status, failure } = await send('PUT', `${WIDGETS}/${name}`, { ...made, spec: { size: 11 } })
      assert.equal(status, 422)
      assert.match(failure.message, /spec\.size/)
    })
  })

  describe('that patches', () => {
    test('merges, edits and merges strategically', async () => {
      await send('POST', MAPS, map(name, { data: { a: '1', b: '2' } }))
      const patch = async (type: string, body: unknown) =>
        (await send('PATCH', `${MAPS}/${name}`, body, { headers: { 'content-type': `application/${type}` } })).json.data
      assert.deepEqual(await patch('merge-patch+json', { data: { a: null, c: '3' } }), { b: '2', c: '3' })
      assert.deepEqual(await patch('json-patch+json', [{ op: 'replace', path: '/data/b', value: 'x' }]), {
        b: 'x',
        c: '3',
      })
      assert.deepEqual(await patch('strategic-merge-patch+json', { data: { d: '4' } }), { b: 'x', c: '3', d: '4' })
    })

    test('is JSON', async () => {
      await send('POST', MAPS, map(name, {}))
      const { failure } = await send('PATCH', `${MAPS}/${name}`, 'data:\n  e: "5"\n', { headers: MERGE })
      const message = "error decoding patch: invalid character 'd' looking for beginning of value"
      assert.deepEqual([failure.code, failure.message], [400, message])
    })

    test('may insist on a version', async () => {
      const made = await make()
      const at = (resourceVersion: string | undefined, size: number) =>
        send('PATCH', `${WIDGETS}/${name}`, { metadata: { resourceVersion }, spec: { size } }, { headers: MERGE })
      assert.equal((await at(made.metadata.resourceVersion, 1)).status, 200)
      assert.equal((await at(made.metadata.resourceVersion, 2)).status, 409)
      assert.equal((await at(undefined, 3)).status, 200)
    })

    test('has no strategic form for custom resources', async () => {
      await make()
      const headers = { 'content-type': 'application/strategic-merge-patch+json' }
      assert.equal((await send('PATCH', `${WIDGETS}/${name}`, {}, { headers })).status, 415)
    })

    test('loses no other’s, however many there are at once', async () => {
      await make()
      const patches = Array.from({ length: 6 }, (_, index) =>
        send('PATCH', `${WIDGETS}/${name}`, { metadata: { labels: { [`l${index}`]: '' } } }, { headers: MERGE }),
      )
      const statuses = (await Promise.all(patches)).map(({ status }) => status)
      assert.deepEqual(new Set(statuses), new Set([200]))
      assert.equal(Object.keys((await read()).metadata.labels ?? {}).length, 6)
    })
  })

  describe('that deletes', () => {
    test('says what is gone', async () => {
      const made = await make()
      const { json, status } = await send('DELETE', `${WIDGETS}/${name}`)
      assert.equal(status, 200)
      const details = { name, group: 'example.com', kind: 'widgets', uid: made.metadata.uid }
      assert.deepEqual(json, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details })
      assert.equal((await send('DELETE', `${WIDGETS}/${name}`)).status, 404)
    })

    test('holds preconditions', async () => {
      const made = await make()
      const remove = (preconditions: object) => send('DELETE', `${WIDGETS}/${name}`, { preconditions })
      const uid = await remove({ uid: 'other' })
      assert.match(uid.failure.message, /the UID in the precondition \(other\) does not match the UID in record/)
      const version = await remove({ resourceVersion: '1' })
      assert.match(version.failure.message, /the ResourceVersion in the precondition \(1\) does not match/)
      assert.deepEqual([uid.status, version.status], [409, 409])
      const { resourceVersion } = made.metadata
      assert.equal((await remove({ uid: made.metadata.uid, resourceVersion })).status, 200)
    })

    test('waits for finalizers, and goes with the last of them', async () => {
      const made = await make({ metadata: { name, finalizers: ['example.com/one', 'example.com/two'] } })
      const { object } = await send('DELETE', `${WIDGETS}/${name}`, { gracePeriodSeconds: 30 })
      assert.ok(object.metadata.deletionTimestamp)
      assert.deepEqual([object.metadata.deletionGracePeriodSeconds, object.metadata.generation], [0, 2])
      const again = await send('DELETE', `${WIDGETS}/${name}`)
      assert.equal(again.object.metadata.resourceVersion, object.metadata.resourceVersion)
      const patch = (finalizers: string[]) =>
        send('PATCH', `${WIDGETS}/${name}`, { metadata: { finalizers } }, { headers: MERGE })
      const added = await patch(['example.com/one', 'example.com/two', 'example.com/three'])
      assert.equal(added.status, 422)
      assert.deepEqual((await patch(['example.com/two'])).object.metadata.finalizers, ['example.com/two'])
      assert.equal((await patch([])).object.metadata.uid, made.metadata.uid)
      assert.equal((await send('GET', `${WIDGETS}/${name}`)).status, 404)
    })

    for (const [policy, finalizers] of [
      ['Orphan', ['orphan']],
      ['Foreground', ['foregroundDeletion']],
    ] as const) {
      test(`with propagation ${policy} leaves the object to the garbage collector`, async () => {
        await make()
        const { object } = await send('DELETE', `${WIDGETS}/${name}?propagationPolicy=${policy}`)
        assert.deepEqual(object.metadata.finalizers, finalizers)
        const background = await send('DELETE', `${WIDGETS}/${name}`, { propagationPolicy: 'Background' })
        assert.equal(background.json.status, 'Success')
      })
    }

    test('a collection takes what is selected, and what waits for finalizers remains', async () => {
      const app = name
      for (const [index, finalizers] of [[], [], ['example.com/held']].entries()) {
        await send(
          'POST',
          WIDGETS,
          widget(`${app}-${index}`, { metadata: { name: `${app}-${index}`, labels: { app }, finalizers } }),
        )
      }
      const { status, json } = await send('DELETE', `${WIDGETS}?labelSelector=app%3D${app}`)
      assert.equal(status, 200)
      assert.deepEqual([json.kind, (json.items as unknown[]).length], ['WidgetList', 3])
      const left = (await send('GET', `${WIDGETS}?labelSelector=app%3D${app}`)).json.items as Widget[]
      assert.deepEqual(
        left.map(({ metadata }) => metadata.name),
        [`${app}-2`],
      )
    })

    test('never takes a protected namespace', async () => {
      for (const protectedName of ['default', 'kube-system']) {
        const { status, failure } = await send('DELETE', `${NAMESPACES}/${protectedName}`)
        assert.equal(status, 403)
        assert.match(failure.message, /this namespace may not be deleted/)
      }
    })
  })

  test('that is dry leaves nothing, whatever its verb', async () => {
    await make({ metadata: { name, labels: { dry: name } }, spec: { size: 1 } })
    const revision = store.revision()
    const before = await read()
    const cases: readonly [string, string, unknown, TriedRequest][] = [
      ['POST', `${WIDGETS}?dryRun=All`, widget(`${name}-dry`), {}],
      ['PUT', `${WIDGETS}/${name}?dryRun=All`, { ...before, spec: { size: 2 } }, {}],
      ['PATCH', `${WIDGETS}/${name}?dryRun=All`, { spec: { size: 3 } }, { headers: MERGE }],
      ['PUT', `${WIDGETS}/${name}/status?dryRun=All`, { ...before, status: { ready: true } }, {}],
      ['DELETE', `${WIDGETS}/${name}?dryRun=All`, undefined, {}],
      ['DELETE', `${WIDGETS}/${name}`, { dryRun: ['All'], propagationPolicy: 'Foreground' }, {}],
      ['DELETE', `${WIDGETS}?dryRun=All&labelSelector=dry%3D${name}`, undefined, {}],
      ['POST', `${NAMESPACES}?dryRun=All`, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, {}],
      ['PATCH', `${NAMESPACES}/default?dryRun=All`, { metadata: { labels: { a: 'b' } } }, { headers: MERGE }],
    ]
    for (const [method, url, body, more] of cases) {
      const { status, text } = await send(method, url, body, more)
      assert.ok(status === 200 || status === 201, text)
    }
    assert.equal(store.revision(), revision)
    assert.deepEqual(await read(), before)
    const { json } = await send('POST', `${WIDGETS}?dryRun=All`, widget(`${name}-dry`))
    assert.equal(json.metadata.resourceVersion, undefined)
    assert.equal((await send('POST', `${WIDGETS}?dryRun=All`, widget(name))).status, 409)
  })

  test('that fails at the commit leaves nothing', async () => {
    const before = (await store.range({ prefix: '', limit: 10_000 })).rows.map(({ key }) => key)
    server.faults.failCommits(1)
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'none', uid: 'none' }
    const refused = await send('POST', WIDGETS, widget(name, { metadata: { name, ownerReferences: [owner] } }))
    assert.equal(refused.status, 503)
    assert.deepEqual(
      (await store.range({ prefix: '', limit: 10_000 })).rows.map(({ key }) => key),
      before,
    )
  })

  test('to what exists by itself makes it a row, once', async () => {
    const url = `${MAPS}/kube-root-ca.crt`
    const virtual = (await send('GET', url)).object
    assert.equal((await send('POST', MAPS, map('kube-root-ca.crt'))).status, 409)
    const both = [1, 2].map((size) =>
      send('PUT', url, { ...virtual, metadata: { ...virtual.metadata, labels: { size: `${size}` } } }),
    )
    assert.deepEqual((await Promise.all(both)).map(({ status }) => status).sort(), [200, 409])
    const { object } = await send('GET', url)
    assert.deepEqual(
      [object.metadata.uid, object.metadata.creationTimestamp],
      [virtual.metadata.uid, virtual.metadata.creationTimestamp],
    )
    await send('DELETE', url)
    assert.deepEqual((await send('GET', url)).object.data, virtual.data)
    assert.equal((await send('GET', url)).object.metadata.labels, undefined)
  })
})
