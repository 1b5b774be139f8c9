/** Expressions of webhooks and policies, compiled and evaluated (apiserver/pkg/admission/plugin/cel). */
import { AUTHORIZER_VARIABLES, NAMESPACE, patchTypeNamed, REQUEST } from './admission-types.ts'
import { createEnvironment, type Environment, withVariables } from './environment.ts'
import { kubernetesEnvironment } from './kubernetes.ts'
import {
  AnswerNeeded,
  type Answers,
  type AuthorizationAnswer,
  type AuthorizationQuestion,
} from './library-authorizer.ts'
import { JSON_PATCH_KEYS } from './library-json-patch.ts'
import { compileExpression, PER_CALL_LIMIT, type Program } from './program.ts'
import { DYN, objectType, sameType, type Type } from './type.ts'
import { type CelError, celError, isError, type MapValue, type Result, type Value } from './value.ts'

/** What an expression may refer to besides `object`, `oldObject`, `request` and `namespaceObject`. */
export interface ExpressionScope {
  readonly params: boolean
  readonly authorizer: boolean
  /** `Object{}` and `JSONPatch{}`. */
  readonly patchTypes: boolean
  /** The types of `variables`, in the order in which they are declared; undefined where there are none. */
  readonly variables?: ReadonlyMap<string, Type>
  /** What a type checker knows of the objects; by default nothing. */
  readonly types?: { readonly object: Type | undefined; readonly params: Type | undefined }
}

export interface AdmissionExpression {
  readonly text: string
  /** Undefined when it does not compile. */
  readonly program: Program | undefined
  /** As upstream says it, empty when it compiles. */
  readonly error: string
  readonly type: Type
}

let patching: Environment | undefined

/** The Kubernetes environment with types for what a mutation makes. */
function patchingEnvironment(): Environment {
  if (patching === undefined) {
    const base = kubernetesEnvironment()
    const { functions } = createEnvironment([JSON_PATCH_KEYS])
    const types = { get: (name: string) => base.types.get(name) ?? patchTypeNamed(name) }
    patching = { ...base, functions: new Map([...base.functions, ...functions]), types }
  }
  return patching
}

function environmentOf({ params, authorizer, patchTypes, variables, types }: ExpressionScope): Environment {
  const object = types?.object ?? DYN
  return withVariables(patchTypes ? patchingEnvironment() : kubernetesEnvironment(), {
    object,
    oldObject: object,
    namespaceObject: NAMESPACE,
    request: REQUEST,
    ...(params && { params: types?.params ?? DYN }),
    ...(authorizer && AUTHORIZER_VARIABLES),
    ...(variables && { variables: objectType('kubernetes.variables', variables) }),
  })
}

/**
 * @param returns - the types that the expression may have; undefined for any.
 * @param lead - what stands before the compiler's words.
 */
export function compileAdmissionExpression(
  text: string,
  scope: ExpressionScope,
  returns: readonly Type[] | undefined,
  lead = 'compilation failed: ',
): AdmissionExpression {
  const compiled = compileExpression(text, environmentOf(scope))
  if (!compiled.ok) {
    const { stage, text: issues } = compiled.error
    const error = stage === 'compilation' ? `${lead}${issues}` : `program instantiation failed: ${issues}`
    return { text, program: undefined, error, type: DYN }
  }
  const { type } = compiled.value
  if (returns !== undefined && !returns.some((each) => sameType(each, type))) {
    const [only, ...others] = returns.map(goTypeName)
    const expected = others.length === 0 ? (only ?? '') : `one of [${[only, ...others].join(' ')}]`
    return { text, program: undefined, error: `must evaluate to ${expected} but got ${goTypeName(type)}`, type }
  }
  return { text, program: compiled.value, error: '', type }
}

