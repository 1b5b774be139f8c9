/** Types of all parts of an expression (cel-go checker/checker.go). */
import { checkCall } from './checker-call.ts'
import {
  assertType,
  type Checking,
  isAssignable,
  joinTypes,
  lookUp,
  mismatch,
  newParam,
  type Reference,
  report,
  reportUndeclared,
  startChecking,
} from './checker-state.ts'
import type { Environment } from './environment.ts'
import {
  type Comprehension,
  type Expression,
  type ListLiteral,
  type MapLiteral,
  qualifiedName,
  type Select,
  type StructLiteral,
} from './expression.ts'
import type { Issue } from './source.ts'
import {
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  ERROR,
  formatType,
  INT,
  isDyn,
  isDynOrError,
  listType,
  mapType,
  NULL,
  optionalType,
  STRING,
  type Type,
  UINT,
  unwrapOptional,
} from './type.ts'
import { substitute } from './type-assignment.ts'
import { isKind, type Value } from './value.ts'

/** An expression whose types are known. */
export interface Checked {
  readonly expression: Expression
  readonly type: Type
  readonly types: ReadonlyMap<Expression, Type>
  readonly references: ReadonlyMap<Expression, Reference>
}

export type CheckResult =
  | { readonly ok: true; readonly value: Checked }
  | { readonly ok: false; readonly issues: readonly Issue[] }

export function checkExpression(expression: Expression, environment: Environment): CheckResult {
  const checking = startChecking(environment)
  check(checking, expression)
  if (checking.issues.length > 0) return { ok: false, issues: checking.issues }
  const { references, bindings } = checking
  const types = new Map([...checking.types].map(([part, type]) => [part, substitute(bindings, type, 'dyn')]))
  return { ok: true, value: { expression, type: types.get(expression) ?? DYN, types, references } }
}

function check(checking: Checking, expression: Expression): Type {
  const type = typeOf(checking, expression)
  checking.types.set(expression, type)
  return type
}

function typeOf(checking: Checking, expression: Expression): Type {
  switch (expression.kind) {
    case 'literal':
      return literalType(expression.value)
    case 'ident': {
      const found = lookUp(checking, expression.name)
      if (found === undefined) return reportUndeclared(checking, expression, expression.name)
      checking.references.set(expression, found.reference)
      return found.type
    }
    case 'select':
      return checkSelect(checking, expression)
    case 'call':
      return checkCall(checking, expression, { check, checkField })
    case 'list':
      return checkList(checking, expression)
    case 'map':
      return checkMap(checking, expression)
    case 'struct':
      return checkStruct(checking, expression)
    case 'comprehension':
      return checkComprehension(checking, expression)
  }
}

function literalType(value: Value): Type {
  if (value === null) return NULL
  if (typeof value === 'boolean') return BOOL
  if (typeof value === 'string') return STRING
  if (isKind(value, 'uint')) return UINT
  if (isKind(value, 'double')) return DOUBLE
  return isKind(value, 'bytes') ? BYTES : INT
}

function checkSelect(checking: Checking, expression: Select): Type {
  const name = qualifiedName(expression)
  const found = name === undefined ? undefined : lookUp(checking, name)
  if (found !== undefined) {
    checking.references.set(expression, found.reference)
    return found.type
  }
  const type = checkField(checking, expression, expression.operand, expression.field, false)
  return expression.test ? BOOL : substitute(checking.bindings, type, 'keep')
}

/** The type of a field of an object or of an optional with one. */
function checkField(
  checking: Checking,
  expression: Expression,
  operand: Expression,
  field: string,
  isOptional: boolean,
): Type {
  const whole = substitute(checking.bindings, check(checking, operand), 'keep')
  const inner = unwrapOptional(whole)
  const type = fieldType(checking, expression, inner ?? whole, field)
  return inner !== undefined || isOptional ? optionalType(type) : type
}

