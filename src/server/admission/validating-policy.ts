/** One ValidatingAdmissionPolicy against one request and one parameter (…/policy/validating/validator.go). */
import {
  type Activation,
  type AdmissionExpression,
  BOOL,
  byteLength,
  compileAdmissionExpression,
  evaluateExpressions,
  NULL,
  OUT_OF_BUDGET,
  type Outcome,
  STRING,
} from '../../machinery/index.ts'
import { type Fields, objectsIn, textIn } from '../builtins/untyped.ts'
import { evaluateConditions } from './match-conditions.ts'
import { type CompiledPolicy, compileShared } from './policy.ts'

/** What one policy may cost for one binding and parameter (apis/cel/config.go). */
export const POLICY_BUDGET = 10_000_000
const MAX_MESSAGE_BYTES = 5 * 1024

export interface Validation {
  readonly expression: AdmissionExpression
  readonly messageExpression: AdmissionExpression | undefined
  readonly message: string
  readonly reason: string
}

export interface CompiledValidatingPolicy extends CompiledPolicy {
  readonly validations: readonly Validation[]
  readonly annotations: readonly AdmissionExpression[]
  readonly failurePolicy: string
}

export function compileValidatingPolicy(spec: Fields): CompiledValidatingPolicy {
  const shared = compileShared(spec)
  const { scope } = shared
  return {
    ...shared,
    failurePolicy: textIn(spec.failurePolicy),
    validations: objectsIn(spec.validations).map(({ expression, messageExpression, message, reason }) => ({
      expression: compileAdmissionExpression(textIn(expression), scope, [BOOL]),
      messageExpression:
        textIn(messageExpression) === ''
          ? undefined
          : compileAdmissionExpression(textIn(messageExpression), { ...scope, authorizer: false }, [STRING]),
      message: textIn(message),
      reason: textIn(reason) || 'Invalid',
    })),
    annotations: objectsIn(spec.auditAnnotations).map(({ valueExpression }) =>
      compileAdmissionExpression(textIn(valueExpression), scope, [STRING, NULL]),
    ),
  }
}

export interface Denial {
  readonly message: string
  /** Empty for what went wrong. */
  readonly reason: string
  /** Denied whatever the binding's actions are: an audit annotation that cannot be computed. */
  readonly always: boolean
}

export async function denialsOf(policy: CompiledValidatingPolicy, activation: Activation): Promise<Denial[]> {
  const fails = policy.failurePolicy !== 'Ignore'
  const failed = (message: string): Denial[] => (fails ? [{ message, reason: '', always: false }] : [])
  const conditions = await evaluateConditions(policy.conditions, activation, policy.failurePolicy)
  if ('error' in conditions) return failed(conditions.error)
  if (!conditions.matches) return []
  const { validations } = policy
  const { outcomes, remaining } = await evaluateExpressions(
    validations.map(({ expression }) => expression),
    activation,
    POLICY_BUDGET,
  )
  if (outcomes === undefined) return failed(OUT_OF_BUDGET)
  const messages = await evaluateExpressions(
    validations.map(({ messageExpression }) => messageExpression),
    activation,
    remaining,
  )
  const denials = validations.flatMap((validation, index): Denial[] => {
    const outcome = outcomes[index]
    if (outcome === undefined) return []
    if ('error' in outcome) return failed(outcome.error)
    if (messages.outcomes === undefined) return failed(`failed messageExpression: ${OUT_OF_BUDGET}`)
    if (outcome.value === true) return []
    return [{ message: messageOf(validation, messages.outcomes[index]), reason: validation.reason, always: false }]
  })
  return [...denials, ...(await annotationFaults(policy, activation, fails))]
}

function messageOf({ expression, message }: Validation, outcome: Outcome | undefined): string {
  const computed =
    outcome !== undefined && 'value' in outcome && typeof outcome.value === 'string' ? outcome.value.trim() : ''
  const usable = computed !== '' && byteLength(computed) <= MAX_MESSAGE_BYTES && !computed.includes('\n')
  if (usable) return computed
  return message.trim() === '' ? `failed expression: ${expression.text.trim()}` : message.trim()
}

/** They are recorded nowhere; what cannot be computed refuses the request all the same. */
async function annotationFaults(
  { annotations }: CompiledValidatingPolicy,
  activation: Activation,
  fails: boolean,
): Promise<Denial[]> {
  if (annotations.length === 0 || !fails) return []
  const { outcomes } = await evaluateExpressions(annotations, activation, POLICY_BUDGET)
  if (outcomes === undefined) return [{ message: OUT_OF_BUDGET, reason: '', always: false }]
  return outcomes.flatMap((outcome) =>
    outcome !== undefined && 'error' in outcome ? [{ message: outcome.error, reason: '', always: true }] : [],
  )
}
