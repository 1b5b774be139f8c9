/** Expressions that are compiled once and evaluated often. */

import type { Result as Parsed } from '../result.ts'
import { type Checked, checkExpression } from './checker.ts'
import type { Environment } from './environment.ts'
import { type Evaluation, EvaluationCancelled, type Step } from './evaluation.ts'
import { validateLiterals } from './literal-rules.ts'
import { parseExpression } from './parser.ts'
import { planExpression } from './planner.ts'
import { formatIssues, type Issue } from './source.ts'
import type { Type } from './type.ts'
import { celError, type Result, type Value } from './value.ts'

/** The most that one evaluation may cost (apis/cel/config.go). */
export const PER_CALL_LIMIT = 1_000_000

export interface EvaluationOptions {
  /** By default `PER_CALL_LIMIT`. */
  readonly limit?: number
  /** Asked from time to time; the evaluation fails once it says so. */
  readonly isInterrupted?: () => boolean
}

export interface Program {
  readonly type: Type
  readonly checked: Checked
  /** Whether the expression refers to the variable. */
  uses(variable: string): boolean
  evaluate(
    variables: Readonly<Record<string, Value>>,
    options?: EvaluationOptions,
  ): { readonly result: Result; readonly cost: number }
}

/** Of `compilation`, the text tells all that is wrong with its places; of `instantiation`, what can never be evaluated. */
export interface CompileFault {
  readonly stage: 'compilation' | 'instantiation'
  readonly text: string
  /** What the expression comes to, which is asked for first; undefined where that is not known. */
  readonly type: Type | undefined
}

/**
 * Compiles an expression.
 *
 * @example
 * const program = compileExpression('self.replicas <= 10', environment)
 * if (program.ok) program.value.evaluate({ self }) // { result: true, cost: 3 }
 */
export function compileExpression(text: string, environment: Environment): Parsed<Program, CompileFault> {
  const failure = (issues: readonly Issue[]) => {
    return { ok: false, error: { stage: 'compilation', text: formatIssues(text, issues), type: undefined } } as const
  }
  const parsed = parseExpression(text, environment.macros)
  if (!parsed.ok) return failure(parsed.issues)
  const checked = checkExpression(parsed.value, environment)
  if (!checked.ok) return failure(checked.issues)
  const issues = validateLiterals(checked.value, environment)
  if (issues.length > 0) return failure(issues)
  const step = planExpression(checked.value)
  if (!step.ok) return { ok: false, error: { stage: 'instantiation', text: step.error, type: checked.value.type } }
  return { ok: true, value: programOf(checked.value, step.value) }
}

function programOf(checked: Checked, step: Step): Program {
  const names = new Set([...checked.references.values()].map((found) => (found.kind === 'variable' ? found.name : '')))
  return {
    type: checked.type,
    checked,
    uses: (variable) => names.has(variable),
    evaluate: (variables, { limit = PER_CALL_LIMIT, isInterrupted } = {}) => {
      const evaluation: Evaluation = {
        variables: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
        locals: [],
        limit,
        isInterrupted,
        cost: 0,
        iterations: 0,
      }
      return { result: run(step, evaluation), cost: evaluation.cost }
    },
  }
}

function run(step: (evaluation: Evaluation) => Result, evaluation: Evaluation): Result {
  try {
    return step(evaluation)
  } catch (error) {
    if (error instanceof EvaluationCancelled) return celError(error.message)
    throw error
  }
}
