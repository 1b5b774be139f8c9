import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAPTURED } from './captured-bodies.ts'
import { decodeProtobuf } from './decode.ts'

for (const { about, hex, json } of CAPTURED) {
  test(`a ${about} from client-go becomes the JSON that Go prints`, () => {
    assert.deepEqual(decodeProtobuf(Buffer.from(hex, 'hex')), { ok: true, value: json })
  })
}

/** A body whose object is these bytes. */
function bodyOf(apiVersion: string, kind: string, raw: Buffer): Buffer {
  const part = (number: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2]), lengthOf(bytes), bytes])
  const typeMeta = Buffer.concat([part(1, Buffer.from(apiVersion)), part(2, Buffer.from(kind))])
  return Buffer.concat([Buffer.from('k8s\0'), part(1, typeMeta), part(2, raw)])
}

function lengthOf(bytes: Buffer): Buffer {
  const varint: number[] = []
  let rest = bytes.length
  for (; rest > 0x7f; rest >>>= 7) varint.push((rest & 0x7f) | 0x80)
  return Buffer.from([...varint, rest])
}

test('a body cut short within its object is refused, never half an object', () => {
  const raw = Buffer.from('0a060a0474657374120512036b6579', 'hex')
  const body = bodyOf('v1', 'ConfigMap', raw)
  for (let length = body.length - raw.length - 1; length < body.length; length++) {
    assert.deepEqual(
      decodeProtobuf(body.subarray(0, length)),
      { ok: false, error: 'unexpected EOF' },
      `${length} bytes`,
    )
  }
  assert.ok(decodeProtobuf(body).ok)
})

const refused = [
  {
    about: 'JSON',
    body: Buffer.from('{}'),
    error: 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
  },
  { about: 'an envelope without kind', body: Buffer.from('k8s\0'), error: "Object 'Kind' is missing" },
  {
    about: 'an envelope without apiVersion',
    body: bodyOf('', 'Secret', Buffer.alloc(0)),
    error: "Object 'apiVersion' is missing",
  },
  {
    about: 'a custom kind',
    body: bodyOf('example.com/v1', 'Widget', Buffer.alloc(0)),
    error: 'no kind "Widget" is registered for version "example.com/v1"',
  },
  {
    about: 'a kind that is not served',
    body: bodyOf('v1', 'Pod', Buffer.alloc(0)),
    error: 'no kind "Pod" is registered for version "v1"',
  },
  {
    about: 'a length beyond the end',
    body: bodyOf('v1', 'Secret', Buffer.from([0x0a, 0x7f])),
    error: 'unexpected EOF',
  },
  {
    about: 'a number where a text belongs',
    body: bodyOf('v1', 'Secret', Buffer.from([0x18, 0x01])),
    error: 'proto: wrong wireType = 0 for field type',
  },
  {
    about: 'the field number zero',
    body: bodyOf('v1', 'Secret', Buffer.from([0x02, 0x00])),
    error: 'proto: illegal tag 0 (wire type 2)',
  },
  {
    about: 'a varint without end',
    body: bodyOf('v1', 'Event', Buffer.concat([Buffer.from([0x40]), Buffer.alloc(11, 0xff)])),
    error: 'proto: integer overflow',
  },
  {
    about: 'a group, which nobody sends',
    body: bodyOf('v1', 'Secret', Buffer.from([0x7b])),
    error: 'proto: illegal wireType 3',
  },
]

for (const { about, body, error } of refused) {
  test(`${about} is refused`, () => {
    assert.deepEqual(decodeProtobuf(body), { ok: false, error })
  })
}

test('fields that a newer client sends are passed over', () => {
  const raw = Buffer.from([
    0xf8, 0x07, 0x01, 0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8, 0xfa, 0x07, 1, 0, 0xfd, 0x07, 1, 2, 3, 4,
  ])
  const value = { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }
  assert.deepEqual(decodeProtobuf(bodyOf('v1', 'ConfigMap', raw)), { ok: true, value })
})

test('schemas nested without end are refused before the stack overflows', () => {
  let schema = Buffer.alloc(0)
  for (let depth = 0; depth < 2000; depth++) {
    schema = Buffer.concat([Buffer.from([0xe2, 0x01]), lengthOf(schema), schema])
  }
  const wrap = (number: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2]), lengthOf(bytes), bytes])
  const spec = wrap(2, wrap(7, wrap(4, wrap(1, schema))))
  assert.deepEqual(decodeProtobuf(bodyOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition', spec)), {
    ok: false,
    error: 'messages are nested deeper than 500',
  })
})
