/** Grants beyond what one holds. */
import { type Case, cases, type Fields, get, mergePatch, post, type Step } from '../case.ts'
import { RBAC, role, roleBinding } from './objects.ts'
import { KIND } from './things.ts'

const RULE = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }
const BEYOND = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] }
const USER = { kind: 'User', name: 'jane-<id>', apiGroup: 'rbac.authorization.k8s.io' }
const jane = { headers: { 'impersonate-user': 'jane-<id>' } }
const ROLES = `${RBAC}/namespaces/<ns>/roles`
const BINDINGS = `${RBAC}/namespaces/<ns>/rolebindings`
const ref = (name: string): Fields => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name })
const toRoles = (resource: string, verbs: string[], more: Fields = {}): Fields => ({
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: [resource],
  verbs,
  ...more,
})
const granted = (...rules: Fields[]): Step[] => [
  post(ROLES, role('own', { rules: [RULE, ...rules] }), KIND),
  post(BINDINGS, roleBinding('own', { roleRef: ref('own'), subjects: [USER] }), KIND),
  post(ROLES, role('beyond', { rules: [BEYOND] }), KIND),
  get('/api/v1/namespaces/<ns>/configmaps', { ...jane, until: 200, pick: ['/kind'] }),
]
const tried = { ...jane, pick: ['/kind', '/message', '/reason', '/code', '/rules', '/roleRef'] }
const asJane = (step: Step): Step => ({ ...step, ...tried }) as Step

export const escalationCases: readonly Case[] = [
  ...cases('create', 'escalation of rights', {
    'a binding to more': [
      ...granted(toRoles('rolebindings', ['create'])),
      post(BINDINGS, roleBinding('one', { roleRef: ref('beyond'), subjects: [USER] }), tried),
      post(BINDINGS, roleBinding('two', { roleRef: ref('nothing'), subjects: [USER] }), tried),
    ],
    'a binding by the verb bind': [
      ...granted(toRoles('rolebindings', ['create']), toRoles('roles', ['bind'], { resourceNames: ['beyond'] })),
      post(BINDINGS, roleBinding('one', { roleRef: ref('beyond'), subjects: [USER] }), tried),
    ],
    'a role by the verb escalate': [
      ...granted(toRoles('roles', ['create', 'escalate'])),
      post(ROLES, role('one', { rules: [BEYOND] }), tried),
    ],
    'a role of many rules': [
      ...granted(toRoles('roles', ['create'])),
      post(
        ROLES,
        role('one', {
          rules: [
            { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
            { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
            { apiGroups: [''], resources: ['configmaps', 'secrets'], resourceNames: ['a'], verbs: ['get', 'update'] },
          ],
        }),
        tried,
      ),
    ],
    'a role within what its maker may': [
      ...granted(toRoles('roles', ['create'])),
      post(ROLES, role('one', { rules: [{ ...RULE, resourceNames: ['a'] }] }), tried),
    ],
    'a role that changes': [
      ...granted(toRoles('roles', ['get', 'update', 'patch'])),
      post(ROLES, role('one', { rules: [RULE] }), KIND),
      asJane(mergePatch(`${ROLES}/one`, { rules: [BEYOND] })),
      asJane(mergePatch(`${ROLES}/one`, { metadata: { labels: { a: 'b' } } })),
      asJane(mergePatch(`${ROLES}/beyond`, { metadata: { labels: { a: 'b' } } })),
      asJane(mergePatch(`${ROLES}/one`, { rules: [] })),
    ],
  }),
]
