/** A checked expression becomes functions that evaluate it (cel-go interpreter/planner.go). */

import type { Result as Outcome } from '../result.ts'
import { LIST_COST, MAP_COST, STRUCT_COST } from './call-cost.ts'
import type { Checked } from './checker.ts'
import { charge, countIteration, type Evaluation, type Step } from './evaluation.ts'
import type { Comprehension, Expression, ListLiteral, MapLiteral, Select, StructLiteral } from './expression.ts'
import { indexValue } from './library-operators.ts'
import { optionalIndex } from './library-optionals.ts'
import { constantStep, constantValue, isAttribute, type Plan } from './plan.ts'
import { planCall } from './planner-call.ts'
import {
  addEntry,
  celError,
  isError,
  isKind,
  keyOf,
  type ListValue,
  listValue,
  type MapStore,
  type MapValue,
  mapOf,
  mapValue,
  NO_OVERLOAD,
  type Result,
  typeValue,
  type Value,
} from './value.ts'

/** The error is what the expression can never be evaluated for. */
export function planExpression(checked: Checked): Outcome<Step> {
  const faults: string[] = []
  const value = plan({ checked, locals: [], faults }, checked.expression)
  const [error] = faults
  return error === undefined ? { ok: true, value } : { ok: false, error }
}

function plan(context: Plan, expression: Expression): Step {
  const reference = context.checked.references.get(expression)
  if (reference?.kind === 'type' && expression.kind !== 'struct') {
    return constantStep(typeValue(reference.type))
  }
  if (reference?.kind === 'variable') return planVariable(context, reference.name)
  switch (expression.kind) {
    case 'literal':
      return constantStep(expression.value)
    case 'ident':
      return planVariable(context, expression.name)
    case 'select':
      return planSelect(context, expression)
    case 'call':
      return planCall(context, expression, plan)
    case 'list':
      return planList(context, expression)
    case 'map':
      return planMap(context, expression)
    case 'struct':
      return planStruct(context, expression)
    case 'comprehension':
      return planComprehension(context, expression)
  }
}

function planVariable(context: Plan, name: string): Step {
  const place = context.locals.lastIndexOf(name)
  if (place !== -1) {
    return (evaluation) => {
      charge(evaluation, 1)
      return evaluation.locals[place] as Result
    }
  }
  const missing = celError(`no such attribute(s): ${name}`)
  return (evaluation) => {
    charge(evaluation, 1)
    const value = evaluation.variables(name)
    return value === undefined ? missing : value
  }
}

function planSelect(context: Plan, { operand, field, test }: Select): Step {
  const inner = plan(context, operand)
  if (test) {
    return (evaluation) => {
      const value = inner(evaluation)
      return isError(value) ? value : hasField(value, field)
    }
  }
  const cost = isAttribute(operand) ? 1 : 2
  return (evaluation) => {
    const value = inner(evaluation)
    if (isError(value)) return value
    charge(evaluation, cost)
    if (isKind(value, 'optional')) return optionalIndex(value, field)
    return isKind(value, 'map') ? indexValue(value, field) : NO_OVERLOAD
  }
}

function hasField(value: Value, field: string): Result {
  if (isKind(value, 'optional')) return value.value !== undefined && hasField(value.value, field)
  return isKind(value, 'map') ? value.get(field) !== undefined : NO_OVERLOAD
}

/** The value of an entry that may be absent; undefined when it is. */
function present(value: Value, isOptional: boolean): Value | undefined {
  return isOptional && isKind(value, 'optional') ? value.value : value
}

function planList(context: Plan, expression: ListLiteral): Step {
  const elements = expression.elements.map((element, index) => {
    return { step: plan(context, element), optional: expression.optional.has(index) }
  })
  const known = elements.map(({ step, optional }) => (optional ? undefined : constantValue(step)))
  if (!known.includes(undefined)) return constantStep(listValue(known as Value[]))
  return (evaluation) => {
    const items: Value[] = []
    for (const { step, optional } of elements) {
      const value = step(evaluation)
      if (isError(value)) return value
      const item = present(value, optional)
      if (item !== undefined) items.push(item)
    }
    charge(evaluation, LIST_COST)
    return listValue(items)
  }
}

