/** Cases of cel-spec's conformance suite, read into values of ours. For tests alone. */
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  NULL,
  opaqueType,
  STRING,
  TIMESTAMP,
  TYPE,
  type Type,
  typeType,
  UINT,
} from './type.ts'
import { bytesValue, doubleValue, fromBigInt, listValue, mapOf, typeValue, uintValue, type Value } from './value.ts'

/** A value, a type or a case in the JSON of its protobuf message. */
export type Message = { readonly [key: string]: unknown }

const PRIMITIVES: Readonly<Record<string, Type>> = {
  BOOL,
  INT64: INT,
  UINT64: UINT,
  DOUBLE,
  STRING,
  BYTES,
  TIMESTAMP,
  DURATION,
  ANY: DYN,
}

function message(value: unknown): Message {
  return (value ?? {}) as Message
}

/** Undefined for types of protobuf messages and their wrappers. */
export function readType(type: Message): Type | undefined {
  if ('primitive' in type) return PRIMITIVES[String(type.primitive)]
  if ('wellKnown' in type) return PRIMITIVES[String(type.wellKnown)]
  if ('dyn' in type) return DYN
  if ('null' in type) return NULL
  if ('type' in type) {
    const inner = readType(message(type.type))
    return inner === undefined ? TYPE : typeType(inner)
  }
  if ('listType' in type) {
    const item = readType(message(message(type.listType).elemType))
    return item && listType(item)
  }
  if ('mapType' in type) {
    const [key, value] = ['keyType', 'valueType'].map((name) => readType(message(message(type.mapType)[name])))
    return key && value && mapType(key, value)
  }
  if (!('abstractType' in type)) return undefined
  const { name, parameterTypes = [] } = message(type.abstractType)
  const params = (parameterTypes as Message[]).map(readType)
  return params.includes(undefined) ? undefined : opaqueType(String(name), params as Type[])
}

const TYPES: readonly Type[] = [BOOL, INT, UINT, DOUBLE, STRING, BYTES, NULL, TIMESTAMP, DURATION, TYPE]

/** Undefined for protobuf messages. */
export function readValue(value: Message): Value | undefined {
  if ('nullValue' in value) return null
  if ('boolValue' in value) return value.boolValue as boolean
  if ('int64Value' in value) return fromBigInt(BigInt(String(value.int64Value)))
  if ('uint64Value' in value) return uintValue(fromBigInt(BigInt(String(value.uint64Value))))
  if ('doubleValue' in value) return doubleValue(Number(value.doubleValue))
  if ('stringValue' in value) return String(value.stringValue)
  if ('bytesValue' in value) return bytesValue(Buffer.from(String(value.bytesValue), 'base64'))
  if ('typeValue' in value) {
    const name = String(value.typeValue)
    return typeValue(TYPES.find((type) => type.name === name) ?? opaqueType(name))
  }
  if ('listValue' in value) {
    const items = ((message(value.listValue).values ?? []) as Message[]).map(readValue)
    return items.includes(undefined) ? undefined : listValue(items as Value[])
  }
  if (!('mapValue' in value)) return undefined
  const entries = (message(value.mapValue).entries ?? []) as { key: Message; value: Message }[]
  const read = entries.map((entry) => [readValue(entry.key), readValue(entry.value)] as const)
  return read.flat().includes(undefined) ? undefined : mapOf(read as [Value, Value][])
}
