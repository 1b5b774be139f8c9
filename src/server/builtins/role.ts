/** rbac.authorization.k8s.io/v1 Role and ClusterRole (pkg/apis/rbac/validation). */
import { fieldInvalid, fieldRequired, type KubeObject, type StatusCause } from '../../machinery/index.ts'
import { admitGrant } from './admit-grant.ts'
import { builtIn } from './built-in.ts'
import { validateLabelSelector } from './label-selector.ts'
import { noteAggregation } from './role-aggregation.ts'
import { type Fields, isFields, listIn, objectsIn } from './untyped.ts'

function validateRule(rule: Fields, namespaced: boolean, path: string): StatusCause[] {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule
  const causes: StatusCause[] = []
  if (listIn(verbs).length === 0) causes.push(fieldRequired(`${path}.verbs`, 'verbs must contain at least one value'))
  if (listIn(nonResourceURLs).length > 0) {
    const field = `${path}.nonResourceURLs`
    if (namespaced) {
      causes.push(fieldInvalid(field, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'))
    }
    if ([apiGroups, resources, resourceNames].some((list) => listIn(list).length > 0)) {
      const message = 'rules cannot apply to both regular resources and non-resource URLs'
      causes.push(fieldInvalid(field, nonResourceURLs, message))
    }
    return causes
  }
  if (listIn(apiGroups).length === 0) {
    causes.push(fieldRequired(`${path}.apiGroups`, 'resource rules must supply at least one api group'))
  }
  if (listIn(resources).length === 0) {
    causes.push(fieldRequired(`${path}.resources`, 'resource rules must supply at least one resource'))
  }
  return causes
}

function validateRules(object: KubeObject, namespaced: boolean): StatusCause[] {
  return objectsIn(object.rules).flatMap((rule, index) => validateRule(rule, namespaced, `rules[${index}]`))
}

function validateAggregation(object: KubeObject): StatusCause[] {
  if (!isFields(object.aggregationRule)) return []
  const path = 'aggregationRule.clusterRoleSelectors'
  const selectors = objectsIn(object.aggregationRule.clusterRoleSelectors)
  if (selectors.length === 0) {
    return [fieldRequired(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')]
  }
  return selectors.flatMap((selector, index) => {
    const causes = validateLabelSelector(selector, `${path}[${index}]`)
    // Upstream says so once more, of the selector that it could not make.
    return causes.length === 0 ? [] : [...causes, fieldInvalid(`${path}[${index}]`, null, 'invalid label selector.')]
  })
}

const validateRole = (object: KubeObject) => validateRules(object, true)
const validateClusterRole = (object: KubeObject) => [...validateRules(object, false), ...validateAggregation(object)]

const RBAC = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  nameRule: 'PathSegment',
  createOnUpdate: true,
} as const

export const role = builtIn({
  ...RBAC,
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  strategy: { admit: admitGrant, validate: validateRole, validateUpdate: validateRole },
})

export const clusterRole = builtIn({
  ...RBAC,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  strategy: {
    admit: admitGrant,
    commit: noteAggregation,
    validate: validateClusterRole,
    validateUpdate: validateClusterRole,
  },
})
