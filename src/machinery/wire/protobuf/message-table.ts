/**
 * What is known of a Kubernetes protobuf message: the field numbers of upstream's generated.proto joined with the JSON names,
 * the zero-value rules and the patch tags of the Go structs (scripts/generate-protobuf.ts).
 */

/** A scalar, or the name of another message, for example `meta/v1.ObjectMeta`: only the latter has a dot. */
export type FieldType = 'string' | 'bool' | 'int32' | 'int64' | 'double' | 'bytes' | `${string}.${string}`

/** `inline`: the message's fields are those of the message that contains it. Keys of maps are always text. */
export type FieldRule = 'one' | 'list' | 'map' | 'inline'

/**
 * When encoding/json prints the field:
 * - `omitempty`: unless it is zero or empty;
 * - `pointer`: whenever it is there, zero or not;
 * - `nullable`: always; null when it is not there;
 * - `always`: always; its zero value when it is not there, which is null for lists, maps and bytes;
 * - `omitzero`: a struct, unless it is zero.
 */
export type FieldPresence = 'omitempty' | 'pointer' | 'nullable' | 'always' | 'omitzero'

/** `merge:name` merges a list by the key `name`, `merge` a list of scalars, `replace` replaces instead of merging. */
export type FieldPatch = 'merge' | 'replace' | `merge:${string}`

export type FieldRow = readonly [
  number: number,
  name: string,
  type: FieldType,
  rule: FieldRule,
  presence: FieldPresence,
  patch?: FieldPatch,
]

/** The messages of one API group's version, by the name of their Go struct. */
export interface MessageRows {
  /** Those that are objects or lists of their own, with apiVersion and kind. */
  readonly kinds: readonly string[]
  readonly messages: Readonly<Record<string, readonly FieldRow[]>>
}

export interface MessageField {
  readonly number: number
  /** In JSON; empty for `inline`. */
  readonly name: string
  readonly type: FieldType
  readonly rule: FieldRule
  readonly presence: FieldPresence
  readonly patch: FieldPatch | undefined
}

export interface MessageTable {
  /** For example `core/v1.Secret`. */
  readonly name: string
  readonly fields: readonly MessageField[]
}
