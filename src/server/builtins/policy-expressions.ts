/** Expressions of policies when they are written: each must compile (pkg/apis/admissionregistration/validation). */
import {
  BOOL,
  compileAdmissionExpression,
  type ExpressionScope,
  fieldInvalid,
  fieldRequired,
  type StatusCause,
  type Type,
  variableType,
} from '../../machinery/index.ts'
import { type Fields, isFields, objectsIn, textIn } from './untyped.ts'

/** The cause of an expression that does not compile. */
export function expressionCauses(
  text: string,
  path: string,
  scope: ExpressionScope,
  returns: readonly Type[] | undefined,
  shown = text,
): StatusCause[] {
  const { error } = compileAdmissionExpression(text, scope, returns)
  return error === '' ? [] : [fieldInvalid(path, shown, error)]
}

/** A condition sees no variables, and parameters only where the policy has some. */
export function conditionCauses(expression: unknown, path: string, params: boolean): StatusCause[] {
  const text = textIn(expression).trim()
  if (text === '') return [fieldRequired(path, '')]
  return expressionCauses(text, path, { params, authorizer: true, patchTypes: false }, [BOOL])
}

export interface Variables {
  readonly causes: StatusCause[]
  /** What expressions of the policy may refer to. */
  readonly scope: ExpressionScope
}

/** @param nameCauses - what is wrong with the name of one. */
export function variableCauses(spec: Fields, nameCauses: (variable: Fields, path: string) => StatusCause[]): Variables {
  const types = new Map<string, Type>()
  const declared = objectsIn(spec.variables)
  const base = { params: isFields(spec.paramKind), authorizer: true, patchTypes: false }
  const causes = declared.flatMap((variable, index) => {
    const path = `spec.variables[${index}]`
    const text = textIn(variable.expression)
    if (text.trim() === '') {
      return [...nameCauses(variable, path), fieldRequired(`${path}.expression`, 'expression is not specified')]
    }
    const compiled = compileAdmissionExpression(text, { ...base, variables: types }, undefined)
    types.set(textIn(variable.name), variableType(compiled))
    const fault = compiled.error === '' ? [] : [fieldInvalid(`${path}.expression`, text, compiled.error)]
    return [...nameCauses(variable, path), ...fault]
  })
  return { causes, scope: declared.length === 0 ? base : { ...base, variables: types } }
}
