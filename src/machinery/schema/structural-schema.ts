/** JSONSchemaProps as the interpreters of this folder walk it: every field present, so that one shape serves them all. */
import type { Json } from '../object.ts'

/** One rule of x-kubernetes-validations, kept as data. */
export interface ValidationRule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/**
 * A structural schema, or a schema nested in one by a logical junctor. Absent texts are empty, absent lists are empty and
 * everything else that is absent is undefined. Immutable, and shared by everything that serves the same schema.
 */
export interface StructuralSchema {
  readonly type: string
  /** What values may be: `type`, or both types of an int-or-string; empty when anything is allowed. */
  readonly types: readonly string[]
  readonly title: string
  readonly description: string
  readonly default: Json | undefined
  readonly nullable: boolean
  readonly format: string
  /** `format` where it is one that values are checked against, else empty. */
  readonly checkedFormat: string
  readonly maximum: number | undefined
  readonly exclusiveMaximum: boolean
  readonly minimum: number | undefined
  readonly exclusiveMinimum: boolean
  readonly multipleOf: number | undefined
  readonly maxLength: number | undefined
  readonly minLength: number | undefined
  readonly pattern: string
  readonly maxItems: number | undefined
  readonly minItems: number | undefined
  readonly uniqueItems: boolean
  readonly maxProperties: number | undefined
  readonly minProperties: number | undefined
  readonly required: readonly string[]
  readonly enum: readonly Json[]
  readonly items: StructuralSchema | undefined
  readonly properties: ReadonlyMap<string, StructuralSchema> | undefined
  readonly additionalProperties: StructuralSchema | boolean | undefined
  readonly allOf: readonly StructuralSchema[]
  readonly oneOf: readonly StructuralSchema[]
  readonly anyOf: readonly StructuralSchema[]
  readonly not: StructuralSchema | undefined
  readonly preserveUnknownFields: boolean | undefined
  readonly embeddedResource: boolean
  readonly intOrString: boolean
  readonly listType: string | undefined
  readonly listMapKeys: readonly string[]
  readonly mapType: string | undefined
  readonly validations: readonly ValidationRule[]
  /** Keywords of JSON schema that no structural schema may have, as they were found. */
  readonly forbidden: readonly string[]
  /** Properties that have a default, in the order of `properties`. */
  readonly defaulted: readonly (readonly [string, StructuralSchema])[]
  /** Whether this schema or one within it is an embedded resource: spares the others a pass over the value. */
  readonly holdsEmbeddedResource: boolean
  /** Whether this schema or one within it is a list of type set or map. */
  readonly holdsUniqueList: boolean
}

/** The schema of values under a key: that of the property, else that of additional properties. */
export function schemaOfField(schema: StructuralSchema, key: string): StructuralSchema | undefined {
  return schema.properties?.get(key) ?? additionalSchema(schema)
}

export function additionalSchema(schema: StructuralSchema): StructuralSchema | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
}

const holders = new WeakMap<StructuralSchema, boolean>()

/** Whether the schema or one within it has rules. */
export function holdsRules(schema: StructuralSchema): boolean {
  let holds = holders.get(schema)
  if (holds === undefined) {
    const below = [schema.items, additionalSchema(schema), ...(schema.properties?.values() ?? [])]
    holds = schema.validations.length > 0 || below.some((nested) => nested !== undefined && holdsRules(nested))
    holders.set(schema, holds)
  }
  return holds
}

/** The fields that every object has, and that are implied where a schema describes a whole object. */
export function isMetaField(key: string): boolean {
  return key === 'apiVersion' || key === 'kind' || key === 'metadata'
}
