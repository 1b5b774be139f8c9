/** Whether a webhook or policy is about a request (…/webhook/generic/webhook.go, …/policy/matching/matching.go). */
import {
  internalError,
  isStatus,
  type KubeObject,
  type LabelSelector,
  notFound,
  type StatusError,
} from '../../machinery/index.ts'
import { namespace as namespaceDefinition } from '../builtins/namespace.ts'
import { type Fields, fieldsIn, textIn } from '../builtins/untyped.ts'
import type { ResourceDefinition } from '../definition.ts'
import { type AdmissionAttributes, type GroupVersionKind, type GroupVersionResource, resourceOf } from './attributes.ts'
import { equivalentsOf } from './equivalent.ts'
import { type Rule, ruleMatches, rulesIn } from './rules.ts'
import { selectorOf } from './selector.ts'

export interface MatchCriteria {
  /** Undefined matches everything. */
  readonly namespaceSelector: LabelSelector | undefined
  readonly objectSelector: LabelSelector | undefined
  /** None: everything, for policies; nothing, for webhooks. */
  readonly rules: readonly Rule[]
  readonly excluded: readonly Rule[]
  readonly equivalent: boolean
}

/** In which of its versions a request matches. */
export interface Match {
  readonly definition: ResourceDefinition
  readonly resource: GroupVersionResource
  readonly kind: GroupVersionKind
}

/** MatchResources of policies and bindings; `rules` are named otherwise by webhooks. */
export function criteriaOf(match: Fields, rules: unknown): MatchCriteria {
  return {
    namespaceSelector: selectorOf(match.namespaceSelector),
    objectSelector: selectorOf(match.objectSelector),
    rules: rulesIn(rules),
    excluded: rulesIn(match.excludeResourceRules),
    equivalent: textIn(match.matchPolicy) === 'Equivalent',
  }
}

/** Undefined when it does not. @throws StatusError: the namespace whose labels are asked for is not there. */
export async function matchRequest(
  attributes: AdmissionAttributes,
  criteria: MatchCriteria,
  { emptyMatchesAll }: { readonly emptyMatchesAll: boolean },
): Promise<Match | undefined> {
  const namespace = await matchNamespace(attributes, criteria.namespaceSelector)
  if (namespace === false || !matchObject(attributes, criteria.objectSelector)) return undefined
  if ((await findRule(attributes, criteria.excluded, criteria.equivalent)) !== undefined) return undefined
  const match =
    emptyMatchesAll && criteria.rules.length === 0
      ? requestMatch(attributes)
      : await findRule(attributes, criteria.rules, criteria.equivalent)
  // A request that it is not about at all is none of its business, whatever its namespace.
  if (match !== undefined && namespace !== true) throw namespace
  return match
}

function requestMatch({ definition, kind }: AdmissionAttributes): Match {
  return { definition, resource: resourceOf(definition), kind }
}

async function findRule(
  attributes: AdmissionAttributes,
  rules: readonly Rule[],
  equivalent: boolean,
): Promise<Match | undefined> {
  if (rules.length === 0) return undefined
  const { definition, services, cluster, subresource, kind } = attributes
  const matches = (rule: Rule, resource: GroupVersionResource): boolean =>
    ruleMatches(rule, { ...attributes, resource }) && (rule.names.length === 0 || rule.names.includes(attributes.name))
  if (rules.some((rule) => matches(rule, resourceOf(definition)))) return requestMatch(attributes)
  if (!equivalent) return undefined
  const others = equivalentsOf(await services.definitionsOf(cluster), definition)
  for (const rule of rules) {
    const found = others.find((other) => matches(rule, resourceOf(other)))
    if (found === undefined) continue
    const own = found.subresources[subresource]?.kind
    const matched =
      kind.kind === definition.names.kind
        ? { group: found.group, version: found.version, kind: found.names.kind }
        : (own ?? kind)
    return { definition: found, resource: resourceOf(found), kind: matched }
  }
  return undefined
}

/** The error is for requests that the rest matches. */
async function matchNamespace(
  attributes: AdmissionAttributes,
  selector: LabelSelector | undefined,
): Promise<boolean | StatusError> {
  const { definition, namespace, operation, object, subresource } = attributes
  const isNamespace = definition.names.plural === 'namespaces'
  if (selector === undefined || (namespace === '' && !isNamespace)) return true
  if (isNamespace && subresource === '' && operation !== 'DELETE')
    return selector.matches(object?.metadata.labels ?? {})
  try {
    const found = await namespaceOf(attributes, namespace)
    return selector.matches(found.metadata.labels ?? {})
  } catch (error) {
    if (isStatus(error, 'NotFound')) return error
    throw internalError(error instanceof Error ? error.message : String(error))
  }
}

/** @throws StatusError NotFound */
export async function namespaceOf({ services, cluster }: AdmissionAttributes, name: string): Promise<KubeObject> {
  const found = await services.read(namespaceDefinition, cluster, '', name)
  if (found === undefined) throw notFound({ group: '', resource: 'namespaces' }, name)
  return found
}

function matchObject({ object, old }: AdmissionAttributes, selector: LabelSelector | undefined): boolean {
  if (selector === undefined) return true
  return [object, old].some((each) => each !== undefined && selector.matches(labelsOf(each)))
}

function labelsOf({ metadata }: KubeObject): Readonly<Record<string, string>> {
  return fieldsIn(metadata?.labels) as Record<string, string>
}