function planMap(context: Plan, expression: MapLiteral): Step {
  const entries = expression.entries.map(({ key, value, optional }) => {
    return { key: plan(context, key), value: plan(context, value), optional }
  })
  const known = entries.map(({ key, value, optional }) => {
    return optional ? [undefined] : [constantValue(key), constantValue(value)]
  })
  if (!known.flat().includes(undefined)) return constantStep(mapOf(known as [Value, Value][]))
  return (evaluation) => {
    const pairs: [Value, Value][] = []
    for (const entry of entries) {
      const key = entry.key(evaluation)
      if (isError(key)) return key
      const value = entry.value(evaluation)
      if (isError(value)) return value
      if (keyOf(key) === undefined || isKind(key, 'double')) return celError('unsupported key type')
      const item = present(value, entry.optional)
      if (item !== undefined) pairs.push([key, item])
    }
    charge(evaluation, MAP_COST)
    return mapOf(pairs)
  }
}

function planStruct(context: Plan, expression: StructLiteral): Step {
  const fields = expression.fields.map(({ name, value, optional }) => ({ name, step: plan(context, value), optional }))
  const type = context.checked.types.get(expression)
  return (evaluation) => {
    const store: MapStore = new Map()
    for (const { name, step, optional } of fields) {
      const value = step(evaluation)
      if (isError(value)) return value
      const item = present(value, optional)
      if (item !== undefined) addEntry(store, name, item)
    }
    charge(evaluation, STRUCT_COST)
    return { ...mapValue(store), ...(type && { type }) }
  }
}

function planComprehension(context: Plan, expression: Comprehension): Step {
  const range = plan(context, expression.range)
  const init = plan(context, expression.init)
  const accumulator = context.locals.length
  const outer: Plan = { ...context, locals: [...context.locals, expression.accumulator] }
  const names = [expression.variable, ...(expression.variable2 === undefined ? [] : [expression.variable2])]
  const inner: Plan = { ...outer, locals: [...outer.locals, ...names] }
  const condition = plan(inner, expression.condition)
  const step = plan(inner, expression.step)
  const result = plan(outer, expression.result)
  const first = accumulator + 1
  const second = expression.variable2 === undefined ? undefined : accumulator + 2

  const turn = (evaluation: Evaluation): boolean => {
    countIteration(evaluation)
    if (condition(evaluation) !== true) return false
    evaluation.locals[accumulator] = step(evaluation)
    return true
  }
  return (evaluation) => {
    const { locals } = evaluation
    const over = range(evaluation)
    if (isError(over)) return over
    if (!isKind(over, 'list') && !isKind(over, 'map')) return NO_OVERLOAD
    locals[accumulator] = init(evaluation)
    if (over.kind === 'list') foldList(evaluation, over, first, second, turn)
    else foldMap(evaluation, over, first, second, turn)
    return result(evaluation)
  }
}

type Turn = (evaluation: Evaluation) => boolean

function foldList(
  evaluation: Evaluation,
  list: ListValue,
  first: number,
  second: number | undefined,
  turn: Turn,
): void {
  for (let index = 0; index < list.size; index++) {
    const item = list.at(index)
    evaluation.locals[first] = second === undefined ? item : index
    if (second !== undefined) evaluation.locals[second] = item
    if (!turn(evaluation)) return
  }
}

function foldMap(evaluation: Evaluation, map: MapValue, first: number, second: number | undefined, turn: Turn): void {
  for (const key of map.keys()) {
    evaluation.locals[first] = key
    if (second !== undefined) evaluation.locals[second] = map.get(key) as Value
    if (!turn(evaluation)) return
  }
}
