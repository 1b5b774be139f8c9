/** One schema with every kind of list and map, for the tests of this folder. */
import { parseStructuralSchema } from '../schema/structural.ts'
import type { FieldType } from './field-type.ts'
import { typeOfSchema } from './schema-type.ts'

const TEXT = { type: 'string' }
const WHOLE = { type: 'integer' }

const PORT = {
  type: 'object',
  required: ['port'],
  properties: {
    port: WHOLE,
    protocol: { ...TEXT, default: 'TCP' },
    name: TEXT,
    limits: { type: 'object', properties: { cpu: TEXT } },
  },
}

const SPEC = {
  text: TEXT,
  number: WHOLE,
  granular: { type: 'object', additionalProperties: TEXT },
  atomic: { type: 'object', additionalProperties: TEXT, 'x-kubernetes-map-type': 'atomic' },
  struct: { type: 'object', properties: { a: TEXT, b: TEXT } },
  list: { type: 'array', items: TEXT },
  set: { type: 'array', items: TEXT, 'x-kubernetes-list-type': 'set' },
  ports: {
    type: 'array',
    items: PORT,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['port', 'protocol'],
  },
  anything: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  either: { 'x-kubernetes-int-or-string': true },
}

export function typeOfSpec(spec: Readonly<Record<string, object>>): FieldType {
  const json = {
    type: 'object',
    properties: { spec: { type: 'object', properties: spec }, status: { type: 'object', properties: { phase: TEXT } } },
  }
  const parsed = parseStructuralSchema(json, '')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed))
  return typeOfSchema(parsed.value)
}

export const WIDGET: FieldType = typeOfSpec(SPEC)

/** The same fields, the parts of which are not told apart. */
export const ATOMIC_WIDGET: FieldType = typeOfSpec({
  ...SPEC,
  granular: SPEC.atomic,
  set: SPEC.list,
  ports: { type: 'array', items: PORT },
})
