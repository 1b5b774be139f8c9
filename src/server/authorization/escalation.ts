/** Which rights somebody lacks of those that they want to grant (component-helpers/auth/rbac/validation, pkg/registry/rbac). */
import { compareText, quote, type UserInfo } from '../../machinery/index.ts'
import { type PolicyRule, urlCovers } from './policy-rule.ts'

/** What one must hold to give a ClusterRole an aggregationRule, as it may come to contain anything. */
export const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

/** Upstream's message when the caller does not hold FULL_AUTHORITY. */
export const AGGREGATION_REFUSED = 'must have cluster-admin privileges to use the aggregationRule'

/** What of the wanted rules none of the owner's rules covers, broken down into single rights. */
export function uncoveredRules(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(singleRights).filter((right) => !owned.some((rule) => coversRight(rule, right)))
}

/** Upstream's message for a non-empty answer of uncoveredRules (ConfirmNoEscalation). */
export function escalationMessage(user: UserInfo, missing: readonly PolicyRule[]): string {
  const lines = [...new Set(compact(missing).map(formatRule))].sort(compareText)
  const who = `user ${quote(user.username)} (groups=${quoteList(user.groups)})`
  return `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`
}

/** Rules with one verb and one resource (of one group, with one name at most) or one URL each. */
function singleRights({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): PolicyRule[] {
  const ofResources = (apiGroups ?? []).flatMap((group) =>
    (resources ?? []).flatMap((resource) =>
      verbs.flatMap((verb): PolicyRule[] => {
        const right = { verbs: [verb], apiGroups: [group], resources: [resource] }
        if (resourceNames === undefined || resourceNames.length === 0) return [right]
        return resourceNames.map((name) => ({ ...right, resourceNames: [name] }))
      }),
    ),
  )
  const ofUrls = (nonResourceURLs ?? []).flatMap((url) =>
    verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [url] })),
  )
  return [...ofResources, ...ofUrls]
}

function coversRight(rule: PolicyRule, right: PolicyRule): boolean {
  return (
    coversAll(rule.verbs, right.verbs) &&
    coversAll(rule.apiGroups ?? [], right.apiGroups ?? []) &&
    (right.resources ?? []).every((resource) => coversResource(rule.resources ?? [], resource)) &&
    coversNames(rule.resourceNames ?? [], right.resourceNames ?? []) &&
    (right.nonResourceURLs ?? []).every((url) => (rule.nonResourceURLs ?? []).some((owned) => urlCovers(owned, url)))
  )
}

function coversAll(owned: readonly string[], wanted: readonly string[]): boolean {
  return owned.includes('*') || wanted.every((value) => owned.includes(value))
}

function coversResource(owned: readonly string[], wanted: string): boolean {
  if (owned.includes('*') || owned.includes(wanted)) return true
  const slash = wanted.indexOf('/')
  return slash >= 0 && owned.includes(`*${wanted.slice(slash)}`)
}

function coversNames(owned: readonly string[], wanted: readonly string[]): boolean {
  if (owned.length === 0) return true
  return wanted.length > 0 && wanted.every((name) => owned.includes(name))
}

/** Rights that differ by their verb alone become one rule (policy_compact.go). */
function compact(rights: readonly PolicyRule[]): PolicyRule[] {
  const isUrl = ({ nonResourceURLs }: PolicyRule) => nonResourceURLs !== undefined
  const alike = Map.groupBy(
    rights.filter((right) => !isUrl(right)),
    ({ apiGroups, resources, resourceNames }) => JSON.stringify([apiGroups, resources, resourceNames]),
  )
  const merged = [...alike.values()].map((group) => ({ ...group[0], verbs: group.flatMap(({ verbs }) => verbs) }))
  return [...rights.filter(isUrl), ...merged]
}

/** evaluation_helpers.go CompactString */
function formatRule({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  const fields = {
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  }
  const parts = Object.entries(fields).flatMap(([field, values]) =>
    values === undefined || values.length === 0 ? [] : [`${field}:${quoteList(values)}`],
  )
  return `{${parts.join(', ')}}`
}

/** As Go's %q prints a list of texts. */
function quoteList(values: readonly string[]): string {
  return `[${values.map(quote).join(' ')}]`
}
