import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeProtobuf, type JsonObject, messageOf } from '../../machinery/index.ts'
import { definitionsFromCRD } from '../apiextensions/definitions-from-crd.ts'
import { configMap } from '../builtins/config-map.ts'
import { lease } from '../builtins/lease.ts'
import { namespace } from '../builtins/namespace.ts'
import type { ResourceDefinition } from '../definition.ts'
import { definitionSet } from '../definitions.ts'
import { discoveryDocument } from './document.ts'

const V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
/** Gone since Kubernetes 1.33. */
const V2BETA1 = V2.replace('v=v2', 'v=v2beta1')

function widgets(): readonly ResourceDefinition[] {
  const names = {
    plural: 'widgets',
    singular: 'widget',
    kind: 'Widget',
    listKind: 'WidgetList',
    shortNames: ['wd'],
    categories: ['all'],
  }
  const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' }
  return definitionsFromCRD({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names,
      versions: [
        { name: 'v1beta1', served: true, storage: false },
        { name: 'v1', served: true, storage: true, subresources: { status: {}, scale } },
      ],
    },
    status: { acceptedNames: names, conditions: [{ type: 'Established', status: 'True' }] },
  })
}

const hidden: ResourceDefinition = { ...lease, names: { ...lease.names, plural: 'secretleases' }, hidden: true }
const set = definitionSet([configMap, namespace, lease, hidden, ...widgets()])

function parsed(path: string, accept = 'application/json'): unknown {
  const document = discoveryDocument(set, path, accept)
  assert.ok(document, path)
  return JSON.parse(document.body.toString())
}

test('/api names the versions of the core group', () => {
  assert.deepEqual(parsed('/api'), {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
  })
})

const EXAMPLE = {
  name: 'example.com',
  versions: [
    { groupVersion: 'example.com/v1', version: 'v1' },
    { groupVersion: 'example.com/v1beta1', version: 'v1beta1' },
  ],
  preferredVersion: { groupVersion: 'example.com/v1', version: 'v1' },
}

test('/apis lists all other groups, those of Kubernetes first, with the preferred version first', () => {
  const version = { groupVersion: 'coordination.k8s.io/v1', version: 'v1' }
  assert.deepEqual(parsed('/apis'), {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [{ name: 'coordination.k8s.io', versions: [version], preferredVersion: version }, EXAMPLE],
  })
  assert.deepEqual(parsed('/apis/example.com'), { kind: 'APIGroup', apiVersion: 'v1', ...EXAMPLE })
})

test('a version lists its resources, each followed by its subresources', () => {
  const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
  assert.deepEqual(parsed('/apis/example.com/v1'), {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'example.com/v1',
    resources: [
      {
        name: 'widgets',
        singularName: 'widget',
        namespaced: true,
        kind: 'Widget',
        verbs,
        shortNames: ['wd'],
        categories: ['all'],
        storageVersionHash: 'gIwvi5rymmg=',
      },
      { name: 'widgets/status', singularName: '', namespaced: true, kind: 'Widget', verbs: ['get', 'patch', 'update'] },
      {
        name: 'widgets/scale',
        singularName: '',
        namespaced: true,
        group: 'autoscaling',
        version: 'v1',
        kind: 'Scale',
        verbs: ['get', 'patch', 'update'],
      },
    ],
  })
})

test('definitions for the system alone are not listed', () => {
  const { resources } = parsed('/apis/coordination.k8s.io/v1') as { resources: { name: string }[] }
  assert.deepEqual(
    resources.map(({ name }) => name),
    ['leases'],
  )
})

const MEDIA = V2.slice('application/json'.length)

for (const [accept, contentType] of [
  [V2, V2],
  [`${V2},${V2BETA1},application/json`, V2],
  [`application/json;q=0.8,${V2}`, V2],
  [`${V2BETA1},application/json`, 'application/json'],
  [`application/json,${V2}`, 'application/json'],
  [`application/vnd.kubernetes.protobuf${MEDIA},application/json`, `application/vnd.kubernetes.protobuf${MEDIA}`],
  ['application/vnd.kubernetes.protobuf,application/json', 'application/vnd.kubernetes.protobuf'],
  ['application/yaml', 'application/yaml'],
] as const) {
  test(`a client that accepts ${accept} gets ${contentType}`, () => {
    const document = discoveryDocument(set, '/apis', accept)
    assert.equal(document?.contentType, contentType)
    assert.equal(document?.etag !== undefined, contentType.includes('as='), 'what is aggregated has a tag')
  })
}

