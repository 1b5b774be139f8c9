/**
 * What a type checker finds in the expressions of a ValidatingAdmissionPolicy, when it knows what the objects look like
 * (apiserver/pkg/admission/plugin/policy/validating/typechecking.go). It warns; it decides nothing.
 */
import type { JsonObject } from '../object.ts'
import { parseStructuralSchema } from '../schema/structural.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { objectMetaSchema } from '../wire/protobuf/schema.ts'
import { compileAdmissionExpression, type ExpressionScope, variableType } from './admission-expression.ts'
import { declaredType, schemaType } from './schema-type.ts'
import type { Type } from './type.ts'

/** A kind that a policy is about. */
export interface CheckedKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Its openAPIV3Schema; undefined where nothing is known of it. */
  readonly schema: JsonObject | undefined
}

export interface PolicyExpressions {
  readonly variables: readonly { readonly name: string; readonly expression: string }[]
  /** Each with the field that it stands in. */
  readonly expressions: readonly { readonly field: string; readonly text: string }[]
  /** Undefined for a policy without parameters. */
  readonly params: CheckedKind | undefined
}

export interface ExpressionWarning {
  readonly fieldRef: string
  readonly warning: string
}

/** Every object has the whole of metadata, whatever its schema says of it. */
function typeOf({ kind, schema }: CheckedKind): Type | undefined {
  const whole = schema === undefined ? undefined : parsed(schema)
  if (whole === undefined) return undefined
  const properties = new Map(whole.properties)
  const every = { apiVersion: TEXT, kind: TEXT, metadata: objectMetaSchema() }
  for (const [name, source] of Object.entries(every)) {
    const field = parsed(source)
    if (field !== undefined) properties.set(name, field)
  }
  const declared = schemaType({ ...whole, properties }, true)
  return declared && declaredType(declared, kind)
}

const TEXT: JsonObject = { type: 'string' }

function parsed(schema: JsonObject): StructuralSchema | undefined {
  const result = parseStructuralSchema(schema, '')
  return result.ok ? result.value : undefined
}

/** @param kinds - in the order in which their warnings are to come: by group, version and kind. */
export function checkPolicyTypes(
  { variables, expressions, params }: PolicyExpressions,
  kinds: readonly CheckedKind[],
): ExpressionWarning[] {
  const paramsType = params && typeOf(params)
  const checks = kinds.flatMap((kind) => {
    const object = typeOf(kind)
    return object === undefined ? [] : [{ name: goName(kind), scope: scopeOf(object) }]
  })

  function scopeOf(object: Type): ExpressionScope {
    const types = { object, params: paramsType }
    const declared = new Map<string, Type>()
    const scope = { params: params !== undefined, authorizer: true, patchTypes: false, types, variables: declared }
    for (const { name, expression } of variables) {
      declared.set(name, variableType(compileAdmissionExpression(expression, scope, undefined)))
    }
    return scope
  }

  return expressions.flatMap(({ field, text }) => {
    const found = checks.flatMap(({ name, scope }) => {
      const { error } = compileAdmissionExpression(text, scope, undefined, '')
      return error === '' ? [] : [`${name}: ${error}\n`]
    })
    return found.length === 0 ? [] : [{ fieldRef: field, warning: found.join('\n') }]
  })
}

function goName({ group, version, kind }: CheckedKind): string {
  return `${group}/${version}, Kind=${kind}`
}
