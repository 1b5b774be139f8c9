import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '../../object.ts'
import { decodeProtobuf } from './decode.ts'
import type { FieldType, MessageField } from './message-table.ts'
import { messageNamed, messageOf } from './registry.ts'

/** The encoder exists in this test alone: the server answers in JSON. */
function varint(value: number | bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

function part(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes])
}

function encodeValue(number: number, type: FieldType, value: Json): Buffer {
  switch (type) {
    case 'string':
      return part(number, Buffer.from(String(value)))
    case 'bytes':
      return part(number, Buffer.from(String(value), 'base64'))
    case 'bool':
    case 'int32':
    case 'int64':
      return Buffer.concat([varint(number << 3), varint(Number(value))])
    case 'double': {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(Number(value))
      return Buffer.concat([varint((number << 3) | 1), bytes])
    }
    default:
      return part(number, encodeMessage(type, value))
  }
}

const SCHEMA = 'apiextensions/v1.JSONSchemaProps'

/** The inverse of json-forms.ts, in terms of plain fields. */
const PLAIN: Readonly<Record<string, (value: Json) => Buffer>> = {
  'meta/v1.Time': instant,
  'meta/v1.MicroTime': instant,
  'meta/v1.FieldsV1': embedded,
  'runtime.RawExtension': embedded,
  'apiextensions/v1.JSON': embedded,
  'meta/v1.Verbs': (value) => encodeList(1, value),
  'authentication/v1.ExtraValue': (value) => encodeList(1, value),
  'authorization/v1.ExtraValue': (value) => encodeList(1, value),
  'certificates/v1.ExtraValue': (value) => encodeList(1, value),
  'resource.Quantity': (value) => encodeValue(1, 'string', value),
  'apiextensions/v1.JSONSchemaPropsOrArray': (value) =>
    Array.isArray(value)
      ? Buffer.concat(value.map((schema) => encodeValue(2, SCHEMA, schema)))
      : encodeValue(1, SCHEMA, value),
  'apiextensions/v1.JSONSchemaPropsOrBool': (value) =>
    typeof value === 'boolean' ? encodeValue(1, 'bool', value) : encodeValue(2, SCHEMA, value),
}

function encodeList(number: number, value: Json): Buffer {
  return Buffer.concat((value as string[]).map((item) => encodeValue(number, 'string', item)))
}

function embedded(value: Json): Buffer {
  return value === null ? Buffer.alloc(0) : part(1, Buffer.from(JSON.stringify(value)))
}

function instant(value: Json): Buffer {
  if (value === null) return Buffer.alloc(0)
  const [, micros = '0'] = /\.([0-9]{6})Z$/.exec(String(value)) ?? []
  const seconds = Math.floor(Date.parse(String(value)) / 1000)
  return Buffer.concat([encodeValue(1, 'int64', seconds), encodeValue(2, 'int32', Number(micros) * 1000)])
}

function encodeMessage(name: `${string}.${string}`, value: Json): Buffer {
  const plain = PLAIN[name]
  if (plain !== undefined) return plain(value)
  const object = value as JsonObject
  return Buffer.concat(messageNamed(name).fields.map((field) => encodeField(field, object)))
}

function encodeField({ number, name, type, rule }: MessageField, object: JsonObject): Buffer {
  if (rule === 'inline') return encodeValue(number, type, object)
  const value = object[name]
  if (value === undefined || (value === null && !PLAIN[type])) return Buffer.alloc(0)
  if (rule === 'list') return Buffer.concat((value as Json[]).map((item) => encodeValue(number, type, item)))
  if (rule === 'one') return encodeValue(number, type, value)
  const entries = Object.entries(value as JsonObject)
  return Buffer.concat(
    entries.map(([key, item]) =>
      part(number, Buffer.concat([encodeValue(1, 'string', key), encodeValue(2, type, item)])),
    ),
  )
}

const text = fc.string({ unit: 'grapheme', maxLength: 8 })
const seconds = fc.integer({ min: 0, max: 4_000_000_000 })
const time = seconds.map((value) => `${new Date(value * 1000).toISOString().slice(0, 19)}Z`)
const microTime = fc
  .tuple(time, fc.integer({ min: 0, max: 999_999 }))
  .map(([whole, micros]) => `${whole.slice(0, 19)}.${String(micros).padStart(6, '0')}Z`)
const anyJson = fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.parse(JSON.stringify(value)) as Json)
const texts = fc.array(text, { maxLength: 2 })

