import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definitionsFromCRD } from '../apiextensions/definitions-from-crd.ts'
import { configMap } from '../builtins/config-map.ts'
import { namespace } from '../builtins/namespace.ts'
import { serviceAccount } from '../builtins/service-account.ts'
import { definitionSet } from '../definitions.ts'
import { openAPIV2Document } from './v2.ts'
import { openAPIV3Document, openAPIV3Index } from './v3.ts'

const now = () => Date.parse('2026-05-04T10:00:00Z')

const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' }

function crd(color: Record<string, unknown>) {
  const spec = { type: 'object', properties: { color, default: { type: 'string' } } }
  const openAPIV3Schema = { type: 'object', description: 'A widget.', properties: { spec } }
  const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' }
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema },
    subresources: { status: {}, scale },
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names, versions: [version] },
    status: { acceptedNames: names, conditions: [{ type: 'Established', status: 'True' }] },
  }
}

const set = definitionSet([
  configMap,
  namespace,
  ...definitionsFromCRD(crd({ type: 'string', default: 'red', nullable: true })),
])
const changed = definitionSet([configMap, namespace, ...definitionsFromCRD(crd({ type: 'integer' }))])

// biome-ignore lint/suspicious/noExplicitAny: documents are walked by path, at the wire's edge.
function parsed(definitions: typeof set, path: string): any {
  const key = path.slice('/openapi/v3/'.length)
  const body = key === '' ? openAPIV3Index(definitions) : openAPIV3Document(definitions, key, now)?.body
  assert.ok(body, path)
  return JSON.parse(body.toString())
}

test('the index names each document by its hash', () => {
  const { paths } = parsed(set, '/openapi/v3')
  assert.deepEqual(Object.keys(paths), [
    'api',
    'apis',
    'version',
    '.well-known/openid-configuration',
    'openid/v1/jwks',
    'api/v1',
    'apis/example.com/v1',
  ])
  assert.match(paths['api/v1'].serverRelativeURL, /^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{128}$/)
})

test('a schema that changes changes the hash of its group version alone', () => {
  const [before, after] = [parsed(set, '/openapi/v3').paths, parsed(changed, '/openapi/v3').paths]
  assert.deepEqual(after['api/v1'], before['api/v1'])
  assert.notDeepEqual(after['apis/example.com/v1'], before['apis/example.com/v1'])
})

test('the hash of the index is that of the document', () => {
  const url = parsed(set, '/openapi/v3').paths['api/v1'].serverRelativeURL as string
  assert.equal(url.split('hash=')[1], openAPIV3Document(set, 'api/v1', now)?.hash)
})

test('a path that is about no group version has a document of its own', () => {
  const { paths, components } = parsed(set, '/openapi/v3/version')
  const { schema } = paths['/version/'].get.responses['200'].content['application/json']
  assert.equal(schema.$ref, '#/components/schemas/io.k8s.apimachinery.pkg.version.Info')
  assert.ok(components.schemas['io.k8s.apimachinery.pkg.version.Info'].properties.gitVersion)
})

test('kubectl finds that the server validates fields: PATCH of the kind takes fieldValidation', () => {
  for (const [path, item, kind] of [
    [
      '/openapi/v3/api/v1',
      '/api/v1/namespaces/{namespace}/configmaps/{name}',
      { group: '', version: 'v1', kind: 'ConfigMap' },
    ],
    [
      '/openapi/v3/apis/example.com/v1',
      '/apis/example.com/v1/namespaces/{namespace}/widgets/{name}',
      { group: 'example.com', version: 'v1', kind: 'Widget' },
    ],
  ] as const) {
    const { patch } = parsed(set, path).paths[item]
    assert.deepEqual(patch['x-kubernetes-group-version-kind'], kind)
    assert.equal(patch['x-kubernetes-action'], 'patch')
    assert.ok(patch.parameters.some((parameter: { name: string }) => parameter.name === 'fieldValidation'))
  }
})

test('strategic merge patches are for built-in kinds alone', () => {
  const typesOf = (path: string, item: string) => Object.keys(parsed(set, path).paths[item].patch.requestBody.content)
  const strategic = 'application/strategic-merge-patch+json'
  assert.ok(typesOf('/openapi/v3/api/v1', '/api/v1/namespaces/{name}').includes(strategic))
  const item = '/apis/example.com/v1/namespaces/{namespace}/widgets/{name}'
  assert.equal(typesOf('/openapi/v3/apis/example.com/v1', item).includes(strategic), false)
})

test('paths and methods are those that the verbs and subresources of a definition ask for', () => {
  const base = '/apis/example.com/v1'
  const { paths } = parsed(set, '/openapi/v3/apis/example.com/v1')
  const methods = Object.entries(paths).map(([path, item]) => [
    path.slice(base.length),
    Object.keys(item as object)
      .filter((key) => key !== 'parameters')
      .toSorted()
      .join(),
  ])
  assert.deepEqual(Object.fromEntries(methods), {
    '/widgets': 'get',
    '/namespaces/{namespace}/widgets': 'delete,get,post',
    '/namespaces/{namespace}/widgets/{name}': 'delete,get,patch,put',
    '/namespaces/{namespace}/widgets/{name}/scale': 'get,patch,put',
    '/namespaces/{namespace}/widgets/{name}/status': 'get,patch,put',
  })
  const scale = paths[`${base}/namespaces/{namespace}/widgets/{name}/scale`].get
  assert.deepEqual(scale['x-kubernetes-group-version-kind'], { group: 'example.com', version: 'v1', kind: 'Widget' })
})

