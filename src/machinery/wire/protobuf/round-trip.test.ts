import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '../../object.ts'
import { decodeProtobuf } from './decode.ts'
import { encodeProtobuf } from './encode.ts'
import type { FieldType, MessageField } from './message-table.ts'
import { messageNamed, messageOf } from './registry.ts'

const SCHEMA = 'apiextensions/v1.JSONSchemaProps'

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
  // Go's decoder makes no pointer of a null.
  return fc.oneof(
    nothing,
    value.map((one) => (one === null && !required ? {} : named(one))),
  )
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
    const table = messageOf(group, version, kind)
    assert.ok(table)
    fc.assert(
      fc.property(messageArbitrary(table.name as `${string}.${string}`, 5), (fields) => {
        const object = { apiVersion, kind, ...fields }
        assert.deepEqual(decodeProtobuf(encodeProtobuf(table, object), { apiVersion, kind }), {
          ok: true,
          value: object,
        })
      }),
      { numRuns: 40 },
    )
  })
}
