/** What the parts of an expression know of each other while they are planned. */
import type { Checked } from './checker.ts'
import type { Step } from './evaluation.ts'
import type { Expression } from './expression.ts'
import type { Value } from './value.ts'

/** Where the variables of comprehensions are found, the innermost last. */
export interface Plan {
  readonly checked: Checked
  readonly locals: readonly string[]
  /** What can never be evaluated: conversions of literals that fail, expressions that are none. */
  readonly faults: string[]
}

const constants = new WeakMap<Step, Value>()

/** What is known before it is evaluated costs nothing, as upstream's optimizer has it. */
export function constantStep(value: Value): Step {
  const step: Step = () => value
  constants.set(step, value)
  return step
}

export function constantValue(step: Step | undefined): Value | undefined {
  return step === undefined ? undefined : constants.get(step)
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