test('operations are named as kube-apiserver names them, each once', () => {
  const { paths } = parsed(set, '/openapi/v3/api/v1')
  const ids = Object.values(paths).flatMap((item) =>
    Object.values(item as Record<string, { operationId?: string }>).flatMap(({ operationId }) => operationId ?? []),
  )
  assert.equal(new Set(ids).size, ids.length)
  const item = paths['/api/v1/namespaces/{namespace}/configmaps/{name}']
  assert.equal(item.get.operationId, 'readCoreV1NamespacedConfigMap')
  assert.equal(item.put.operationId, 'replaceCoreV1NamespacedConfigMap')
  assert.equal(paths['/api/v1/configmaps'].get.operationId, 'listCoreV1ConfigMapForAllNamespaces')
})

test('schemas are found by group, version and kind, with metadata and every reference resolved', () => {
  const document = parsed(set, '/openapi/v3/apis/example.com/v1')
  const { schemas } = document.components
  const widget = schemas['com.example.v1.Widget']
  assert.deepEqual(widget['x-kubernetes-group-version-kind'], [{ group: 'example.com', version: 'v1', kind: 'Widget' }])
  assert.equal(widget.description, 'A widget.')
  assert.equal(widget.properties.spec.properties.color.default, 'red')
  assert.ok(schemas['com.example.v1.WidgetList'])
  for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    assert.ok(schemas[name ?? ''], name ?? '')
  }
})

test('built-in kinds keep the names of their Go packages', () => {
  const { schemas } = parsed(set, '/openapi/v3/api/v1').components
  assert.ok(schemas['io.k8s.api.core.v1.ConfigMap'])
  assert.ok(schemas['io.k8s.api.core.v1.NamespaceList'])
})

test('what is sent to a subresource has a schema of its own', () => {
  const { paths, components } = parsed(definitionSet([serviceAccount]), '/openapi/v3/api/v1')
  const { post } = paths['/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token']
  const name = 'io.k8s.api.authentication.v1.TokenRequest'
  assert.equal(post.requestBody.content['*/*'].schema.$ref, `#/components/schemas/${name}`)
  assert.ok(components.schemas[name].properties.spec)
})

test('what is not served has no document', () => {
  for (const key of ['', 'apis/other/v1', 'apis/example.com', 'nothing']) {
    assert.equal(openAPIV3Document(set, key, now), undefined)
  }
})

test('v2 is JSON of all groups, with what Swagger does not know left out', () => {
  const document = openAPIV2Document(set, 'application/json', now)
  assert.ok(document)
  const { swagger, definitions, paths } = JSON.parse(document.body.toString())
  assert.equal(swagger, '2.0')
  const { color, default: field } = definitions['com.example.v1.Widget'].properties.spec.properties
  assert.deepEqual(color, {}, 'what may be null has no type')
  assert.deepEqual(field, { type: 'string' })
  assert.ok(definitions['io.k8s.api.core.v1.ConfigMap'])
  const patch = paths['/api/v1/namespaces/{name}'].patch
  assert.equal(patch.parameters[0].in, 'body')
  assert.equal(patch.requestBody, undefined)
  assert.equal(document.body.includes('#/components/'), false)
})

test('v2 is protobuf for those who ask for it, by either of its names', () => {
  const json = openAPIV2Document(set, '*/*', now)
  assert.equal(json?.contentType, 'application/json')
  for (const name of ['spec.v2@v1.0', 'spec.v2.v1.0']) {
    const type = `application/com.github.proto-openapi.${name}+protobuf`
    const document = openAPIV2Document(set, `${type},application/json;q=0.5`, now)
    assert.equal(document?.contentType, 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
    assert.equal(document.body.subarray(0, 5).toString('hex'), '0a03322e30')
    assert.equal(document.hash, json.hash)
  }
  assert.equal(openAPIV2Document(set, 'text/html', now), undefined)
})

test('the deprecated paths of watches are there for built-in kinds', () => {
  const { paths } = parsed(set, '/openapi/v3/api/v1')
  const ids = ['/api/v1/watch/configmaps', '/api/v1/watch/namespaces', '/api/v1/watch/namespaces/{name}'].map(
    (path) => paths[path].get.operationId,
  )
  assert.deepEqual(ids, [
    'watchCoreV1ConfigMapListForAllNamespaces',
    'watchCoreV1NamespaceList',
    'watchCoreV1Namespace',
  ])
  const custom = Object.keys(parsed(set, '/openapi/v3/apis/example.com/v1').paths)
  assert.equal(
    custom.some((path) => path.includes('/watch/')),
    false,
  )
})

test('a deletion is answered with what is no more, where the kind tells of it', () => {
  const { paths } = parsed(definitionSet([serviceAccount, configMap]), '/openapi/v3/api/v1')
  const answers = ['serviceaccounts', 'configmaps'].map((plural) => {
    const { responses } = paths[`/api/v1/namespaces/{namespace}/${plural}/{name}`].delete
    return responses['200'].content['application/json'].schema.$ref.split('.').at(-1)
  })
  assert.deepEqual(answers, ['ServiceAccount', 'Status'])
})

for (const [kind, article] of [
  ['Widget', 'a '],
  ['Engine', 'an '],
  ['Prometheus', ''],
  ['StorageClass', 'a '],
] as const) {
  test(`an operation creates ${article}${kind}`, () => {
    const source = crd({ type: 'string' })
    const all = definitionsFromCRD({
      ...source,
      spec: { ...source.spec, names: { ...names, kind } },
      status: { ...source.status, acceptedNames: { ...names, kind } },
    })
    const { paths } = parsed(definitionSet(all), '/openapi/v3/apis/example.com/v1')
    const { post } = paths['/apis/example.com/v1/namespaces/{namespace}/widgets']
    assert.equal(post.description, `create ${article}${kind}`)
  })
}
