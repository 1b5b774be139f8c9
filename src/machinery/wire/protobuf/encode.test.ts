import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../object.ts'
import { parseApiVersion } from '../../object.ts'
import { CAPTURED } from './captured-bodies.ts'
import { decodeProtobuf } from './decode.ts'
import { encodeItems, encodeProtobuf, encodeWatchFrame, PROTOBUF_TAIL, protobufHead } from './encode.ts'
import type { MessageTable } from './message-table.ts'
import { messageNamed, messageOf } from './registry.ts'

function tableOf({ apiVersion, kind }: JsonObject): MessageTable {
  const groupVersion = parseApiVersion(String(apiVersion))
  const table = groupVersion && messageOf(groupVersion.group, groupVersion.version, String(kind))
  assert.ok(table)
  return table
}

for (const { about, hex, json } of CAPTURED) {
  test(`a ${about} becomes the bytes that client-go makes of it`, () => {
    // A JSONSchemaPropsOrBool that holds a schema comes from JSON with `allows`, and from a Go program without.
    const fromJson = hex.replace('f201410800123d', 'f201410801123d')
    assert.equal(encodeProtobuf(tableOf(json), json).toString('hex'), fromJson)
  })
}

const AWKWARD: readonly JsonObject[] = [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ü€𝄞', annotations: { b: '1', a: 'x'.repeat(70_000) } } },
  {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: { remainingItemCount: 2 ** 40 },
    status: 'Failure',
    details: { causes: [{ reason: 'A', field: 'b' }], retryAfterSeconds: -1 },
    code: 504,
  },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {},
    spec: {
      group: 'g',
      names: { plural: 'p', kind: 'K' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              default: { a: [1, null] },
              maximum: -1.5,
              items: { type: 'string' },
              additionalProperties: { enum: ['x', 1] },
              dependencies: { a: ['b', 'c'] },
            },
          },
        },
      ],
    },
    status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
  },
]

for (const object of AWKWARD) {
  test(`a ${object.kind} is read as it was written`, () => {
    const decoded = decodeProtobuf(encodeProtobuf(tableOf(object), object), object as never)
    assert.ok(decoded.ok)
    assert.deepEqual(decoded.value, object)
  })
}

test('a list is put together from slices of its items', () => {
  const item = (name: string) => ({ metadata: { name } })
  const list = { apiVersion: 'v1', kind: 'ConfigMapList', metadata: {}, items: [item('a'), item('b'), item('c')] }
  const table = tableOf({ apiVersion: 'v1', kind: 'ConfigMap' })
  const slices = [[item('a'), item('b')], [item('c')]].map((items) => encodeItems(table, 2, items))
  const message = Buffer.concat([encodeItems(messageNamed('meta/v1.ListMeta'), 1, [{}]), ...slices])
  const head = protobufHead('v1', 'ConfigMapList', message.length)
  assert.deepEqual(Buffer.concat([head, message, PROTOBUF_TAIL]), encodeProtobuf(tableOf(list), list))
})

test('an event of a watch is preceded by its length and holds an object of its own', () => {
  const frame = encodeWatchFrame('ADDED', Buffer.from('k8s\0'))
  assert.equal(frame.toString('hex'), '0000000f0a05414444454412060a046b387300')
})
