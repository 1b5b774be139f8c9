import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isStatus } from '../machinery/index.ts'
import type { RequestContext } from './context.ts'
import { chooseForm, chooseStreamForm } from './form.ts'

const contextOf = (accept: string | undefined, query = '') =>
  ({
    request: { headers: { accept } },
    query: new URLSearchParams(query),
    parts: { now: () => 0 },
  }) as unknown as RequestContext
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
  ['application/vnd.kubernetes.protobuf, */*', 'json object'],
  ['application/vnd.kubernetes.protobuf,application/json', 'json object'],
  [table, 'json Table'],
  [`${table},application/json`, 'json Table'],
  ['application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'json object'],
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
  for (const accept of [
    'text/html',
    'application/vnd.kubernetes.protobuf',
    'application/json;as=Table;v=v2;g=meta.k8s.io',
  ])
    assert.throws(() => chooseForm(contextOf(accept)), notAcceptable, accept)
})

test('a stream is JSON', () => {
  assert.throws(() => chooseStreamForm(contextOf('application/yaml')), notAcceptable)
  assert.equal(chooseStreamForm(contextOf('application/yaml,application/json')).encoding, 'json')
})

test('a Table holds as much of its objects as asked for', () => {
  for (const [query, expected] of [
    ['', 'Metadata'],
    ['includeObject=None', 'None'],
    ['includeObject=Object', 'Object'],
  ] as const) {
    const { includeObject, key } = chooseForm(contextOf(table, query))
    assert.deepEqual([includeObject, key], [expected, `Table/${expected}`])
  }
})
