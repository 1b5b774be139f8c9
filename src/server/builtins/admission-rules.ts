/** What webhooks and policies have in common: rules, selectors and conditions (pkg/apis/admissionregistration). */
import {
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooMany,
  isQualifiedName,
  isValidPathSegmentName,
  type StatusCause,
} from '../../machinery/index.ts'
import { validateLabelSelector } from './label-selector.ts'
import { conditionCauses } from './policy-expressions.ts'
import {
  defaultField,
  type Fields,
  fieldsIn,
  isAbsent,
  isFields,
  listIn,
  objectsIn,
  textIn,
  textsIn,
} from './untyped.ts'

export const FAILURE_POLICIES = ['Fail', 'Ignore']
export const REINVOCATION_POLICIES = ['IfNeeded', 'Never']
const MATCH_POLICIES = ['Equivalent', 'Exact']
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']
const MAX_MATCH_CONDITIONS = 64

/** A cause unless the field is absent or one of the values. */
export function oneOf(owner: Fields, key: string, path: string, values: readonly string[]): StatusCause[] {
  const value = owner[key]
  if (isAbsent(value) || values.includes(textIn(value))) return []
  return [fieldNotSupported(`${path}.${key}`, value, values)]
}

export function requiredOneOf(owner: Fields, key: string, path: string, values: readonly string[]): StatusCause[] {
  return isAbsent(owner[key]) || owner[key] === ''
    ? [fieldRequired(`${path}.${key}`, '')]
    : oneOf(owner, key, path, values)
}

export function setRuleDefaults(rules: unknown): void {
  for (const rule of objectsIn(rules)) defaultField(rule, 'scope', '*')
}

/** MatchResources' own defaults, and those of webhooks, which have the same three fields. */
export function setMatchDefaults(match: Fields): void {
  defaultField(match, 'matchPolicy', 'Equivalent')
  defaultField(match, 'namespaceSelector', {})
  defaultField(match, 'objectSelector', {})
  setRuleDefaults(match.resourceRules)
  setRuleDefaults(match.excludeResourceRules)
}

function validateResources(resources: readonly string[], path: string): StatusCause[] {
  const causes: StatusCause[] = resources.length === 0 ? [fieldRequired(path, '')] : []
  const wildcardSubresources = new Set<string>()
  const wildcardResources = new Set<string>()
  let plain = false
  for (const [index, text] of resources.entries()) {
    const field = `${path}[${index}]`
    const slash = text.indexOf('/')
    if (text === '') {
      causes.push(fieldRequired(field, ''))
      continue
    }
    if (slash < 0) {
      plain = text !== '*'
      continue
    }
    const [resource, subresource] = [text.slice(0, slash), text.slice(slash + 1)]
    if (wildcardSubresources.has(resource)) {
      causes.push(fieldInvalid(field, text, `if '${resource}/*' is present, must not specify ${text}`))
    }
    if (wildcardResources.has(subresource)) {
      causes.push(fieldInvalid(field, text, `if '*/${subresource}' is present, must not specify ${text}`))
    }
    if (subresource === '*') wildcardSubresources.add(resource)
    if (resource === '*') wildcardResources.add(subresource)
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    causes.push(fieldInvalid(path, resources, "if '*/*' is present, must not specify other resources"))
  }
  if (resources.includes('*') && plain) {
    const message = "if '*' is present, must not specify other resources without subresources"
    causes.push(fieldInvalid(path, resources, message))
  }
  return causes
}

function validateWildcard(values: readonly string[], path: string, what: string): StatusCause[] {
  if (values.length === 0) return [fieldRequired(path, '')]
  if (values.length === 1 || !values.includes('*')) return []
  return [fieldInvalid(path, values, `if '*' is present, must not specify other ${what}`)]
}

/** RuleWithOperations. */
export function validateRule(rule: Fields, path: string): StatusCause[] {
  const operations = textsIn(rule.operations)
  const versions = textsIn(rule.apiVersions)
  return [
    ...validateWildcard(operations, `${path}.operations`, 'operations'),
    ...operations.flatMap((operation, index) =>
      OPERATIONS.includes(operation) ? [] : [fieldNotSupported(`${path}.operations[${index}]`, operation, OPERATIONS)],
    ),
    ...validateWildcard(textsIn(rule.apiGroups), `${path}.apiGroups`, 'API groups'),
    ...validateWildcard(versions, `${path}.apiVersions`, 'API versions'),
    ...versions.flatMap((version, index) =>
      version === '' ? [fieldRequired(`${path}.apiVersions[${index}]`, '')] : [],
    ),
    ...validateResources(textsIn(rule.resources), `${path}.resources`),
    ...oneOf(rule, 'scope', path, SCOPES),
  ]
}

function validateResourceNames(names: readonly string[], path: string): StatusCause[] {
  return names.flatMap((name, index) => [
    ...isValidPathSegmentName(name).map((message) => fieldInvalid(`${path}[${index}]`, name, message)),
    ...(names.indexOf(name) < index ? [fieldDuplicate(`${path}[${index}]`, name)] : []),
  ])
}

function validateNamedRules(rules: unknown, path: string): StatusCause[] {
  return objectsIn(rules).flatMap((rule, index) => [
    ...validateResourceNames(textsIn(rule.resourceNames), `${path}[${index}].resourceNames`),
    ...validateRule(rule, `${path}[${index}]`),
  ])
}

export function validateSelectors(owner: Fields, path: string): StatusCause[] {
  return ['namespaceSelector', 'objectSelector'].flatMap((key) =>
    isFields(owner[key]) ? validateLabelSelector(owner[key], `${path}.${key}`) : [],
  )
}

export function validateMatchResources(match: Fields, path: string): StatusCause[] {
  return [
    ...requiredOneOf(match, 'matchPolicy', path, MATCH_POLICIES),
    ...validateSelectors(match, path),
    ...validateNamedRules(match.resourceRules, `${path}.resourceRules`),
    ...validateNamedRules(match.excludeResourceRules, `${path}.excludeResourceRules`),
  ]
}

export function validateMatchPolicy(owner: Fields, path: string): StatusCause[] {
  return oneOf(owner, 'matchPolicy', path, MATCH_POLICIES)
}

/** @param params - whether the conditions may refer to parameters. */
export function validateMatchConditions(conditions: unknown, path: string, params = false): StatusCause[] {
  const all = listIn(conditions).map(fieldsIn)
  const names = all.map((condition) => textIn(condition.name))
  const tooMany = all.length > MAX_MATCH_CONDITIONS ? [fieldTooMany(path, all.length, MAX_MATCH_CONDITIONS)] : []
  return [
    ...tooMany,
    ...all.flatMap((condition, index) => {
      const field = `${path}[${index}]`
      const name = names[index] ?? ''
      return [
        ...conditionCauses(condition.expression, `${field}.expression`, params),
        ...(name === ''
          ? [fieldRequired(`${field}.name`, '')]
          : isQualifiedName(name).map((message) => fieldInvalid(`${field}.name`, name, message))),
        ...(name !== '' && names.indexOf(name) < index ? [fieldDuplicate(`${field}.name`, name)] : []),
      ]
    }),
  ]
}
