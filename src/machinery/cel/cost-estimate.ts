/** What an expression costs at most, before it is evaluated (cel-go checker/cost.go). */
import { LIST_COST, MAP_COST, STRUCT_COST } from './call-cost.ts'
import { estimateCall, type Operand } from './call-estimate.ts'
import type { Checked } from './checker.ts'
import { fixed, plus, type Range, times, UNKNOWN, union, ZERO } from './estimate.ts'
import type { Call, Comprehension, Expression, ListLiteral, MapLiteral } from './expression.ts'
import { ACCUMULATOR } from './macro.ts'
import type { SchemaType } from './schema-type.ts'
import {
  type Estimation,
  entriesOf,
  joinEntries,
  type Local,
  local,
  type Path,
  pathOf,
  schemaSize,
  setEntries,
  sizeOf,
  sizeOrUnknown,
  typeOf,
} from './size-estimate.ts'

/** @param root - what `self` and `oldSelf` are, which bounds the sizes of what is in them. */
export function estimateCost(checked: Checked, root: SchemaType): number {
  const state = { paths: new Map(), sizes: new Map(), entries: new Map(), locals: [] }
  return costOf({ checked, root, ...state }, checked.expression).max
}

function costOf(estimation: Estimation, expression: Expression): Range {
  switch (expression.kind) {
    case 'literal':
      return ZERO
    case 'ident':
      estimation.paths.set(expression, local(estimation, expression.name)?.path ?? [expression.name])
      return fixed(1)
    case 'select': {
      const reference = estimation.checked.references.get(expression)
      if (reference !== undefined) {
        estimation.paths.set(expression, [expression.field])
        return fixed(1)
      }
      const operand = costOf(estimation, expression.operand)
      if (expression.test) return operand
      estimation.paths.set(expression, [...pathOf(estimation, expression.operand), expression.field])
      const { kind } = typeOf(estimation, expression.operand)
      return kind === 'map' || kind === 'object' || kind === 'param' ? plus(operand, fixed(1)) : operand
    }
    case 'call':
      return callCostOf(estimation, expression)
    case 'list':
      return listCost(estimation, expression)
    case 'map':
      return mapCost(estimation, expression)
    case 'struct':
      return plus(fixed(STRUCT_COST), ...expression.fields.map(({ value }) => costOf(estimation, value)))
    case 'comprehension':
      return comprehensionCost(estimation, expression)
  }
}

function operandOf(estimation: Estimation, expression: Expression): Operand {
  const path = pathOf(estimation, expression)
  const known = path[0] === ACCUMULATOR ? [] : path
  return {
    expression,
    type: typeOf(estimation, expression),
    size: sizeOf(estimation, expression) ?? schemaSize(estimation, known) ?? UNKNOWN,
    itemSize: known.length === 0 ? undefined : schemaSize(estimation, [...known, '@items']),
  }
}

function callCostOf(estimation: Estimation, call: Call): Range {
  const { args } = call
  const [first, second, third] = args as [Expression, Expression, Expression]
  if (call.function === 'dyn') {
    const cost = plus(fixed(1), costOf(estimation, first))
    copySizes(estimation, call, first)
    return cost
  }
  const reference = estimation.checked.references.get(call)
  const argCosts = args.map((arg) => costOf(estimation, arg))
  // Upstream refers a selection of an optional field to no overload that costs something.
  if (reference?.kind !== 'function') return plus(fixed(1), ...argCosts)
  const target = call.target === undefined || reference.namespaced ? undefined : call.target
  const targetCost = target === undefined ? ZERO : costOf(estimation, target)
  if (reference.name === '_&&_' || reference.name === '_||_') {
    const [left = ZERO, right = ZERO] = argCosts
    estimation.sizes.set(call, fixed(1))
    return { min: left.min, max: left.max + right.max }
  }
  const operands = {
    target: target && operandOf(estimation, target),
    args: args.map((arg) => operandOf(estimation, arg)),
  }
  const estimates = reference.overloads.map(({ id }) => estimateCall(reference.name, { overload: id, ...operands }))
  const sizes = estimates.flatMap(({ size }) => size ?? [])
  const own = estimates.map(({ cost }) => cost).reduce(union, { min: Number.POSITIVE_INFINITY, max: 0 })
  const ids = new Set(reference.overloads.map(({ id }) => id))
  let size = sizes.length === 0 ? undefined : sizes.reduce(union)
  for (const [id, step] of [
    ['index_list', '@items'],
    ['index_map', '@values'],
  ] as const) {
    if (!ids.has(id)) continue
    size = entriesOf(estimation, first)?.value
    estimation.paths.set(call, [...pathOf(estimation, first), step])
  }
  if (ids.has('conditional')) {
    setEntries(estimation, call, joinEntries(entriesOf(estimation, second), entriesOf(estimation, third)))
    const [condition = ZERO, left = ZERO, right = ZERO] = argCosts
    if (size !== undefined) estimation.sizes.set(call, size)
    return plus(condition, union(left, right))
  }
  if (['add_list', 'add_string', 'add_bytes'].some((id) => ids.has(id))) {
    setEntries(estimation, call, joinEntries(entriesOf(estimation, first), entriesOf(estimation, second)))
  }
  size ??= sizeOf(estimation, call)
  if (size !== undefined) estimation.sizes.set(call, size)
  return plus(targetCost, own, ...argCosts)
}