const SCALARS: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  string: text,
  bool: fc.boolean(),
  int32: fc.integer(),
  int64: fc.maxSafeInteger(),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0),
  bytes: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  'meta/v1.Time': time,
  'meta/v1.MicroTime': microTime,
  'meta/v1.FieldsV1': fc.constant({ 'f:a': {} }),
  'runtime.RawExtension': anyJson,
  'apiextensions/v1.JSON': anyJson,
  'meta/v1.Verbs': texts,
  'authentication/v1.ExtraValue': texts,
  'authorization/v1.ExtraValue': texts,
  'certificates/v1.ExtraValue': texts,
  'resource.Quantity': fc.integer({ min: 1, max: 999 }).map((value) => `${value}m`),
}

function valueArbitrary(type: FieldType, depth: number): fc.Arbitrary<Json> {
  const scalar = SCALARS[type]
  if (scalar !== undefined) return scalar
  const schema = () => messageArbitrary(SCHEMA, depth - 1)
  if (type === 'apiextensions/v1.JSONSchemaPropsOrArray') {
    return fc.oneof(schema(), fc.array(schema(), { minLength: 1, maxLength: 2 }))
  }
  if (type === 'apiextensions/v1.JSONSchemaPropsOrBool') return fc.oneof(schema(), fc.boolean())
  return messageArbitrary(type as `${string}.${string}`, depth - 1)
}

/** Objects in the form in which Go prints them. */
function messageArbitrary(name: `${string}.${string}`, depth: number): fc.Arbitrary<JsonObject> {
  const fields = messageNamed(name).fields.map((field) => fieldArbitrary(field, depth))
  return fc.tuple(...fields).map((parts) => Object.assign({}, ...parts) as JsonObject)
}

function fieldArbitrary(field: MessageField, depth: number): fc.Arbitrary<JsonObject> {
  const { name, type, rule, presence } = field
  if (rule === 'inline') return messageArbitrary(type as `${string}.${string}`, depth)
  const absent = fc.constant({})
  const named = (value: Json): JsonObject => ({ [name]: value })
  const required = presence === 'always' || presence === 'nullable'
  const nothing = required ? fc.constant(named(null)) : absent
  const recursive = type === 'apiextensions/v1.JSONSchemaPropsOrStringArray'
  const isStruct = type.includes('.') && SCALARS[type] === undefined
  const mustExist = presence === 'always' && rule === 'one' && type !== 'bytes'
  if (recursive || (depth <= 0 && isStruct && !mustExist)) return nothing
  const value = fc.constant(null).chain(() => valueArbitrary(type, depth))
  if (rule === 'list') return fc.oneof(nothing, fc.array(value, { minLength: 1, maxLength: 2 }).map(named))
  if (rule === 'map')
    return fc.oneof(nothing, fc.dictionary(text, value, { minKeys: 1, maxKeys: 2, noNullPrototype: true }).map(named))
  if (mustExist) return value.map(named)
  const isEmpty = (candidate: Json) => candidate === '' || candidate === 0 || candidate === false
  if (presence === 'omitempty')
    return fc.oneof(
      absent,
      value.map((one) => (isEmpty(one) ? {} : named(one))),
    )
  return fc.oneof(nothing, value.map(named))
}

const KINDS = [
  ['v1', 'Namespace'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Event'],
  ['v1', 'LimitRange'],
  ['v1', 'ResourceQuota'],
  ['v1', 'ServiceAccountList'],
  ['v1', 'Status'],
  ['apps/v1', 'DeleteOptions'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['coordination.k8s.io/v1', 'Lease'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['authorization.k8s.io/v1', 'SelfSubjectRulesReview'],
  ['authentication.k8s.io/v1', 'TokenReview'],
  ['events.k8s.io/v1', 'Event'],
  ['certificates.k8s.io/v1', 'CertificateSigningRequest'],
  ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'],
  ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'],
  ['autoscaling/v1', 'Scale'],
] as const

for (const [apiVersion, kind] of KINDS) {
  test(`any ${kind} of ${apiVersion} survives protobuf`, () => {
    const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
    const name = messageOf(group, version, kind)?.name as `${string}.${string}`
    fc.assert(
      fc.property(messageArbitrary(name, 5), (object) => {
        const typeMeta = Buffer.concat([encodeValue(1, 'string', apiVersion), encodeValue(2, 'string', kind)])
        const envelope = Buffer.concat([part(1, typeMeta), part(2, encodeMessage(name, object))])
        assert.deepEqual(decodeProtobuf(Buffer.concat([Buffer.from('k8s\0'), envelope])), {
          ok: true,
          value: { apiVersion, kind, ...object },
        })
      }),
      { numRuns: 40 },
    )
  })
}