/** types.Type.String(), which names null, times and durations by their own names. */
function goTypeName(type: Type): string {
  return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(goTypeName).join(', ')})`
}

/** What a variable declares to the expressions after it: scalars, lists and maps keep their types. */
export function variableType({ type }: AdmissionExpression): Type {
  return type.kind === 'object' || type.kind === 'opaque' || type.kind === 'type' || type.kind === 'param' ? DYN : type
}

/** One expression's outcome: a value or what went wrong. Null stands for an expression that is not there. */
export type Outcome = { readonly value: Value } | { readonly error: string }

export interface Activation {
  readonly variables: Readonly<Record<string, Value>>
  readonly composed: readonly { readonly name: string; readonly expression: AdmissionExpression }[]
  readonly answers: Answers
  readonly ask: (question: AuthorizationQuestion) => Promise<AuthorizationAnswer>
}

export interface Evaluated {
  /** Undefined when the budget did not suffice. */
  readonly outcomes: readonly (Outcome | undefined)[] | undefined
  readonly remaining: number
}

export const OUT_OF_BUDGET =
  'validation failed due to running out of cost budget, no further validation rules will be run'

/**
 * Evaluates expressions one after the other against the same things, each variable at most once, as long as the budget lasts.
 * Undefined ones keep their place.
 */
export async function evaluateExpressions(
  expressions: readonly (AdmissionExpression | undefined)[],
  activation: Activation,
  budget: number,
): Promise<Evaluated> {
  const composition = compose(activation)
  const variables = { ...activation.variables, variables: composition.value }
  let remaining = budget
  const outcomes: (Outcome | undefined)[] = []
  for (const expression of expressions) {
    if (expression === undefined) {
      outcomes.push(undefined)
      continue
    }
    const { text, program, error } = expression
    if (program === undefined) {
      outcomes.push({ error: `compilation error: ${error}` })
      continue
    }
    const { result, cost } = await evaluateAsking(program, variables, activation)
    remaining -= cost + composition.takeCost()
    if (remaining < 0) return { outcomes: undefined, remaining: -1 }
    outcomes.push(
      isError(result) ? { error: `expression '${text}' resulted in error: ${result.message}` } : { value: result },
    )
  }
  return { outcomes, remaining }
}

/** Begins anew with each answer that is needed: there are two in an expression at most, by their cost. */
async function evaluateAsking(
  program: Program,
  variables: Readonly<Record<string, Value>>,
  { answers, ask }: Activation,
): Promise<{ readonly result: Result; readonly cost: number }> {
  for (;;) {
    try {
      return program.evaluate(variables, { limit: PER_CALL_LIMIT })
    } catch (error) {
      if (!(error instanceof AnswerNeeded)) throw error
      answers.set(JSON.stringify(error.question), await ask(error.question))
    }
  }
}

/** `variables`: each is evaluated when it is first asked for, and its cost is kept apart. */
function compose({ variables, composed }: Activation): { value: MapValue; takeCost: () => number } {
  const known = new Map<string, Value | CelError>()
  let cost = 0
  const find = (name: string): Value | CelError | undefined => {
    const found = known.get(name)
    if (found !== undefined) return found
    const expression = composed.find((each) => each.name === name)?.expression
    if (expression === undefined) return undefined
    const value = evaluateVariable(name, expression)
    known.set(name, value)
    return value
  }
  const evaluateVariable = (name: string, { program, error }: AdmissionExpression): Value | CelError => {
    if (program === undefined) return celError(`composited variable "${name}" fails to compile: ${error}`)
    const outcome = program.evaluate({ ...variables, variables: value }, { limit: PER_CALL_LIMIT })
    cost += outcome.cost
    if (!isError(outcome.result)) return outcome.result
    return celError(`composited variable "${name}" fails to evaluate: ${outcome.result.message}`)
  }
  const value: MapValue = {
    kind: 'map',
    size: composed.length,
    keys: () => composed.map(({ name }) => name),
    // A failure is passed on as what was found: whoever selects from a map hands it to its own caller.
    get: (key) => (typeof key === 'string' ? (find(key) as Value | undefined) : undefined),
  }
  const takeCost = (): number => {
    const taken = cost
    cost = 0
    return taken
  }
  return { value, takeCost }
}
