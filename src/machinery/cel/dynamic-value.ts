/** JSON of which no schema tells anything, as values and back: what admission's expressions see and make. */
import type { Json, JsonObject } from '../object.ts'
import { formatDuration, formatTimestamp } from './time.ts'
import { doubleValue, fromBigInt, isInt, itemsOf, type MapValue, type Value } from './value.ts'

/** Whole numbers are ints, all others doubles. */
export function dynamicValue(json: Json): Value {
  if (json === null || typeof json === 'boolean' || typeof json === 'string') return json
  if (typeof json === 'number') {
    if (Number.isSafeInteger(json)) return json
    return Number.isInteger(json) ? fromBigInt(BigInt.asIntN(64, BigInt(json))) : doubleValue(json)
  }
  if (Array.isArray(json)) {
    return { kind: 'list', size: json.length, at: (index) => dynamicValue(json[index] as Json) }
  }
  return mapOfJson(json)
}

function mapOfJson(json: JsonObject): MapValue {
  const keys = Object.keys(json).filter((key) => json[key] !== undefined)
  return {
    kind: 'map',
    size: keys.length,
    keys: () => keys,
    get: (key) => {
      if (typeof key !== 'string' || !Object.hasOwn(json, key)) return undefined
      const found = json[key]
      return found === undefined ? undefined : dynamicValue(found)
    },
  }
}

/** Undefined for what JSON cannot say: types, values of libraries, keys that are no text. */
export function jsonOf(value: Value): Json | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (isInt(value)) return Number(value)
  switch (value.kind) {
    case 'uint':
    case 'double':
      return Number(value.value)
    case 'bytes':
      return Buffer.from(value.value).toString('base64')
    case 'timestamp':
      return formatTimestamp(value)
    case 'duration':
      return formatDuration(value)
    case 'list': {
      const items = itemsOf(value).map(jsonOf)
      return items.includes(undefined) ? undefined : (items as Json[])
    }
    case 'map': {
      const object: JsonObject = {}
      for (const key of value.keys()) {
        const found = value.get(key)
        const json = found === undefined ? undefined : jsonOf(found)
        if (typeof key !== 'string' || json === undefined) return undefined
        object[key] = json
      }
      return object
    }
    default:
      return undefined
  }
}