function copySizes(estimation: Estimation, to: Expression, from: Expression): void {
  const size = sizeOf(estimation, from)
  if (size !== undefined) estimation.sizes.set(to, size)
  setEntries(estimation, to, entriesOf(estimation, from))
}

const NOTHING: Range = { min: Number.POSITIVE_INFINITY, max: 0 }

function joinedSize(estimation: Estimation, parts: readonly Expression[]): Range {
  if (parts.length === 0) return ZERO
  return parts.map((part) => sizeOrUnknown(estimation, part)).reduce(union, NOTHING)
}

function listCost(estimation: Estimation, list: ListLiteral): Range {
  const costs = list.elements.map((element) => costOf(estimation, element))
  setEntries(estimation, list, { container: 'list', key: fixed(1), value: joinedSize(estimation, list.elements) })
  return plus(fixed(LIST_COST), ...costs)
}

function mapCost(estimation: Estimation, map: MapLiteral): Range {
  const keys = map.entries.map(({ key }) => key)
  const values = map.entries.map(({ value }) => value)
  const costs = [...keys, ...values].map((part) => costOf(estimation, part))
  const sizes = { key: joinedSize(estimation, keys), value: joinedSize(estimation, values) }
  setEntries(estimation, map, { container: 'map', ...sizes })
  return plus(fixed(MAP_COST), ...costs)
}

/** `optMap` and the like: a name for a value, which nothing is iterated for. */
function isBinding({ range, condition }: Comprehension): boolean {
  const isEmpty = range.kind === 'list' && range.elements.length === 0
  return isEmpty && condition.kind === 'literal' && condition.value === false
}

function comprehensionCost(estimation: Estimation, expression: Comprehension): Range {
  const { range, init, accumulator, condition, step, result } = expression
  const outer = plus(costOf(estimation, range), costOf(estimation, init))
  const entries = entriesOf(estimation, init)
  const own: Local = { path: pathOf(estimation, init), size: sizeOf(estimation, init), entries }
  estimation.locals.push(new Map([[accumulator, own]]))
  if (isBinding(expression)) {
    const bound = costOf(estimation, result)
    copySizes(estimation, expression, result)
    estimation.locals.pop()
    return plus(outer, bound)
  }
  estimation.locals.push(variablesOf(estimation, expression))
  const turn = plus(costOf(estimation, condition), costOf(estimation, step))
  const stepEntries = entriesOf(estimation, step)
  estimation.locals.pop()
  const end = costOf(estimation, result)
  estimation.locals.pop()
  const count = sizeOrUnknown(estimation, range)
  if (init.kind === 'literal') estimation.sizes.set(expression, fixed(1))
  if (init.kind === 'list' || init.kind === 'map') {
    estimation.sizes.set(expression, count)
    setEntries(estimation, expression, stepEntries)
  }
  return plus(outer, end, times(count, turn))
}

function variablesOf(estimation: Estimation, { range, variable, variable2 }: Comprehension): Map<string, Local> {
  const entries = entriesOf(estimation, range)
  const path = pathOf(estimation, range)
  const container = entries?.container ?? typeOf(estimation, range).kind
  const isList = container === 'list'
  const at = (step: string): Path => [...path, step]
  const value: Local = { path: at(isList ? '@items' : '@values'), size: entries?.value, entries: undefined }
  const key: Local = { path: at(isList ? '@indices' : '@keys'), size: entries?.key, entries: undefined }
  if (variable2 !== undefined)
    return new Map([
      [variable, key],
      [variable2, value],
    ])
  return new Map([[variable, isList ? value : key]])
}
