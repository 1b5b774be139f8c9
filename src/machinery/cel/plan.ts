/** What the parts of an expression know of each other while they are planned. */
import type { Checked } from './checker.ts'
import type { Expression } from './expression.ts'
import { listValue, type Value } from './value.ts'

/** Where the variables of comprehensions are found, the innermost last. */
export interface Plan {
  readonly checked: Checked
  readonly locals: readonly string[]
}

/** Literals of literals are made once and cost nothing, as upstream's optimizer has it. */
export function constantOf(expression: Expression): Value | undefined {
  if (expression.kind === 'literal') return expression.value
  if (expression.kind !== 'list' || expression.optional.size > 0 || expression.elements.length === 0) return undefined
  const items = expression.elements.map(constantOf)
  return items.includes(undefined) ? undefined : listValue(items as Value[])
}
