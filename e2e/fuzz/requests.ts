/** Requests that nobody would send: fast-check makes them out of pieces of right ones. */
import fc from 'fast-check'
import type { Fields, Json } from '../oracle/case.ts'
import { protobufFrames } from './protobuf-frames.ts'
import { schema } from './schemas.ts'
import { json, word } from './values.ts'

export interface FuzzRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
}

const NAMESPACE = '/api/v1/namespaces/default'
const WIDGETS = '/apis/e2e.keelson.dev/v1/namespaces/default/widgets'
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

const method = fc.constantFrom(
  'GET',
  'GET',
  'POST',
  'POST',
  'PUT',
  'PATCH',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
)
const segment = fc.oneof(
  fc.constantFrom(
    'api',
    'apis',
    'v1',
    'namespaces',
    'default',
    'configmaps',
    'secrets',
    'apps',
    'watch',
    'proxy',
    'status',
    'scale',
    'token',
    'openapi',
    'v2',
    'v3',
    'version',
    'metrics',
    'readyz',
    'clusters',
    'root',
    'root:fuzz',
    'events',
    'rbac.authorization.k8s.io',
    'clusterroles',
    'widgets',
    'e2e.keelson.dev',
    'serviceaccounts',
    '~',
    '*',
  ),
  word.map(encodeURIComponent),
)
const path = fc.oneof(
  fc.constantFrom(
    `${NAMESPACE}/configmaps`,
    `${NAMESPACE}/configmaps/a`,
    `${NAMESPACE}/secrets`,
    WIDGETS,
    `${WIDGETS}/a`,
    `${WIDGETS}/a/status`,
    `${NAMESPACE}/serviceaccounts/default/token`,
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    '/api/v1/namespaces',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    `${NAMESPACE}/events`,
    '/apis/coordination.k8s.io/v1/namespaces/default/leases',
    `${NAMESPACE}/resourcequotas`,
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    '/openapi/v2',
    '/openapi/v3',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    '/apis',
    '/api',
  ),
  fc.array(segment, { maxLength: 8 }).map((segments) => `/${segments.join('/')}`),
)
const parameter = fc.tuple(
  fc.constantFrom(
    'limit',
    'continue',
    'resourceVersion',
    'resourceVersionMatch',
    'labelSelector',
    'fieldSelector',
    'dryRun',
    'fieldManager',
    'fieldValidation',
    'force',
    'pretty',
    'allowWatchBookmarks',
    'sendInitialEvents',
    'propagationPolicy',
    'gracePeriodSeconds',
  ),
  fc.oneof(
    word,
    fc.constantFrom(
      '1',
      '0',
      'true',
      'a in (b,c)',
      '!a',
      'metadata.name=a',
      'All',
      'Strict',
      'NotOlderThan',
      'eyJ2IjoxfQ',
    ),
  ),
)
const query = fc
  .array(parameter, { maxLength: 3 })
  .map((pairs) => pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&'))

const type = fc.constantFrom(
  'application/json',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/cbor',
  'text/plain',
  'application/json;charset=utf-16',
  '',
)
const accept = fc.constantFrom(
  '*/*',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'text/html',
  'a/b;q=x',
  ',,',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
)
const extra = fc.constantFrom<Record<string, string>>(
  {},
  {},
  {},
  { 'impersonate-user': 'x' },
  { 'impersonate-group': 'system:masters' },
  { authorization: 'Bearer x.y.z' },
  { 'content-encoding': 'gzip' },
  { upgrade: 'websocket', connection: 'Upgrade' },
  { 'if-none-match': '"x"' },
  { expect: '100-continue' },
)

const metadata = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: fc.constantFrom('a', 'b', 'c') }) as unknown as fc.Arbitrary<Json> },
  { weight: 1, arbitrary: json },
)
const object: fc.Arbitrary<Json> = fc
  .tuple(
    fc.constantFrom<[string, string]>(
      ['v1', 'ConfigMap'],
      ['v1', 'Secret'],
      ['v1', 'Namespace'],
      ['e2e.keelson.dev/v1', 'Widget'],
      ['v1', 'Event'],
      ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
      ['v1', 'ResourceQuota'],
      ['authentication.k8s.io/v1', 'TokenRequest'],
      ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'],
      ['certificates.k8s.io/v1', 'CertificateSigningRequest'],
    ),
    metadata,
    fc.dictionary(fc.constantFrom('data', 'spec', 'status', 'rules', 'stringData', 'involvedObject', 'x'), json, {
      maxKeys: 3,
    }),
  )
  .map(([[apiVersion, kind], meta, rest]): Json => ({ ...(rest as Fields), apiVersion, kind, metadata: meta }))

const operation = fc.record({
  op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
  path: fc.constantFrom(
    '',
    '/',
    '/data',
    '/data/a',
    '/spec/parts/0',
    '/spec/parts/-',
    '/metadata/labels',
    '/a~2',
    '/metadata/managedFields',
  ),
  from: fc.constantFrom('/data', '', '/spec', '/metadata'),
  value: json,
})