function fieldType(checking: Checking, expression: Expression, type: Type, field: string): Type {
  if (type.kind === 'map') return type.params[1] as Type
  if (type.kind === 'object') {
    const found = type.fields?.get(field)
    if (found === undefined) report(checking, expression, `undefined field '${field}'`)
    return found ?? ERROR
  }
  if (type.kind === 'param') isAssignable(checking, [DYN], [type])
  else if (!isDynOrError(type)) {
    report(checking, expression, `type '${formatType(type)}' does not support field selection`)
  }
  return DYN
}

/** What an optional entry holds. */
function entryType(checking: Checking, expression: Expression, type: Type, isOptional: boolean): Type {
  if (!isOptional) return type
  const inner = unwrapOptional(type)
  if (inner === undefined && !isDyn(type)) report(checking, expression, mismatch(optionalType(type), type))
  return inner ?? type
}

function checkList(checking: Checking, { elements, optional }: ListLiteral): Type {
  let joined: Type | undefined
  for (const [index, element] of elements.entries()) {
    const type = entryType(checking, element, check(checking, element), optional.has(index))
    joined = joinTypes(checking, element, joined, type)
  }
  return listType(joined ?? newParam(checking))
}

function checkMap(checking: Checking, { entries }: MapLiteral): Type {
  let keys: Type | undefined
  let values: Type | undefined
  for (const { key, value, optional } of entries) {
    keys = joinTypes(checking, key, keys, check(checking, key))
    const type = entryType(checking, value, check(checking, value), optional)
    values = joinTypes(checking, value, values, type)
  }
  return mapType(keys ?? newParam(checking), values ?? newParam(checking))
}

/** Objects of declared types are not made by expressions, except where the environment names their type. */
function checkStruct(checking: Checking, expression: StructLiteral): Type {
  const found = lookUp(checking, expression.type)
  if (found === undefined) return reportUndeclared(checking, expression, expression.type)
  const type = found.reference.kind === 'type' ? found.reference.type : undefined
  if (type === undefined) report(checking, expression, `'${expression.type}' is not a type`)
  else if (type.kind !== 'object') report(checking, expression, `'${type.name}' is not a message type`)
  else checking.references.set(expression, found.reference)
  for (const field of expression.fields) {
    const actual = entryType(checking, field.value, check(checking, field.value), field.optional)
    const expected = type?.kind === 'object' ? type.fields?.get(field.name) : ERROR
    if (expected === undefined) report(checking, field, `undefined field '${field.name}'`)
    else if (!isAssignable(checking, [expected], [actual])) {
      const types = `is '${formatType(expected)}' but provided type is '${formatType(actual)}'`
      report(checking, field, `expected type of field '${field.name}' ${types}`)
    }
  }
  return type?.kind === 'object' ? type : ERROR
}

function checkComprehension(checking: Checking, expression: Comprehension): Type {
  const { range, variable, variable2, accumulator, init, condition, step, result } = expression
  check(checking, range)
  const accumulated = check(checking, init)
  const rangeType = substitute(checking.bindings, checking.types.get(range) as Type, 'keep')
  const [first, second] = iterationTypes(checking, range, rangeType, variable2 !== undefined)
  checking.scopes.push(new Map([[accumulator, accumulated]]))
  checking.scopes.push(new Map([[variable, first]]))
  if (variable2 !== undefined) checking.scopes.at(-1)?.set(variable2, second)
  assertType(checking, condition, BOOL, check(checking, condition))
  assertType(checking, step, accumulated, check(checking, step))
  checking.scopes.pop()
  const type = check(checking, result)
  checking.scopes.pop()
  return substitute(checking.bindings, type, 'keep')
}

function iterationTypes(checking: Checking, range: Expression, type: Type, hasTwo: boolean): [Type, Type] {
  const [first = DYN, second = DYN] = type.params
  if (type.kind === 'list') return hasTwo ? [INT, first] : [first, first]
  if (type.kind === 'map') return [first, second]
  if (type.kind === 'param' || isDynOrError(type)) {
    isAssignable(checking, [DYN], [type])
    return [DYN, DYN]
  }
  const limits = 'cannot be range of a comprehension (must be list, map, or dynamic)'
  report(checking, range, `expression of type '${formatType(type)}' ${limits}`)
  return [ERROR, ERROR]
}
