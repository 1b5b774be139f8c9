/** The compiled rules of a schema and of all within it, in the shape of the schema (schema/cel/validation.go). */
import { additionalSchema, holdsRules, type StructuralSchema } from '../schema/structural-schema.ts'
import { escapeFieldName } from './field-name.ts'
import { type CompiledRule, compileRules } from './rule.ts'
import { type SchemaType, schemaType } from './schema-type.ts'

export interface RuleTree {
  readonly schema: StructuralSchema
  /** The root of a resource or of one that is embedded in it. */
  readonly isRoot: boolean
  readonly rules: readonly CompiledRule[]
  readonly items: RuleTree | undefined
  readonly additionalProperties: RuleTree | undefined
  readonly properties: ReadonlyMap<string, RuleTree>
}

/** By the schema itself, which all definitions with the same schema share; null where it has no rules. */
const rootTrees = new WeakMap<StructuralSchema, RuleTree | null>()
const partTrees = new WeakMap<StructuralSchema, RuleTree | null>()

/**
 * Compiled when it is first asked for. Undefined for schemas without rules.
 *
 * @param isRoot - whether the schema is that of a whole resource.
 */
export function ruleTreeOf(schema: StructuralSchema, isRoot = true): RuleTree | undefined {
  const trees = isRoot ? rootTrees : partTrees
  const known = trees.get(schema)
  if (known !== undefined) return known ?? undefined
  const tree = holdsRules(schema) ? buildTree(schema, isRoot, schemaType(schema, isRoot)) : undefined
  trees.set(schema, tree ?? null)
  return tree
}

function buildTree(schema: StructuralSchema, isRoot: boolean, type: SchemaType | undefined): RuleTree | undefined {
  const rules = type === undefined ? [] : compileRules(schema, type)
  const items = schema.items && buildTree(schema.items, schema.items.embeddedResource, type?.element)
  const values = additionalSchema(schema)
  const additionalProperties = values && buildTree(values, values.embeddedResource, type?.element)
  const properties = buildProperties(schema, type)
  const isEmpty =
    rules.length === 0 && items === undefined && additionalProperties === undefined && properties.size === 0
  return isEmpty ? undefined : { schema, isRoot, rules, items, additionalProperties, properties }
}

function buildProperties(schema: StructuralSchema, type: SchemaType | undefined): ReadonlyMap<string, RuleTree> {
  const properties = new Map<string, RuleTree>()
  for (const [key, property] of schema.properties ?? []) {
    const escaped = escapeFieldName(key)
    // What no expression can name is validated by itself; what has no type is not validated at all.
    const field = escaped === undefined ? schemaType(property, property.embeddedResource) : type?.fields?.get(escaped)
    const tree = field && buildTree(property, property.embeddedResource, field)
    if (tree !== undefined) properties.set(key, tree)
  }
  return properties
}
