/** rbac.authorization.k8s.io/v1 RoleBinding and ClusterRoleBinding (pkg/apis/rbac). */
import { isDeepStrictEqual } from 'node:util'
import {
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDNS1123Subdomain,
  isValidPathSegmentName,
  type KubeObject,
  type StatusCause,
} from '../../machinery/index.ts'
import type { PrinterColumn, Strategy } from '../definition.ts'
import { admitGrant } from './admit-grant.ts'
import { builtIn } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { ensureFields, type Fields, fieldsIn, objectsIn, textIn } from './untyped.ts'

const GROUP = 'rbac.authorization.k8s.io'
const SUBJECT_KINDS = ['ServiceAccount', 'User', 'Group']

/** Absent API groups mean RBAC's own, but for service accounts, which are in the core group. */
function setDefaults(object: KubeObject): void {
  const roleRef = ensureFields(object, 'roleRef')
  if (textIn(roleRef.apiGroup) === '') roleRef.apiGroup = GROUP
  for (const subject of objectsIn(object.subjects)) {
    const named = subject.kind === 'User' || subject.kind === 'Group'
    if (named && textIn(subject.apiGroup) === '') subject.apiGroup = GROUP
  }
}

function validateSubject(subject: Fields, namespaced: boolean, path: string): StatusCause[] {
  const name = textIn(subject.name)
  const apiGroup = textIn(subject.apiGroup)
  const causes = name === '' ? [fieldRequired(`${path}.name`, '')] : []
  if (subject.kind === 'ServiceAccount') {
    const messages = name === '' ? [] : isDNS1123Subdomain(name)
    causes.push(...messages.map((message) => fieldInvalid(`${path}.name`, name, message)))
    if (apiGroup !== '') causes.push(fieldNotSupported(`${path}.apiGroup`, apiGroup, ['']))
    if (!namespaced && textIn(subject.namespace) === '') causes.push(fieldRequired(`${path}.namespace`, ''))
  } else if (subject.kind === 'User' || subject.kind === 'Group') {
    if (apiGroup !== GROUP) causes.push(fieldNotSupported(`${path}.apiGroup`, apiGroup, [GROUP]))
  } else {
    causes.push(fieldNotSupported(`${path}.kind`, textIn(subject.kind), SUBJECT_KINDS))
  }
  return causes
}

function validate(object: KubeObject, namespaced: boolean): StatusCause[] {
  const { apiGroup, kind, name } = fieldsIn(object.roleRef)
  const kinds = namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
  const causes: StatusCause[] = []
  if (apiGroup !== GROUP) causes.push(fieldNotSupported('roleRef.apiGroup', textIn(apiGroup), [GROUP]))
  if (!kinds.includes(textIn(kind))) causes.push(fieldNotSupported('roleRef.kind', textIn(kind), kinds))
  if (textIn(name) === '') causes.push(fieldRequired('roleRef.name', ''))
  else causes.push(...isValidPathSegmentName(textIn(name)).map((text) => fieldInvalid('roleRef.name', name, text)))
  const subjects = objectsIn(object.subjects)
  return [
    ...causes,
    ...subjects.flatMap((subject, index) => validateSubject(subject, namespaced, `subjects[${index}]`)),
  ]
}

/** Go's internal type, whose fields have no JSON names: so upstream prints it. */
function roleRefOf(object: KubeObject): { APIGroup: string; Kind: string; Name: string } {
  const { apiGroup, kind, name } = fieldsIn(object.roleRef)
  return { APIGroup: textIn(apiGroup), Kind: textIn(kind), Name: textIn(name) }
}

function validateRoleRefUpdate(object: KubeObject, old: KubeObject): StatusCause[] {
  const [updated, stored] = [roleRefOf(object), roleRefOf(old)]
  const same = isDeepStrictEqual(updated, stored)
  return same ? [] : [fieldInvalid('roleRef', updated, 'cannot change roleRef')]
}

function strategyOf(namespaced: boolean): Strategy {
  return {
    prepareForCreate: setDefaults,
    prepareForUpdate: setDefaults,
    admit: admitGrant,
    validate: (object) => validate(object, namespaced),
    validateUpdate: (object, old) => [...validate(object, namespaced), ...validateRoleRefUpdate(object, old)],
  }
}

function subjectsOf(object: KubeObject, kind: string): string {
  const names = objectsIn(object.subjects)
    .filter((subject) => subject.kind === kind)
    .map((subject) =>
      kind === 'ServiceAccount' ? `${textIn(subject.namespace)}/${textIn(subject.name)}` : textIn(subject.name),
    )
  return names.join(', ')
}

function columnsOf(binding: string, roleDescription: string): readonly PrinterColumn[] {
  const subjects = (name: string, kind: string): PrinterColumn => ({
    name,
    type: 'string',
    priority: 1,
    description: `${name} in the ${binding}`,
    cell: (object) => subjectsOf(object, kind),
  })
  return [
    NAME,
    {
      name: 'Role',
      type: 'string',
      description: roleDescription,
      cell: (object) => `${roleRefOf(object).Kind}/${roleRefOf(object).Name}`,
    },
    AGE,
    subjects('Users', 'User'),
    subjects('Groups', 'Group'),
    subjects('ServiceAccounts', 'ServiceAccount'),
  ]
}

const RBAC = { group: GROUP, version: 'v1', nameRule: 'PathSegment', createOnUpdate: true } as const
const UNRESOLVED = 'If the RoleRef cannot be resolved, the Authorizer must return an error.'

export const roleBinding = builtIn({
  ...RBAC,
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  columns: columnsOf(
    'roleBinding',
    `RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. ${UNRESOLVED}`,
  ),
  strategy: strategyOf(true),
})

export const clusterRoleBinding = builtIn({
  ...RBAC,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  columns: columnsOf(
    'clusterRoleBinding',
    `RoleRef can only reference a ClusterRole in the global namespace. ${UNRESOLVED}`,
  ),
  strategy: strategyOf(false),
})
