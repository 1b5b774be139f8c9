/** ValidatingAdmissionPolicy: all policies, bindings and parameters that are about a request (…/policy/validating/dispatcher.go). */
import { type Answers, type KubeObject, StatusError } from '../../machinery/index.ts'
import { activationOf, type Versioned } from './activation.ts'
import { type AdmissionAttributes, forbiddenByPlugin } from './attributes.ts'
import { matchRequest, namespaceOf } from './matching.ts'
import { configurationFault, paramsOf } from './params.ts'
import type { Binding, PolicyHook } from './policy.ts'
import { type CompiledValidatingPolicy, denialsOf } from './validating-policy.ts'
import { inVersion } from './webhook.ts'

interface Denied {
  readonly policy: string
  readonly binding: string | undefined
  readonly message: string
  readonly reason: string
}

const CODES: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
  Invalid: 422,
}

export interface CompiledHook {
  readonly hook: PolicyHook
  readonly compiled: () => CompiledValidatingPolicy
}

/** @throws StatusError for the first denial; those that only warn are told to the client. */
export async function validateByPolicies(
  hooks: readonly CompiledHook[],
  attributes: AdmissionAttributes,
  answers: Answers,
): Promise<void> {
  const denied: Denied[] = []
  for (const hook of hooks) denied.push(...(await denialsByPolicy(hook, attributes, answers)))
  const [first] = denied
  if (first !== undefined) throw refusal(attributes, first)
}

async function denialsByPolicy(
  { hook, compiled }: CompiledHook,
  attributes: AdmissionAttributes,
  answers: Answers,
): Promise<Denied[]> {
  const misconfigured = (message: string, binding?: string): Denied[] =>
    hook.failurePolicy === 'Ignore' ? [] : [{ policy: hook.name, binding, message, reason: '' }]
  let versioned: Versioned
  try {
    const match = await matchRequest(attributes, hook.criteria, { emptyMatchesAll: true })
    if (match === undefined) return []
    versioned = await inVersion(attributes, match)
  } catch (error) {
    return misconfigured(`failed to configure policy: ${messageOf(error)}`)
  }
  const fault = await configurationFault(hook, attributes)
  if (fault !== undefined) return misconfigured(fault)
  const denied: Denied[] = []
  for (const binding of hook.bindings) {
    try {
      if (!(await bindingMatches(binding, attributes))) continue
    } catch (error) {
      denied.push(...misconfigured(`failed to configure binding: ${messageOf(error)}`, binding.name))
      continue
    }
    const found = await paramsOf(hook, binding, attributes)
    if (!found.ok) {
      denied.push(...misconfigured(`failed to configure binding: ${found.error}`, binding.name))
      continue
    }
    const namespace = await requestNamespace(attributes)
    const policy = compiled()
    for (const params of found.params) {
      const activation = activationOf({ ...versioned, params, namespace, composed: policy.variables, answers })
      for (const denial of await denialsOf(policy, activation)) {
        const { always, ...said } = denial
        if (always || binding.actions.includes('Deny'))
          denied.push({ policy: hook.name, binding: binding.name, ...said })
        if (!always && binding.actions.includes('Warn')) {
          const by = `ValidatingAdmissionPolicy '${hook.name}' with binding '${binding.name}'`
          attributes.warn(`Validation failed for ${by}: ${denial.message}`)
        }
      }
    }
  }
  return denied
}

export async function bindingMatches({ criteria }: Binding, attributes: AdmissionAttributes): Promise<boolean> {
  if (criteria === undefined) return true
  return (await matchRequest(attributes, criteria, { emptyMatchesAll: true })) !== undefined
}

/** `namespaceObject`: none for what is in none, and for a namespace itself. */
export async function requestNamespace(attributes: AdmissionAttributes): Promise<KubeObject | undefined> {
  const { namespace, kind } = attributes
  if (namespace === '' || (kind.group === '' && kind.kind === 'Namespace')) return undefined
  return namespaceOf(attributes, namespace)
}

function refusal(attributes: AdmissionAttributes, { policy, binding, message, reason }: Denied): StatusError {
  const by = binding === undefined ? `'${policy}'` : `'${policy}' with binding '${binding}'`
  const text = `ValidatingAdmissionPolicy ${by} denied request: ${message}`
  const { status } = forbiddenByPlugin(attributes, text)
  const given = reason === '' ? 'Invalid' : reason
  return new StatusError({
    ...status,
    reason: given,
    code: CODES[given] ?? 422,
    details: { ...status.details, causes: [{ message: text }] },
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
