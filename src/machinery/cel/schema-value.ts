/** JSON as the values that its schema declares, read as they are asked for (apiserver/pkg/cel/common/valuesunstructured.go). */
import type { Json, JsonObject } from '../object.ts'
import { equalJson } from '../schema/canonical-json.ts'
import { additionalSchema, type StructuralSchema } from '../schema/structural-schema.ts'
import { escapeFieldName } from './field-name.ts'
import { withMetadata } from './schema-type.ts'
import { parseDuration, parseTimestamp } from './time.ts'
import { opaqueType } from './type.ts'
import {
  bytesValue,
  doubleValue,
  fromBigInt,
  type Int,
  isError,
  isKind,
  type ListValue,
  type MapValue,
  type Value,
} from './value.ts'

const UNKNOWN = opaqueType('unknown')

/** The value of a field. What does not have its schema's type has been refused before, and is but comparable here. */
export function schemaValue(schema: StructuralSchema | undefined, json: Json): Value {
  if (json === null) return null
  if (schema === undefined) return unknownValue(json)
  if (typeof json === 'boolean') return json
  if (typeof json === 'number') return schema.type === 'number' ? doubleValue(json) : intValue(json)
  if (typeof json === 'string') return schema.type === 'string' ? textValue(schema.format, json) : json
  if (Array.isArray(json)) return schema.items === undefined ? unknownValue(json) : listOf(schema, schema.items, json)
  return schema.type === 'object'
    ? mapOfObject(schema.embeddedResource ? withMetadata(schema) : schema, json)
    : unknownValue(json)
}

/** Data of which no schema tells anything: equal or not, and nothing else. */
function unknownValue(json: Json): Value {
  return { kind: 'opaque', type: UNKNOWN, value: json, equals: (other) => equalJson(json, other.value as Json) }
}

function intValue(json: number): Value {
  if (Number.isSafeInteger(json)) return json
  return Number.isInteger(json) ? fromBigInt(BigInt.asIntN(64, BigInt(json))) : doubleValue(json)
}

const UNITS: readonly (readonly [words: RegExp, nanos: bigint])[] = [
  [/^ns$|^nano/, 1n],
  [/^us$|^\u00b5s$|^micro/, 1_000n],
  [/^ms$|^milli/, 1_000_000n],
  [/^s$|^sec/, 1_000_000_000n],
  [/^m$|^min/, 60_000_000_000n],
  [/^h$|^hr$|^hour/, 3_600_000_000_000n],
  [/^d$|^day/, 86_400_000_000_000n],
  [/^w$|^wk$|^week/, 604_800_000_000_000n],
]

/** Also `2 weeks`, as strfmt reads durations. */
function durationValue(text: string): Value {
  const parsed = parseDuration(text)
  if (!isError(parsed)) return parsed
  let nanos = 0n
  for (const [, factor = '0', unit = ''] of text.matchAll(/(\d+)\s*([A-Za-z\u00b5]+)/g)) {
    const known = UNITS.find(([words]) => words.test(unit.toLowerCase()))
    if (known !== undefined) nanos += BigInt(factor) * known[1]
  }
  return { kind: 'duration', nanos: BigInt.asIntN(64, nanos) }
}

function textValue(format: string, text: string): Value {
  if (format === 'duration') return durationValue(text)
  if (format === 'byte') return bytesValue(Buffer.from(text, 'base64'))
  if (format !== 'date' && format !== 'date-time') return text
  const time = parseTimestamp(format === 'date' ? `${text}T00:00:00Z` : text)
  return isError(time) ? text : time
}

function listOf(schema: StructuralSchema, items: StructuralSchema, json: readonly Json[]): ListValue {
  const at = (index: number): Value => schemaValue(items, json[index] as Json)
  const list: ListValue = { kind: 'list', size: json.length, at }
  if (schema.listType === 'set') return { ...list, identify: scalarText }
  if (schema.listType !== 'map') return list
  const keys = schema.listMapKeys.map((key) => escapeFieldName(key) ?? key)
  const identify = (item: Value): string => {
    return JSON.stringify(keys.map((key) => (isKind(item, 'map') ? scalarText(item.get(key) ?? null) : '')))
  }
  return { ...list, identify }
}

/** What tells scalars apart. */
function scalarText(value: Value): string {
  if (value === null || typeof value !== 'object')
    return `${typeof value} ${String(value satisfies Int | string | boolean | null)}`
  return 'value' in value ? `${value.kind} ${String(value.value)}` : JSON.stringify(value)
}

function mapOfObject(schema: StructuralSchema, json: JsonObject): MapValue {
  const { properties } = schema
  const additional = additionalSchema(schema)
  const shownName = (key: string): string => (additional === undefined ? (escapeFieldName(key) ?? key) : key)
  const names = additional === undefined ? namesOf(properties) : undefined
  const schemaOf = (key: string): StructuralSchema | undefined => properties?.get(key) ?? additional
  const keys = Object.keys(json)
  return {
    kind: 'map',
    size: keys.length,
    keys: () => keys.map(shownName),
    get: (key) => {
      if (typeof key !== 'string') return undefined
      const name = names?.get(key) ?? key
      return Object.hasOwn(json, name) ? schemaValue(schemaOf(name), json[name] as Json) : undefined
    },
  }
}

/** Names by their escaped names; made once for all objects of a schema. */
const escapedNames = new WeakMap<ReadonlyMap<string, StructuralSchema>, ReadonlyMap<string, string>>()

function namesOf(
  properties: ReadonlyMap<string, StructuralSchema> | undefined,
): ReadonlyMap<string, string> | undefined {
  if (properties === undefined) return undefined
  const known = escapedNames.get(properties)
  if (known !== undefined) return known
  const names = new Map([...properties.keys()].map((name) => [escapeFieldName(name) ?? name, name]))
  escapedNames.set(properties, names)
  return names
}
