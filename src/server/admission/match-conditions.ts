/** matchConditions (apiserver/pkg/admission/plugin/webhook/matchconditions/matcher.go). */
import {
  type Activation,
  type AdmissionExpression,
  BOOL,
  compileAdmissionExpression,
  type ExpressionScope,
  evaluateExpressions,
  OUT_OF_BUDGET,
} from '../../machinery/index.ts'
import { objectsIn, textIn } from '../builtins/untyped.ts'

const BUDGET = 2_500_000

export function compileConditions(conditions: unknown, scope: ExpressionScope): AdmissionExpression[] {
  return objectsIn(conditions).map(({ expression }) => compileAdmissionExpression(textIn(expression), scope, [BOOL]))
}

export type ConditionsOutcome =
  | { readonly matches: boolean }
  /** Whether it matches cannot be said, and the failure policy is Fail. */
  | { readonly error: string }

/** One that is false decides, whatever else fails. */
export async function evaluateConditions(
  conditions: readonly AdmissionExpression[],
  activation: Activation,
  failurePolicy: string,
): Promise<ConditionsOutcome> {
  if (conditions.length === 0) return { matches: true }
  const fails = failurePolicy !== 'Ignore'
  const { outcomes } = await evaluateExpressions(conditions, activation, BUDGET)
  if (outcomes === undefined) return fails ? { error: OUT_OF_BUDGET } : { matches: false }
  const errors: string[] = []
  for (const outcome of outcomes) {
    if (outcome === undefined) continue
    if ('error' in outcome) errors.push(outcome.error)
    else if (outcome.value === false) return { matches: false }
  }
  if (errors.length === 0) return { matches: true }
  return fails ? { error: aggregate(errors) } : { matches: false }
}

/** utilerrors.Aggregate: several are put in brackets, each once. */
function aggregate(errors: readonly string[]): string {
  const [first = '', ...others] = new Set(errors)
  return others.length === 0 ? first : `[${[first, ...others].join(', ')}]`
}
