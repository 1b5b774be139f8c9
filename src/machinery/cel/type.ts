/** Types of expressions, and their names in messages (cel-go common/types, checker/format.go). */

export type TypeKind =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null_type'
  | 'timestamp'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'list'
  | 'map'
  | 'type'
  | 'object'
  | 'opaque'
  | 'param'

/** Fields by their names; of types that any field may be set of, more than can be listed. */
export type TypeFields = Pick<ReadonlyMap<string, Type>, 'get'>

export interface Type {
  readonly kind: TypeKind
  /** At run time: `int`, `google.protobuf.Timestamp`, the name of an object's type. */
  readonly name: string
  readonly params: readonly Type[]
  /** Of objects. */
  readonly fields?: TypeFields
}

function simple(kind: TypeKind, name: string = kind): Type {
  return { kind, name, params: [] }
}

export const BOOL: Type = simple('bool')
export const INT: Type = simple('int')
export const UINT: Type = simple('uint')
export const DOUBLE: Type = simple('double')
export const STRING: Type = simple('string')
export const BYTES: Type = simple('bytes')
export const NULL: Type = simple('null_type')
export const TIMESTAMP: Type = simple('timestamp', 'google.protobuf.Timestamp')
export const DURATION: Type = simple('duration', 'google.protobuf.Duration')
export const DYN: Type = simple('dyn')
export const ERROR: Type = simple('error', '!error!')
export const TYPE: Type = simple('type')

export function listType(item: Type): Type {
  return { kind: 'list', name: 'list', params: [item] }
}

export function mapType(key: Type, value: Type): Type {
  return { kind: 'map', name: 'map', params: [key, value] }
}

export function typeType(type: Type): Type {
  return { kind: 'type', name: 'type', params: [type] }
}

export function opaqueType(name: string, params: readonly Type[] = []): Type {
  return { kind: 'opaque', name, params }
}

export function optionalType(value: Type): Type {
  return opaqueType('optional_type', [value])
}

export function paramType(name: string): Type {
  return { kind: 'param', name, params: [] }
}

export function objectType(name: string, fields: TypeFields): Type {
  return { kind: 'object', name, params: [], fields }
}

export function isDyn({ kind }: Type): boolean {
  return kind === 'dyn'
}

export function isDynOrError({ kind }: Type): boolean {
  return kind === 'dyn' || kind === 'error'
}

/** The type within an optional. */
export function unwrapOptional(type: Type): Type | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? (type.params[0] as Type) : undefined
}

export function sameType(left: Type, right: Type): boolean {
  if (left === right) return true
  return (
    left.kind === right.kind &&
    left.name === right.name &&
    left.params.length === right.params.length &&
    left.params.every((param, index) => sameType(param, right.params[index] as Type))
  )
}

/** @example formatType(listType(INT)) // list(int) */
export function formatType(type: Type): string {
  if (type.kind === 'timestamp' || type.kind === 'duration') return type.kind
  if (type.kind === 'null_type') return 'null'
  if (type.params.length === 0) return type.name
  return `${type.name}(${type.params.map(formatType).join(', ')})`
}

/** Arguments of a call: `string.(int, int)`. */
export function formatSignature(args: readonly Type[], isMember: boolean): string {
  const texts = args.map(formatType)
  const target = isMember ? `${texts.shift()}.` : ''
  return `${target}(${texts.join(', ')})`
}
