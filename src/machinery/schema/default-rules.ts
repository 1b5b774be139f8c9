/** Defaults must be valid and pruned values of their own schema (apiextensions-apiserver/.../schema/defaulting). */
import { validateRules } from '../cel/rule-validation.ts'
import type { StatusCause } from '../errors.ts'
import { fieldInvalid } from '../names/field-error.ts'
import type { Json, JsonObject } from '../object.ts'
import { copyJson, sortedKeys } from './canonical-json.ts'
import { validateEmbeddedResources } from './embedded-metadata.ts'
import { childPath, keyPath } from './field-path.ts'
import { pruneValue } from './prune.ts'
import { visit } from './schema-validator.ts'
import { isMetaField, type StructuralSchema } from './structural-schema.ts'
import { startValidation } from './validation.ts'

/** The resource that a schema is within, and how a value there is made into one. */
interface Surrounding {
  readonly resource: StructuralSchema
  /** Whether the schema is that of the resource's apiVersion, kind or metadata, or below. */
  readonly insideMeta: boolean
  readonly wrap: (value: Json) => Json
}

const TYPE_META: JsonObject = { kind: 'Validation', apiVersion: 'validation/v1' }

export function defaultCauses(schema: StructuralSchema, path: string): StatusCause[] {
  const root = schema.embeddedResource ? schema : { ...schema, embeddedResource: true, holdsEmbeddedResource: true }
  return causesOf(root, path, inResource(root))
}

function inResource(resource: StructuralSchema): Surrounding {
  return { resource, insideMeta: false, wrap: (value) => ({ ...TYPE_META, ...(value as JsonObject) }) }
}

/** Defaults of additional properties have no effect and are not looked at. */
function causesOf(schema: StructuralSchema, path: string, outer: Surrounding): StatusCause[] {
  const surrounding = schema.embeddedResource ? inResource(schema) : outer
  const causes = schema.default === undefined ? [] : causesOfDefault(schema, schema.default, path, surrounding)
  if (schema.items !== undefined) {
    const inner = { ...surrounding, wrap: (value: Json) => surrounding.wrap([value]) }
    causes.push(...causesOf(schema.items, childPath(path, 'items'), inner))
  }
  for (const [key, property] of schema.properties ?? []) {
    const inner = {
      resource: surrounding.resource,
      insideMeta: surrounding.insideMeta || (schema.embeddedResource && isMetaField(key)),
      wrap: (value: Json) => surrounding.wrap({ [key]: value }),
    }
    causes.push(...causesOf(property, keyPath(childPath(path, 'properties'), key), inner))
  }
  return causes
}

function causesOfDefault(schema: StructuralSchema, value: Json, path: string, surrounding: Surrounding): StatusCause[] {
  const at = childPath(path, 'default')
  if (surrounding.insideMeta) {
    const errors = validateEmbeddedResources(surrounding.resource, surrounding.wrap(copyJson(value)), '')
    if (errors.length > 0) {
      const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))]
      const joined = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
      return [fieldInvalid(at, sortedKeys(value), `must result in valid metadata: ${joined}`)]
    }
    return schemaCauses(schema, value, at)
  }
  const causes: StatusCause[] = []
  const unspecified = pruneValue({ ...schema, holdsEmbeddedResource: false }, copyJson(value), {
    isResourceRoot: schema.embeddedResource,
  })
  if (unspecified.length > 0) causes.push(fieldInvalid(at, sortedKeys(value), 'must not have unknown fields'))
  const embedded = validateEmbeddedResources(schema, value, at)
  return [...causes, ...(embedded.length > 0 ? embedded : schemaCauses(schema, value, at))]
}

function schemaCauses(schema: StructuralSchema, value: Json, path: string): StatusCause[] {
  const validation = startValidation(path)
  visit(validation, schema, value, undefined)
  return validation.causes === undefined ? ruleCauses(schema, value, path) : [...validation.causes.values()]
}

/** A default keeps to its rules as a value that has not changed, and as one that is new. */
function ruleCauses(schema: StructuralSchema, value: Json, path: string): StatusCause[] {
  const options = { isRoot: schema.embeddedResource, ratchets: false }
  const unchanged = validateRules(schema, value, value, path, options)
  return unchanged.length > 0 ? unchanged : validateRules(schema, value, undefined, path, options)
}
