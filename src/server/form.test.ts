import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStatus } from '../machinery/index.ts'
import { configMap } from './builtins/config-map.ts'
import { chooseForm, chooseStreamForm, type FormContext, statusEncoding, withoutHeadings } from './form.ts'

const contextOf = (accept: string | undefined, query = '', definition: object = configMap) =>
  ({
    request: { headers: { accept } },
    query: new URLSearchParams(query),
    info: { subresource: '' },
    parts: { now: () => 0 },
    definition,
  }) as unknown as FormContext
const custom = { ...configMap, builtIn: false }
const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io'
const partial = (list = '') => `application/json;as=PartialObjectMetadata${list};v=v1;g=meta.k8s.io`

const CHOSEN: readonly [string | undefined, string][] = [
  [undefined, 'json object'],
  ['', 'json object'],
  ['*/*', 'json object'],
  ['application/json', 'json object'],
  ['Application/JSON; charset=utf-8', 'json object'],
  ['application/json;stream=watch', 'json object'],
  ['application/yaml', 'yaml object'],
  ['text/html, application/yaml;q=0.5', 'yaml object'],
  [PROTOBUF, 'protobuf object'],
  [`${PROTOBUF}, */*`, 'protobuf object'],
  [`application/json;q=0.5,${PROTOBUF};q=0.9`, 'protobuf object'],
  [`*/*,${PROTOBUF}`, 'protobuf object'],
  [`application/*, ${PROTOBUF};q=0.9`, 'json object'],
  [`${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`, 'protobuf PartialObjectMetadata'],
  [`${PROTOBUF};as=Table;v=v1;g=meta.k8s.io,application/json`, 'json object'],
  ['nonsense,application/json', 'json object'],
  [table, 'json Table'],
  [`${table},application/json`, 'json Table'],
  ['application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'json Table'],
  ['application/json;as=Table;v=v1;g=other,application/json', 'json object'],
  [partial(), 'json PartialObjectMetadata'],
  [partial('List'), 'json PartialObjectMetadata'],
  ['application/json;as=Odd;v=v1;g=meta.k8s.io,application/yaml', 'yaml object'],
]
for (const [accept, expected] of CHOSEN) {
  test(`Accept: ${accept} is answered with ${expected}`, () => {
    const { encoding, as } = chooseForm(contextOf(accept))
    assert.equal(`${encoding} ${as}`, expected)
  })
}

const notAcceptable = (error: unknown) => isStatus(error, 'NotAcceptable')

test('what cannot be answered is refused', () => {
  for (const accept of ['text/html', 'application/json;as=Table;v=v2;g=meta.k8s.io', 'application/json;stream=other'])
    assert.throws(() => chooseForm(contextOf(accept)), notAcceptable, accept)
})

test('a custom resource has no form in protobuf, but its metadata have', () => {
  assert.throws(() => chooseForm(contextOf(PROTOBUF, '', custom)), notAcceptable)
  assert.equal(chooseForm(contextOf(`${PROTOBUF},application/json`, '', custom)).encoding, 'json')
  const metadata = `${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`
  assert.equal(chooseForm(contextOf(metadata, '', custom)).encoding, 'protobuf')
})

test('a stream is JSON or protobuf', () => {
  assert.throws(() => chooseStreamForm(contextOf('application/yaml')), notAcceptable)
  assert.throws(() => chooseStreamForm(contextOf('application/yaml,application/json')), notAcceptable)
  assert.equal(chooseStreamForm(contextOf(`${PROTOBUF};stream=watch`)).encoding, 'protobuf')
})

test('a failure is encoded as asked for, and in JSON where it has no such form', () => {
  for (const [accept, encoding] of [
    [undefined, 'json'],
    ['text/html', 'json'],
    [PROTOBUF, 'protobuf'],
    ['application/yaml', 'yaml'],
    [table, 'json'],
    [`${PROTOBUF};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`, 'json'],
  ] as const)
    assert.equal(statusEncoding(accept), encoding, `${accept}`)
})

test('people get JSON that is indented', () => {
  assert.equal(chooseForm(contextOf('*/*')).pretty, false)
  assert.equal(chooseForm(contextOf('*/*', 'pretty=true')).pretty, true)
  const curl = contextOf('*/*')
  Object.assign(curl.request.headers, { 'user-agent': 'curl/8.0' })
  assert.equal(chooseForm(curl).pretty, true)
})

test('a Table holds as much of its objects as asked for', () => {
  for (const [query, expected] of [
    ['', 'Metadata'],
    ['includeObject=None', 'None'],
    ['includeObject=Object', 'Object'],
  ] as const) {
    const form = chooseForm(contextOf(table, query))
    assert.deepEqual([form.includeObject, form.headings], [expected, true])
    const later = withoutHeadings(form)
    assert.equal(later.headings, false)
    assert.notEqual(later.key, form.key)
  }
})