test('one document has all groups, versions and resources', () => {
  const { apiVersion, kind, items } = parsed('/apis', V2) as {
    apiVersion: string
    kind: string
    items: { metadata: unknown; versions: { version: string; freshness: string; resources: unknown[] }[] }[]
  }
  assert.deepEqual([apiVersion, kind], ['apidiscovery.k8s.io/v2', 'APIGroupDiscoveryList'])
  assert.deepEqual(
    items.map(({ metadata, versions }) => [metadata, ...versions.map((served) => served.version)]),
    [
      [{ name: 'coordination.k8s.io' }, 'v1'],
      [{ name: 'example.com' }, 'v1', 'v1beta1'],
    ],
  )
  const responseKind = { group: 'example.com', version: 'v1', kind: 'Widget' }
  assert.deepEqual(items[1]?.versions[0], {
    version: 'v1',
    resources: [
      {
        resource: 'widgets',
        responseKind,
        scope: 'Namespaced',
        singularResource: 'widget',
        verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
        shortNames: ['wd'],
        categories: ['all'],
        subresources: [
          { subresource: 'status', responseKind, verbs: ['get', 'patch', 'update'] },
          {
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            verbs: ['get', 'patch', 'update'],
          },
        ],
      },
    ],
    freshness: 'Current',
  })
})

test('a built-in kind is where it is asked for', () => {
  const { items } = parsed('/apis', V2) as { items: { versions: { resources: { responseKind: unknown }[] }[] }[] }
  assert.deepEqual(items[0]?.versions[0]?.resources[0]?.responseKind, { group: '', version: '', kind: 'Lease' })
})

test('in protobuf the same is said', () => {
  for (const [path, accept, table] of [
    ['/api', 'application/vnd.kubernetes.protobuf', messageOf('', 'v1', 'APIVersions')],
    ['/api/v1', 'application/vnd.kubernetes.protobuf', messageOf('', 'v1', 'APIResourceList')],
    ['/apis', 'application/vnd.kubernetes.protobuf', messageOf('', 'v1', 'APIGroupList')],
    ['/apis/example.com', 'application/vnd.kubernetes.protobuf', messageOf('', 'v1', 'APIGroup')],
    [
      '/apis',
      `application/vnd.kubernetes.protobuf${MEDIA}`,
      messageOf('apidiscovery.k8s.io', 'v2', 'APIGroupDiscoveryList'),
    ],
  ] as const) {
    const json = accept.replace('vnd.kubernetes.protobuf', 'json')
    const document = discoveryDocument(set, path, accept)
    assert.ok(document !== undefined && table !== undefined)
    assert.deepEqual(document.body, encodeProtobuf(table, parsed(path, json) as JsonObject), path)
    assert.equal(document.etag, discoveryDocument(set, path, json)?.etag)
  }
})

test('the core group is aggregated under /api', () => {
  const { items } = parsed('/api', V2) as {
    items: { metadata: unknown; versions: { resources: { resource: string }[] }[] }[]
  }
  assert.deepEqual(items.length, 1)
  assert.deepEqual(
    items[0]?.versions[0]?.resources.map(({ resource }) => resource),
    ['configmaps', 'namespaces'],
  )
})

test('a document below the root is never aggregated', () => {
  assert.equal(discoveryDocument(set, '/api/v1', `${V2},application/json`)?.contentType, 'application/json')
})

test('what is not served has no document', () => {
  for (const path of [
    '/apis/other.example.com',
    '/apis/example.com/v7',
    '/api/v2',
    '/apis/example.com/v1/widgets',
    '/version',
  ]) {
    assert.equal(discoveryDocument(set, path, ''), undefined, path)
  }
})

test('a client that accepts none of the forms is told so', () => {
  for (const accept of ['text/html', V2BETA1]) {
    assert.throws(() => discoveryDocument(set, '/apis', accept), {
      message:
        'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    })
  }
})

test('logical clusters that serve the same share one document, others have another ETag', () => {
  const same = definitionSet([configMap, namespace, lease, hidden, ...widgets()])
  assert.equal(discoveryDocument(same, '/apis', V2), discoveryDocument(set, '/apis', V2))
  const less = definitionSet([configMap, namespace, lease])
  assert.notEqual(discoveryDocument(less, '/apis', V2)?.etag, discoveryDocument(set, '/apis', V2)?.etag)
})
