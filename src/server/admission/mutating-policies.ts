/** MutatingAdmissionPolicy: one policy, binding and parameter after the other (…/policy/mutating/dispatcher.go). */
import { isDeepStrictEqual } from 'node:util'
import { type Answers, type KubeObject, StatusError } from '../../machinery/index.ts'
import { activationOf } from './activation.ts'
import { type AdmissionAttributes, forbiddenByPlugin } from './attributes.ts'
import { conformQuietly } from './conform-quietly.ts'
import { convertBetween } from './equivalent.ts'
import { evaluateConditions } from './match-conditions.ts'
import { type Match, matchRequest } from './matching.ts'
import { type CompiledMutatingPolicy, MutationFailed, mutate } from './mutating-policy.ts'
import { configurationFault, paramsOf } from './params.ts'
import type { Binding, PolicyHook } from './policy.ts'
import type { Reinvocation } from './reinvocation.ts'
import { bindingMatches, requestNamespace } from './validating-policies.ts'
import { inVersion } from './webhook.ts'

export interface MutatingHook {
  readonly hook: PolicyHook
  readonly compiled: () => CompiledMutatingPolicy
}

interface Invocation {
  readonly hook: PolicyHook
  readonly policy: CompiledMutatingPolicy
  readonly binding: Binding
  readonly params: KubeObject | undefined
  readonly match: Match
}

interface PolicyError {
  readonly hook: PolicyHook
  readonly binding: Binding | undefined
  readonly message: string
  readonly reason: string
}

/** Returns the object as the policies have made it. @throws StatusError for the first that fails and does not let that pass. */
export async function mutateByPolicies(
  hooks: readonly MutatingHook[],
  attributes: AdmissionAttributes,
  reinvocation: Reinvocation,
  answers: Answers,
): Promise<KubeObject | undefined> {
  const errors: PolicyError[] = []
  const invocations: Invocation[] = []
  for (const each of hooks) invocations.push(...(await invocationsOf(each, attributes, errors)))
  const namespace = invocations.length === 0 ? undefined : await requestNamespace(attributes)
  let { object } = attributes
  for (const invocation of invocations) {
    object = await invoke(invocation, { ...attributes, object }, { namespace, reinvocation, answers, errors })
  }
  const refused = errors.filter(({ hook }) => hook.failurePolicy !== 'Ignore')
  if (refused.length > 0) throw refusal(attributes, refused)
  return object
}

async function invocationsOf(
  { hook, compiled }: MutatingHook,
  attributes: AdmissionAttributes,
  errors: PolicyError[],
): Promise<Invocation[]> {
  const failed = (message: string, binding?: Binding): void => {
    errors.push({ hook, binding, message, reason: '' })
  }
  let match: Match | undefined
  try {
    match = await matchRequest(attributes, hook.criteria, { emptyMatchesAll: true })
  } catch (error) {
    failed(`failed to configure policy: ${messageOf(error)}`)
  }
  if (match === undefined) return []
  const fault = await configurationFault(hook, attributes)
  if (fault !== undefined) {
    failed(fault)
    return []
  }
  const found: Invocation[] = []
  for (const binding of hook.bindings) {
    try {
      if (!(await bindingMatches(binding, attributes))) continue
    } catch (error) {
      failed(`failed to configure binding: ${messageOf(error)}`, binding)
      continue
    }
    const params = await paramsOf(hook, binding, attributes)
    if (!params.ok) failed(`failed to configure binding: ${params.error}`, binding)
    else for (const each of params.params) found.push({ hook, policy: compiled(), binding, params: each, match })
  }
  return found
}

interface Round {
  readonly namespace: KubeObject | undefined
  readonly reinvocation: Reinvocation
  readonly answers: Answers
  readonly errors: PolicyError[]
}

async function invoke(
  { hook, policy, binding, params, match }: Invocation,
  attributes: AdmissionAttributes,
  { namespace, reinvocation, answers, errors }: Round,
): Promise<KubeObject | undefined> {
  const versioned = await inVersion(attributes, match)
  const input = { ...versioned, params, namespace, composed: policy.variables, answers }
  const failed = (message: string): void => {
    errors.push({ hook, binding, message, reason: 'Invalid' })
  }
  // A namespace's object is not for conditions, as upstream has it.
  const conditions = activationOf({ ...input, namespace: undefined })
  const outcome = await evaluateConditions(policy.conditions, conditions, hook.failurePolicy)
  if ('error' in outcome) failed(outcome.error)
  if ('error' in outcome || !outcome.matches) return attributes.object
  const id = [hook.name, binding.name, params?.metadata.namespace ?? '', params?.metadata.name ?? ''].join('/')
  if (reinvocation.isReinvoke && !reinvocation.due.has(id)) return attributes.object
  let object = versioned.object
  for (const mutation of policy.mutations) {
    if (object === undefined) break
    try {
      object = await mutate(mutation, object, activationOf({ ...input, object }), match.definition)
      conformQuietly(match.definition, object)
    } catch (error) {
      if (!(error instanceof MutationFailed)) throw error
      failed(error.message)
    }
  }
  if (!isDeepStrictEqual(object, versioned.object)) reinvocation.changed()
  reinvocation.asked(id, policy.reinvoked)
  return object === undefined ? undefined : convertBetween(object, match.definition, attributes.definition, attributes)
}

function refusal(attributes: AdmissionAttributes, errors: readonly PolicyError[]): StatusError {
  const texts = errors.map(({ hook, binding, message }) =>
    binding === undefined
      ? `policy "${hook.name}" denied request: ${message}`
      : `policy '${hook.name}' with binding '${binding.name}' denied request: ${message}`,
  )
  const { status } = forbiddenByPlugin(attributes, 'admission request denied by policy')
  const reason = errors[0]?.reason ?? ''
  return new StatusError({
    ...status,
    message: texts[0] ?? '',
    ...(reason !== '' && { reason }),
    details: { ...status.details, causes: texts.map((message) => ({ message })) },
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
