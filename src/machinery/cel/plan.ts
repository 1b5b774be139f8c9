/** What the parts of an expression know of each other while they are planned. */
import type { Checked } from './checker.ts'
import type { Step } from './evaluation.ts'
import type { Expression, MapLiteral } from './expression.ts'
import { addEntry, listValue, type MapStore, mapValue, type Value } from './value.ts'

/** Where the variables of comprehensions are found, the innermost last. */
export interface Plan {
  readonly checked: Checked
  readonly locals: readonly string[]
}

/** Literals of literals are made once and cost nothing, as upstream's optimizer has it. */
export function constantOf(expression: Expression): Value | undefined {
  if (expression.kind === 'literal') return expression.value
  if (expression.kind === 'map') return constantMap(expression)
  if (expression.kind !== 'list' || expression.optional.size > 0) return undefined
  const items = expression.elements.map(constantOf)
  return items.includes(undefined) ? undefined : listValue(items as Value[])
}

function constantMap({ entries }: MapLiteral): Value | undefined {
  const store: MapStore = new Map()
  for (const entry of entries) {
    const [key, value] = [constantOf(entry.key), constantOf(entry.value)]
    if (key === undefined || value === undefined || entry.optional || !addEntry(store, key, value)) return undefined
  }
  return mapValue(store)
}

const ATTRIBUTES = new Set(['_[_]', '_[?_]', '_?._', '_?_:_'])

/** A way to a value: a variable, and what is selected from one. */
export function isAttribute(expression: Expression): boolean {
  if (expression.kind === 'ident') return true
  if (expression.kind === 'select') return !expression.test
  return expression.kind === 'call' && ATTRIBUTES.has(expression.function)
}

/** Upstream does not count the variable of a way that is taken within another. */
export function discounted(expression: Expression, step: Step): Step {
  if (!isAttribute(expression) || (expression.kind === 'call' && expression.function === '_?_:_')) return step
  return (evaluation) => {
    evaluation.cost -= 1
    return step(evaluation)
  }
}
