/** Objects for other people's schemas: fast-check makes them from each schema, most of their fields right and some wrong. */
import fc from 'fast-check'
import { type Case, del, type Fields, get, type Json, mergePatch, post, put, type Step } from '../oracle/case.ts'
import { collectionOf } from './cases.ts'
import type { Definition } from './projects.ts'

interface Schema {
  type?: string
  format?: string
  pattern?: string
  enum?: Json[]
  default?: Json
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  minProperties?: number
  required?: string[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-preserve-unknown-fields'?: boolean
}

/** What fits no schema in most places. */
const wrong: fc.Arbitrary<Json> = fc.constantFrom<Json>('', 'Not Right!', -1, 1.5, true, null, [], {}, ['a', 'a'], {
  x: 1,
})
const word = fc.constantFrom('a', 'web', 'example.com', 'a/b', '10s', 'ü')
/** Chosen more than once among a hundred fields, so that objects stay small enough to be read. */
const FIELDS = 5
const DEPTH = 7

/** What the version that is stored does not know is kept (docs/compatibility.md), and so whole objects differ. */
const OTHERS = { pick: ['/kind', '/reason', '/code'] }

/** For each served version of a definition as many cases as asked: create, read, change, replace, delete. */
export function samplesFor(project: string, definition: Definition, count: number, seed: number): Case[] {
  const { spec } = definition
  return spec.versions
    .filter(({ served }) => served)
    .flatMap(({ name: version, schema, storage }) => {
      const objects = fc.sample(
        fc.tuple(contentOf(schema.openAPIV3Schema, 0), contentOf(schema.openAPIV3Schema, 0.08), fc.boolean()),
        { seed, numRuns: count },
      )
      return objects.map(([right, other, strict], index) => ({
        id: `samples/${project}/${spec.names.plural}-${version}-${index}`,
        verb: 'samples',
        feature: project,
        steps: story(definition, version, right, other, strict).map((step) =>
          storage ? step : { ...step, ...OTHERS },
        ),
      }))
    })
}

function story(definition: Definition, version: string, right: Fields, other: Fields, strict: boolean): Step[] {
  const { group, names } = definition.spec
  const collection = collectionOf(definition, version)
  const named = (content: Fields, name: string) => ({
    ...content,
    apiVersion: `${group}/${version}`,
    kind: names.kind,
    metadata: { name },
  })
  const validation = `fieldValidation=${strict ? 'Strict' : 'Warn'}`
  return [
    post(`${collection}?${validation}`, named(right, '<id>-a')),
    post(`${collection}?${validation}`, named(other, '<id>-b')),
    // How strictness is worded in patches is known to differ (docs/compatibility.md, patch-refusals).
    mergePatch(`${collection}/<id>-a`, other),
    put(`${collection}/<id>-b?${validation}`, named(right, '<id>-b')),
    get(`${collection}/<id>-a`),
    del(`${collection}/<id>-a`, undefined, { pick: ['/status'] }),
    del(`${collection}/<id>-b`, undefined, { pick: ['/status'] }),
  ]
}

/** All but what every object has. */
function contentOf(schema: Schema, wrongness: number): fc.Arbitrary<Fields> {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...known } = schema.properties ?? {}
  // A status that is wrong is dropped by both, but of it upstream has no managed fields.
  const { status: _status, ...withoutStatus } = known
  const properties = wrongness === 0 ? known : withoutStatus
  const required = schema.required?.filter((name) => Object.hasOwn(properties, name))
  return someOf(
    { ...schema, type: 'object', properties, required: required ?? [] },
    wrongness,
    0,
  ) as fc.Arbitrary<Fields>
}

function someOf(schema: Schema, wrongness: number, depth: number): fc.Arbitrary<Json> {
  const right = rightOf(schema, wrongness, depth)
  if (wrongness === 0 || depth === 0) return right
  const share = Math.round(wrongness * 100)
  return fc.oneof({ weight: 100 - share, arbitrary: right }, { weight: share, arbitrary: wrong })
}

function rightOf(schema: Schema, wrongness: number, depth: number): fc.Arbitrary<Json> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema['x-kubernetes-int-or-string']) return fc.constantFrom<Json>(0, 8080, '1Gi', '50%', '100m', 'http')
  switch (schema.type) {
    case 'object':
      return objectOf(schema, wrongness, depth)
    case 'array':
      return fc.array(someOf(schema.items ?? {}, wrongness, depth + 1), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? 2, 2)),
      })
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -3, max: Math.min(schema.maximum ?? 100, 1e6) })
    case 'number':
      return fc.constantFrom(0, 0.5, 1, 20)
    case 'boolean':
      return fc.boolean()
    case 'string':
      return textOf(schema)
    default:
      return fc.constantFrom<Json>('any', 1, { a: ['b'] })
  }
}

function objectOf(schema: Schema, wrongness: number, depth: number): fc.Arbitrary<Json> {
  const { properties, additionalProperties } = schema
  if (properties === undefined) {
    if (typeof additionalProperties !== 'object') return fc.constantFrom<Json>({}, { free: { form: [1] } })
    const keys = fc.constantFrom('a', 'b.c/d', 'name')
    return fc.dictionary(keys, someOf(additionalProperties, wrongness, depth + 1), {
      minKeys: Math.min(schema.minProperties ?? 0, 3),
      maxKeys: 3,
    }) as fc.Arbitrary<Json>
  }
  const required = schema.required ?? []
  const optional = Object.keys(properties).filter((name) => !required.includes(name))
  const most = depth >= DEPTH ? 0 : Math.max(1, FIELDS - depth)
  const least = Math.min(optional.length, most, depth < 2 ? 1 : (schema.minProperties ?? 0))
  return fc.subarray(optional, { minLength: least, maxLength: Math.min(optional.length, most) }).chain((chosen) => {
    const names = [...required, ...chosen].filter((name) => Object.hasOwn(properties, name))
    const fields: Record<string, fc.Arbitrary<Json>> = {}
    for (const name of names) fields[name] = someOf(properties[name] ?? {}, wrongness, depth + 1)
    if (wrongness > 0 && depth % 3 === 2) fields.unknownField = fc.constant('x')
    return fc.record(fields)
  })
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-02T03:04:05Z',
  duration: '90s',
  byte: 'YWJj',
  uri: 'https://example.com/a',
  ipv4: '10.0.0.1',
  ipv6: '::1',
  cidr: '10.0.0.0/8',
}

function textOf({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  const known = formats[format ?? '']
  if (known !== undefined) return fc.constant(known)
  if (pattern !== undefined) return fc.oneof(word, matching(pattern, minLength, maxLength))
  return word.map((text) => text.padEnd(minLength, 'x').slice(0, maxLength))
}

/** Printable text that the pattern takes, where JavaScript knows the pattern. */
function matching(pattern: string, minLength: number, maxLength: number): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern), { maxLength: Math.max(maxLength, 20) }).map((text) =>
      text
        .replace(/[^ -~]/g, 'z')
        .padEnd(minLength, 'x')
        .slice(0, maxLength),
    )
  } catch {
    return word
  }
}
