/** The objects that a policy is parameterized by (…/policy/generic/policy_dispatcher.go, CollectParams). */
import { type KubeObject, parseApiVersion } from '../../machinery/index.ts'
import { fieldsIn, isFields, textIn } from '../builtins/untyped.ts'
import type { AdmissionAttributes } from './attributes.ts'
import type { Binding, ParamKind, PolicyHook } from './policy.ts'
import { selectorOf } from './selector.ts'

export type Params =
  /** Undefined among them: the policy is evaluated without. */
  | { readonly ok: true; readonly params: readonly (KubeObject | undefined)[] }
  | { readonly ok: false; readonly error: string }

const WITHOUT: Params = { ok: true, params: [undefined] }

/** What is wrong with the policy itself, whatever its bindings say; undefined for nothing. */
export async function configurationFault(
  { paramKind }: PolicyHook,
  attributes: AdmissionAttributes,
): Promise<string | undefined> {
  if (paramKind === undefined || (await definitionOf(paramKind, attributes)) !== undefined) return undefined
  const { group = '', version = '' } = parseApiVersion(paramKind.apiVersion) ?? {}
  const named = `${group}/${version}, Kind=${paramKind.kind}`
  return `failed to configure policy: failed to find resource referenced by paramKind: '${named}'`
}

async function definitionOf({ apiVersion, kind }: ParamKind, { services, cluster }: AdmissionAttributes) {
  const parsed = parseApiVersion(apiVersion)
  if (parsed === undefined) return undefined
  return (await services.definitionsOf(cluster)).findKind(parsed.group, parsed.version, kind)
}

export async function paramsOf(
  { paramKind }: PolicyHook,
  { paramRef }: Binding,
  attributes: AdmissionAttributes,
): Promise<Params> {
  if (paramKind === undefined || paramRef === undefined) return WITHOUT
  const definition = await definitionOf(paramKind, attributes)
  if (definition === undefined) return { ok: false, error: `paramKind kind \`${paramKind.kind}\` not known` }
  const named = textIn(paramRef.namespace)
  if (!definition.namespaced && named !== '') {
    return { ok: false, error: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' }
  }
  const namespace = definition.namespaced ? named || attributes.namespace : ''
  if (definition.namespaced && namespace === '') {
    const error = 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources'
    return { ok: false, error }
  }
  const { services, cluster } = attributes
  const name = textIn(paramRef.name)
  let params: KubeObject[]
  if (name !== '') {
    const found = await services.read(definition, cluster, namespace, name)
    params = found === undefined ? [] : [found]
  } else {
    const selector = isFields(paramRef.selector) ? selectorOf(paramRef.selector) : undefined
    const all = await services.readAll(definition, cluster, namespace)
    params = all.filter(
      ({ metadata }) => selector?.matches(fieldsIn(metadata.labels) as Record<string, string>) ?? true,
    )
  }
  if (params.length > 0 || paramRef.parameterNotFoundAction !== 'Deny') return { ok: true, params }
  return { ok: false, error: 'no params found for policy binding with `Deny` parameterNotFoundAction' }
}
