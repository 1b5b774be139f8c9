import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAPTURED } from './captured-bodies.ts'
import { decodeProtobuf } from './decode.ts'

const SECRET = { apiVersion: 'v1', kind: 'Secret' }
const registered = (kind: string, apiVersion: string) =>
  `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`

for (const { about, hex, json } of CAPTURED) {
  test(`a ${about} from client-go becomes the JSON that Go prints`, () => {
    assert.deepEqual(decodeProtobuf(Buffer.from(hex, 'hex'), SECRET), { ok: true, value: json })
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
      decodeProtobuf(body.subarray(0, length), SECRET),
      { ok: false, error: 'unexpected EOF' },
      `${length} bytes`,
    )
  }
  assert.ok(decodeProtobuf(body, SECRET).ok)
})

const refused = [
  {
    about: 'JSON',
    body: Buffer.from('{}'),
    error: 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
  },
  { about: 'nothing', body: Buffer.alloc(0), error: 'empty data' },
  { about: 'nothing but the magic', body: Buffer.from('k8s\0'), error: 'empty body' },
  {
    about: 'a custom kind',
    body: bodyOf('example.com/v1', 'Widget', Buffer.alloc(0)),
    error: registered('Widget', 'example.com/v1'),
    of: { apiVersion: 'example.com/v1', kind: 'Widget' },
  },
  {
    about: 'a kind that is not served',
    body: bodyOf('v1', 'Pod', Buffer.alloc(0)),
    error: registered('Pod', 'v1'),
    of: { apiVersion: 'v1', kind: 'Pod' },
  },
  {
    about: 'a length beyond the end',
    body: bodyOf('v1', 'Secret', Buffer.from([0x0a, 0x7f])),
    error: 'unexpected EOF',
    of: SECRET,
  },
  {
    about: 'a number where a text belongs',
    body: bodyOf('v1', 'Secret', Buffer.from([0x18, 0x01])),
    error: 'proto: wrong wireType = 0 for field Type',
    of: SECRET,
  },
  {
    about: 'a number where metadata belong',
    body: bodyOf('v1', 'Secret', Buffer.from([0x08, 0x01])),
    error: 'proto: wrong wireType = 0 for field ObjectMeta',
    of: SECRET,
  },
  {
    about: 'the field number zero',
    body: bodyOf('v1', 'Secret', Buffer.from([0x02, 0x00])),
    error: 'proto: Secret: illegal tag 0 (wire type 2)',
    of: SECRET,
  },
  {
    about: 'a varint without end',
    body: bodyOf('v1', 'Event', Buffer.concat([Buffer.from([0x40]), Buffer.alloc(11, 0xff)])),
    error: 'proto: integer overflow',
    of: { apiVersion: 'v1', kind: 'Event' },
  },
  {
    about: 'a group that does not end',
    body: bodyOf('v1', 'Secret', Buffer.from([0x7b])),
    error: 'unexpected EOF',
    of: SECRET,
  },
  {
    about: 'the end of a group that did not begin',
    body: bodyOf('v1', 'Secret', Buffer.from([0x7c])),
    error: 'proto: Secret: wiretype end group for non-group',
    of: SECRET,
  },
  {
    about: 'a wire type that is none',
    body: bodyOf('v1', 'Secret', Buffer.from([0x7f])),
    error: 'proto: illegal wireType 7',
    of: SECRET,
  },
]

for (const { about, body, ...why } of refused) {
  test(`${about} is refused`, () => {
    assert.deepEqual(decodeProtobuf(body, SECRET), { ok: false, ...why })
  })
}

test('what does not say its kind or version is of the kind that is expected', () => {
  for (const [apiVersion, kind] of [
    ['', ''],
    ['v1', ''],
    ['', 'Secret'],
    ['a/b/c', 'Secret'],
  ] as const) {
    const decoded = decodeProtobuf(bodyOf(apiVersion, kind, Buffer.alloc(0)), SECRET)
    assert.deepEqual(decoded, { ok: true, value: { ...SECRET, metadata: {} } }, `${apiVersion} ${kind}`)
  }
})

test('a message that comes in parts is what all of them say, of a text the last one counts', () => {
  const raw = Buffer.concat([Buffer.from('\x0a\x03\x0a\x01a'), Buffer.from('\x0a\x06\x0a\x01b\x12\x01c')])
  const value = { ...SECRET, metadata: { name: 'b', generateName: 'c' } }
  assert.deepEqual(decodeProtobuf(bodyOf('v1', 'Secret', raw), SECRET), { ok: true, value })
})

test('fields that a newer client sends are passed over', () => {
  const raw = Buffer.from([
    0xf8, 0x07, 0x01, 0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8, 0xfa, 0x07, 1, 0, 0xfd, 0x07, 1, 2, 3, 4, 0xfb, 0x07, 0x08, 1,
    0xfc, 0x07,
  ])
  const value = { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }
  assert.deepEqual(decodeProtobuf(bodyOf('v1', 'ConfigMap', raw), SECRET), { ok: true, value })
})

test('schemas nested without end are refused before the stack overflows', () => {
  let schema = Buffer.alloc(0)
  for (let depth = 0; depth < 2000; depth++) {
    schema = Buffer.concat([Buffer.from([0xe2, 0x01]), lengthOf(schema), schema])
  }
  const wrap = (number: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2]), lengthOf(bytes), bytes])
  const spec = wrap(2, wrap(7, wrap(4, wrap(1, schema))))
  const of = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }
  const error = 'messages are nested deeper than 500'
  assert.deepEqual(decodeProtobuf(bodyOf(of.apiVersion, of.kind, spec), SECRET), { ok: false, error, of })
})
