/** What a logical cluster has asked to be told of, or to hold to: its webhooks and policies, computed from their objects. */
import type { KubeObject } from '../../machinery/index.ts'
import { validatingAdmissionPolicy } from '../builtins/admission-policy.ts'
import {
  mutatingAdmissionPolicyBinding,
  validatingAdmissionPolicyBinding,
} from '../builtins/admission-policy-binding.ts'
import { lazily } from '../builtins/lazily.ts'
import { mutatingAdmissionPolicy } from '../builtins/mutating-admission-policy.ts'
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from '../builtins/webhook-configuration.ts'
import type { ResourceDefinition } from '../definition.ts'
import { type Derived, type DerivedOptions, derive } from '../derived.ts'
import { boundedCache } from '../discovery/bounded-cache.ts'
import { ALL_CLUSTERS, rangePrefix } from '../keys.ts'
import type { MutatingHook } from './mutating-policies.ts'
import { compileMutatingPolicy } from './mutating-policy.ts'
import { type PolicyHook, policyHooksOf } from './policy.ts'
import type { CompiledHook } from './validating-policies.ts'
import { compileValidatingPolicy } from './validating-policy.ts'
import { type Webhook, webhooksOf } from './webhook.ts'

/** Distinct policies, not logical clusters: how many of them are kept compiled. */
const COMPILED = 512

export interface Configurations {
  readonly validatingWebhooks: readonly Webhook[]
  readonly mutatingWebhooks: readonly Webhook[]
  readonly validatingPolicies: readonly CompiledHook[]
  readonly mutatingPolicies: readonly MutatingHook[]
}

const KINDS = [
  validatingWebhookConfiguration,
  mutatingWebhookConfiguration,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
]

export interface ConfigurationSources extends Pick<DerivedOptions<unknown>, 'store' | 'limit' | 'failed'> {
  readonly readAll: (definition: ResourceDefinition, cluster: string, namespace: string) => Promise<KubeObject[]>
}

/** Undefined for a logical cluster that has none, as most. */
export function deriveConfigurations(sources: ConfigurationSources): Promise<Derived<Configurations | undefined>> {
  const { readAll, ...options } = sources
  const validating = compiler(compileValidatingPolicy)
  const mutating = compiler(compileMutatingPolicy)
  return derive<Configurations | undefined>({
    ...options,
    prefixes: KINDS.map((kind) => rangePrefix(kind, ALL_CLUSTERS, '')),
    compute: async (cluster) => {
      if (cluster === ALL_CLUSTERS) return undefined
      const found = await Promise.all(KINDS.map((kind) => readAll(kind, cluster, '')))
      if (found.every((objects) => objects.length === 0)) return undefined
      const [
        validatingHooks = [],
        mutatingHooks = [],
        policies = [],
        bindings = [],
        mutations = [],
        mutationBindings = [],
      ] = found
      return {
        validatingWebhooks: webhooksOf(validatingHooks),
        mutatingWebhooks: webhooksOf(mutatingHooks),
        validatingPolicies: policyHooksOf(policies, bindings).map((hook) => ({ hook, compiled: validating(hook) })),
        mutatingPolicies: policyHooksOf(mutations, mutationBindings).map((hook) => ({
          hook,
          compiled: mutating(hook),
        })),
      }
    },
  })
}

/** Compiled when it is first evaluated, and shared by all logical clusters that have the same policy. */
function compiler<T>(compile: (spec: PolicyHook['spec']) => T): (hook: PolicyHook) => () => T {
  const kept = boundedCache<T>(COMPILED)
  return ({ spec }) => lazily(() => kept(JSON.stringify(spec), () => compile(spec)))
}
