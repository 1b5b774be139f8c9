/** One evaluation on its way: its variables, and what it has cost. */
import type { Result, Value } from './value.ts'

/** An evaluation has to end: it costs too much, or nobody waits for it any more. */
export class EvaluationCancelled extends Error {
  override readonly name = 'EvaluationCancelled'
}

export interface Evaluation {
  readonly variables: (name: string) => Value | undefined
  /** Variables of comprehensions, each at the place that it was given when the expression was planned. */
  readonly locals: Result[]
  readonly limit: number
  readonly isInterrupted: (() => boolean) | undefined
  cost: number
  iterations: number
}

/** A part of an expression, ready to be evaluated. */
export type Step = (evaluation: Evaluation) => Result

export function charge(evaluation: Evaluation, cost: number): void {
  evaluation.cost += cost
  if (evaluation.cost > evaluation.limit) {
    throw new EvaluationCancelled('operation cancelled: actual cost limit exceeded')
  }
}

/** How many turns of comprehensions go by between two looks at the clock (celconfig.CheckFrequency). */
const CHECK_FREQUENCY = 100

export function countIteration(evaluation: Evaluation): void {
  evaluation.iterations += 1
  if (evaluation.iterations % CHECK_FREQUENCY === 0 && evaluation.isInterrupted?.()) {
    throw new EvaluationCancelled('operation interrupted')
  }
}
