/** RuleWithOperations and NamedRuleWithOperations (apiserver/pkg/admission/plugin/webhook/predicates/rules). */
import { type Fields, objectsIn, textIn, textsIn } from '../builtins/untyped.ts'
import type { AdmissionOperation, GroupVersionResource } from './attributes.ts'

export interface Rule {
  readonly operations: readonly string[]
  readonly groups: readonly string[]
  readonly versions: readonly string[]
  /** `resource`, `resource/subresource`, with `*` for any of either. */
  readonly resources: readonly string[]
  readonly scope: string
  /** Of policies; empty for any. */
  readonly names: readonly string[]
}

export interface RuleSubject {
  readonly operation: AdmissionOperation
  readonly resource: GroupVersionResource
  readonly subresource: string
  readonly namespace: string
}

export function rulesIn(rules: unknown): Rule[] {
  return objectsIn(rules).map((rule: Fields) => ({
    operations: textsIn(rule.operations),
    groups: textsIn(rule.apiGroups),
    versions: textsIn(rule.apiVersions),
    resources: textsIn(rule.resources),
    scope: textIn(rule.scope) || '*',
    names: textsIn(rule.resourceNames),
  }))
}

function holds(values: readonly string[], value: string): boolean {
  return values.includes('*') || values.includes(value)
}

function matchesScope(scope: string, { resource, namespace }: RuleSubject): boolean {
  if (scope === '*') return true
  const isClusterScoped = (resource.group === '' && resource.resource === 'namespaces') || namespace === ''
  return (scope === 'Cluster') === isClusterScoped
}

function matchesResource(resources: readonly string[], { resource, subresource }: RuleSubject): boolean {
  return resources.some((text) => {
    const slash = text.indexOf('/')
    const [name, sub] = slash === -1 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)]
    return (name === '*' || name === resource.resource) && (sub === '*' || sub === subresource)
  })
}

export function ruleMatches(rule: Rule, subject: RuleSubject): boolean {
  return (
    matchesScope(rule.scope, subject) &&
    holds(rule.operations, subject.operation) &&
    holds(rule.groups, subject.resource.group) &&
    holds(rule.versions, subject.resource.version) &&
    matchesResource(rule.resources, subject)
  )
}