const text = (value: fc.Arbitrary<unknown>) => value.map((found) => Buffer.from(JSON.stringify(found) ?? ''))
const yaml = fc
  .array(
    fc.constantFrom(
      'a: b',
      'a: &x [1]',
      '*x',
      '<<: *x',
      '---',
      '- - -',
      '{a: ',
      '!!binary x',
      '? a',
      'a: |',
      '\t',
      'metadata: {name: a}',
      '"',
      '0o7: 1',
    ),
    {
      maxLength: 12,
    },
  )
  .map((lines) => Buffer.from(lines.join('\n')))
const protobuf = fc.oneof(
  protobufFrames,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from('k8s\0'), bytes])),
)
const cut = fc.tuple(text(object), fc.nat(400)).map(([bytes, length]) => bytes.subarray(0, length))
const deep = fc.nat(3000).map((depth) => Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`))
const body = fc.oneof(
  { weight: 8, arbitrary: text(object) },
  { weight: 4, arbitrary: text(json) },
  { weight: 3, arbitrary: text(fc.array(operation, { maxLength: 5 })) },
  { weight: 2, arbitrary: yaml },
  { weight: 2, arbitrary: protobuf },
  { weight: 2, arbitrary: cut },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
)

const definition = fc.tuple(schema, fc.nat(20)).map(([openAPIV3Schema, number]): FuzzRequest => {
  const plural = `fuzz${number}s`
  const body = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.fuzz.keelson.dev` },
    spec: {
      group: 'fuzz.keelson.dev',
      scope: 'Namespaced',
      names: { plural, kind: `Fuzz${number}` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: openAPIV3Schema } } },
        },
      ],
    },
  }
  return posted(DEFINITIONS, body)
})
const custom = fc.tuple(json, fc.nat(20)).map(
  ([spec, number]): FuzzRequest =>
    posted(`/apis/fuzz.keelson.dev/v1/namespaces/default/fuzz${number}s`, {
      apiVersion: 'fuzz.keelson.dev/v1',
      kind: `Fuzz${number}`,
      metadata: { generateName: 'a' },
      spec,
    }),
)
const removal = fc.nat(20).map(
  (number): FuzzRequest => ({
    method: 'DELETE',
    path: `${DEFINITIONS}/fuzz${number}s.fuzz.keelson.dev`,
    headers: {},
  }),
)

function posted(path: string, body: object): FuzzRequest {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  }
}

const written = fc.tuple(fc.constantFrom('POST', 'PUT'), protobufFrames).map(
  ([verb, bytes]): FuzzRequest => ({
    method: verb,
    path: `${NAMESPACE}/configmaps${verb === 'POST' ? '' : '/a'}`,
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf', accept: 'application/vnd.kubernetes.protobuf' },
    body: bytes,
  }),
)

/** What strategic merge patches say besides values. */
const directives = fc.dictionary(
  fc.constantFrom(
    '$patch',
    '$setElementOrder/parts',
    '$deleteFromPrimitiveList/finalizers',
    '$retainKeys',
    'data',
    'spec',
  ),
  fc.oneof(fc.constantFrom<Json>('replace', 'delete', 'merge', ['a'], null), json),
  { maxKeys: 4 },
)
const patches: readonly (readonly [string, fc.Arbitrary<unknown>])[] = [
  ['application/json-patch+json', fc.array(operation, { maxLength: 8 })],
  ['application/merge-patch+json', fc.oneof(object, json)],
  ['application/strategic-merge-patch+json', fc.oneof(directives, object, fc.record({ metadata: directives }))],
  ['application/apply-patch+yaml', object],
]
const patched = fc
  .tuple(
    fc.constantFrom(`${NAMESPACE}/configmaps/a`, `${WIDGETS}/a`, `${WIDGETS}/a/status`, `${NAMESPACE}/secrets/a`),
    fc.oneof(...patches.map(([media, value]) => fc.tuple(fc.constant(media), text(value)))),
    fc.constantFrom('fieldManager=a', 'fieldManager=b&force=true', 'dryRun=All', ''),
  )
  .map(
    ([where, [media, bytes], asked]): FuzzRequest => ({
      method: 'PATCH',
      path: `${where}?${asked}`,
      headers: { 'content-type': media },
      body: bytes,
    }),
  )

const anything = fc.tuple(method, path, query, type, accept, extra, fc.option(body)).map(
  ([verb, where, asked, contentType, wanted, more, content]): FuzzRequest => ({
    method: verb,
    path: asked === '' ? where : `${where}?${asked}`,
    headers: { accept: wanted, ...(content !== null && { 'content-type': contentType }), ...more },
    ...(content !== null && verb !== 'GET' && verb !== 'HEAD' && { body: content }),
  }),
)

/** What is sent, over and over; equal seeds make equal requests. */
export const requests: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { weight: 20, arbitrary: anything },
  { weight: 2, arbitrary: definition },
  { weight: 3, arbitrary: custom },
  { weight: 2, arbitrary: removal },
  { weight: 3, arbitrary: written },
  { weight: 5, arbitrary: patched },
)
