/** rbac.authorization.k8s.io/v1 PolicyRule, and what it allows (kubernetes/pkg/apis/rbac/v1/evaluation_helpers.go). */
import type { Attributes } from './attributes.ts'

export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
}

/** The rules of a role, of whatever shape: what is malformed grants nothing (and is refused by the schema when written). */
export function parseRules(value: unknown): readonly PolicyRule[] {
  if (!Array.isArray(value)) return []
  return value.filter(isRecord).map((rule) => ({
    verbs: textsIn(rule.verbs) ?? [],
    ...listOf('apiGroups', rule),
    ...listOf('resources', rule),
    ...listOf('resourceNames', rule),
    ...listOf('nonResourceURLs', rule),
  }))
}

function listOf(field: string, rule: Record<string, unknown>): Record<string, readonly string[]> {
  const texts = textsIn(rule[field])
  return texts === undefined ? {} : { [field]: texts }
}

function textsIn(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!covers(rule.verbs, attributes.verb)) return false
  if (!attributes.resourceRequest) return urlCovered(rule.nonResourceURLs ?? [], attributes.path)
  return (
    covers(rule.apiGroups ?? [], attributes.group) &&
    resourceCovered(rule.resources ?? [], attributes.resource, attributes.subresource) &&
    nameCovered(rule.resourceNames ?? [], attributes.name)
  )
}

function covers(values: readonly string[], value: string): boolean {
  return values.includes(value) || values.includes('*')
}

/** `pods` is not `pods/log`; `*` is both, and `* /scale` (without the space) is every resource's subresource scale. */
function resourceCovered(resources: readonly string[], resource: string, subresource: string): boolean {
  if (subresource === '') return covers(resources, resource)
  return covers(resources, `${resource}/${subresource}`) || resources.includes(`*/${subresource}`)
}

/** No names means every name, requests without one (list, create) included. */
function nameCovered(names: readonly string[], name: string): boolean {
  return names.length === 0 || names.includes(name)
}

function urlCovered(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => urlCovers(pattern, path))
}

/** A trailing `*` stands for any rest; elsewhere it is a plain character. */
export function urlCovers(pattern: string, path: string): boolean {
  return pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')))
}
