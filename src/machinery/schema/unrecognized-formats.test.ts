import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, KubeObject } from '../object.ts'
import { unrecognizedFormats } from './unrecognized-formats.ts'

function formatsIn(...schemas: Json[]): string[] {
  const versions = schemas.map((openAPIV3Schema) => ({ schema: { openAPIV3Schema } }))
  return unrecognizedFormats({ spec: { versions } } as unknown as KubeObject)
}

const CASES: readonly (readonly [string, Json, readonly string[]])[] = [
  ['nothing', { type: 'object' }, []],
  ['known of a text', { type: 'string', format: 'date-time' }, []],
  ['known without a type', { format: 'uuid' }, []],
  ['unknown of a text', { type: 'string', format: 'other' }, ['other']],
  ['of a number at a text', { type: 'string', format: 'int32' }, ['int32']],
  ['of an integer', { type: 'integer', format: 'int64' }, []],
  ['of an integer at a number', { type: 'number', format: 'int64' }, ['int64']],
  ['of an object', { type: 'object', format: 'date' }, ['date']],
  ['of an integer or text', { 'x-kubernetes-int-or-string': true, format: 'int-or-string' }, ['int-or-string']],
]

for (const [title, schema, expected] of CASES) {
  test(`a format ${title} is ${expected.length === 0 ? 'none to tell' : 'told'}`, () => {
    assert.deepEqual(formatsIn(schema), expected)
  })
}

test('formats are found wherever a schema can be, each once', () => {
  const other = (format: string) => ({ type: 'string', format })
  const schema = {
    type: 'object',
    properties: {
      format: { type: 'object', properties: { format: other('a') } },
      list: { type: 'array', items: other('b') },
      map: { type: 'object', additionalProperties: other('c') },
      open: { type: 'object', additionalProperties: true },
    },
    not: other('d'),
    allOf: [other('e')],
    anyOf: [other('f'), other('a')],
    oneOf: [other('g')],
  }
  assert.deepEqual(formatsIn(schema, other('h'), schema).sort(), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
})
