import { type Case, cases, del, type Fields, get, type Json, mergePatch, post, put, type Step } from '../case.ts'
import {
  CONFIG_MAPS,
  clusterRole,
  clusterRoleBinding,
  configMap,
  NAMESPACES,
  RBAC,
  role,
  roleBinding,
  SECRETS,
  WIDGETS,
} from './objects.ts'

const RULE = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }
const USER = { kind: 'User', name: 'jane-<id>', apiGroup: 'rbac.authorization.k8s.io' }
const jane = { headers: { 'impersonate-user': 'jane-<id>' } }
const ROLES = `${RBAC}/namespaces/<ns>/roles`
const BINDINGS = `${RBAC}/namespaces/<ns>/rolebindings`
const ref = (kind: string, name: string): Fields => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name })
const granted = (rules: Json, subjects: Json = [USER]): Step[] => [
  post(ROLES, role('one', { rules })),
  post(BINDINGS, roleBinding('one', { roleRef: ref('Role', 'one'), subjects })),
  get(CONFIG_MAPS, { ...jane, until: 200, pick: ['/kind', '/message'] }),
]
const review = (kind: string, group: string, spec: Fields): Fields => ({ apiVersion: `${group}/v1`, kind, spec })
const access = (spec: Fields): Step =>
  post(
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    review('SubjectAccessReview', 'authorization.k8s.io', spec),
  )
const tried = (path: string, make: (fields: Fields) => Fields, all: Record<string, Fields>): Record<string, Step[]> =>
  Object.fromEntries(Object.entries(all).map(([title, fields]) => [title, [post(path, make(fields))]]))

export const accessCases: readonly Case[] = [
  ...cases('get', 'forbidden', {
    'a configmap': [get(`${CONFIG_MAPS}/one`, jane)],
    configmaps: [get(CONFIG_MAPS, jane)],
    'configmaps everywhere': [get('/api/v1/configmaps', jane)],
    'a widget': [get(`${WIDGETS}/one`, jane)],
    'a status': [get(`${WIDGETS}/one/status`, jane)],
    'a namespace': [get(`${NAMESPACES}/<ns>`, jane)],
    'a resource that is not there': [get('/api/v1/namespaces/<ns>/nothings', jane)],
    'a path': [get('/metrics', jane)],
    anonymous: [
      get(CONFIG_MAPS, {
        headers: { 'impersonate-user': 'system:anonymous', 'impersonate-group': 'system:unauthenticated' },
      }),
    ],
    'discovery is allowed': [
      get('/apis/oracle.keelson.dev/v1', { ...jane, pick: ['/groupVersion', '/resources/name=widgets'] }),
    ],
    'by a bad token': [
      get(CONFIG_MAPS, { headers: { authorization: 'Bearer nothing' }, pick: ['/kind', '/code', '/reason'] }),
    ],
  }),
  ...cases('create', 'forbidden', {
    'a configmap': [post(CONFIG_MAPS, configMap('one'), jane)],
    'a patch': [{ ...mergePatch(`${CONFIG_MAPS}/one`, {}), ...jane } as Step],
    'a deletion': [del(`${CONFIG_MAPS}/one`, undefined, jane)],
    'a deletion of all': [del(CONFIG_MAPS, undefined, jane)],
    'a definition': [post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {}, jane)],
  }),
  ...cases('get', 'roles', {
    'a role lets in': [...granted([RULE]), post(CONFIG_MAPS, configMap('one'), jane), get(SECRETS, jane)],
    'by name': [
      ...granted([RULE, { apiGroups: [''], resources: ['secrets'], resourceNames: ['mine'], verbs: ['get'] }]),
      get(`${SECRETS}/mine`, jane),
      get(`${SECRETS}/other`, jane),
      get(SECRETS, jane),
    ],
    'by group': [
      post(ROLES, role('one', { rules: [RULE] })),
      post(
        BINDINGS,
        roleBinding('one', {
          roleRef: ref('Role', 'one'),
          subjects: [{ kind: 'Group', name: 'team-<id>', apiGroup: 'rbac.authorization.k8s.io' }],
        }),
      ),
      get(CONFIG_MAPS, {
        headers: { 'impersonate-user': 'x', 'impersonate-group': 'team-<id>' },
        until: 200,
        pick: ['/kind'],
      }),
    ],
    'by service account': [
      post(ROLES, role('one', { rules: [RULE] })),
      post(
        BINDINGS,
        roleBinding('one', {
          roleRef: ref('Role', 'one'),
          subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: '<ns>' }],
        }),
      ),
      get(CONFIG_MAPS, {
        headers: { 'impersonate-user': 'system:serviceaccount:<ns>:default' },
        until: 200,
        pick: ['/kind'],
      }),
    ],
    'by a cluster role in a namespace': [
      post(`${RBAC}/clusterroles`, clusterRole('<id>', { rules: [RULE] })),
      post(BINDINGS, roleBinding('one', { roleRef: ref('ClusterRole', '<id>'), subjects: [USER] })),
      get(CONFIG_MAPS, { ...jane, until: 200, pick: ['/kind'] }),
      get('/api/v1/configmaps', jane),
    ],
    'of a subresource': [
      ...granted([RULE, { apiGroups: ['oracle.keelson.dev'], resources: ['widgets/status'], verbs: ['*'] }]),
      get(`${WIDGETS}/one/status`, jane),
      get(`${WIDGETS}/one`, jane),
    ],
  }),
  ...cases('create', 'escalation', {
    'a role beyond what its maker may': [
      ...granted([RULE, { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] }]),
      post(ROLES, role('within', { rules: [RULE] }), jane),
      post(ROLES, role('beyond', { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] }), {
        ...jane,
        pick: ['/message', '/reason', '/code'],
      }),
    ],
  }),
  ...cases('create', 'roles', {
    ...tried(ROLES, (fields) => role('one', fields), {
      'a role': { rules: [RULE] },
      'without verbs': { rules: [{ apiGroups: [''], resources: ['secrets'] }] },
      'without resources': { rules: [{ apiGroups: [''], verbs: ['get'] }] },
      'without groups': { rules: [{ resources: ['secrets'], verbs: ['get'] }] },
      'with paths': { rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }] },
      'with both': { rules: [{ ...RULE, nonResourceURLs: ['/x'] }] },
    }),
    ...tried(BINDINGS, (fields) => roleBinding('one', fields), {
      'a binding': { roleRef: ref('Role', 'x'), subjects: [USER] },
      'a binding without a role': { subjects: [USER] },
      'a binding of another kind': { roleRef: ref('Other', 'x') },
      'a binding of another group': { roleRef: { apiGroup: 'x', kind: 'Role', name: 'y' } },
      'a binding of a subject without a name': { roleRef: ref('Role', 'x'), subjects: [{ kind: 'User' }] },
      'a binding of a subject of another kind': { roleRef: ref('Role', 'x'), subjects: [{ kind: 'Robot', name: 'r' }] },
      'a binding of an account without a namespace': {
        roleRef: ref('Role', 'x'),
        subjects: [{ kind: 'ServiceAccount', name: 'r' }],
      },
      'a binding of an account with a group': {
        roleRef: ref('Role', 'x'),
        subjects: [{ kind: 'ServiceAccount', name: 'r', namespace: 'n', apiGroup: 'x' }],
      },
      'a binding with defaults': {
        roleRef: { kind: 'Role', name: 'x' },
        subjects: [
          { kind: 'User', name: 'u' },
          { kind: 'Group', name: 'g' },
        ],
      },
    }),
    'a cluster role with paths': [
      post(
        `${RBAC}/clusterroles`,
        clusterRole('<id>', { rules: [{ nonResourceURLs: ['/x', '/y/*'], verbs: ['get'] }] }),
      ),
    ],
    'a cluster role with a bad selector': [
      post(
        `${RBAC}/clusterroles`,
        clusterRole('<id>', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: '-' } }] } }),
      ),
    ],
    'a cluster role without selectors': [post(`${RBAC}/clusterroles`, clusterRole('<id>', { aggregationRule: {} }))],
    'a cluster binding of a role': [
      post(`${RBAC}/clusterrolebindings`, clusterRoleBinding('<id>', { roleRef: ref('Role', 'x') })),
    ],
    'an aggregated cluster role': [
      post(`${RBAC}/clusterroles`, clusterRole('<id>-part', { rules: [RULE] }, { labels: { part: '<id>' } })),
      post(
        `${RBAC}/clusterroles`,
        clusterRole('<id>', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: '<id>' } }] } }),
      ),
      get(`${RBAC}/clusterroles/<id>`, { until: { field: 'rules.0' }, pick: ['/rules', '/aggregationRule'] }),
    ],
    'the role of a binding changes': [
      post(BINDINGS, roleBinding('one', { roleRef: ref('Role', 'x') })),
      put(`${BINDINGS}/one`, roleBinding('one', { roleRef: ref('Role', 'y') })),
    ],
    'more than one has': [
      ...granted([
        RULE,
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['*'] },
      ]),
      post(ROLES, role('two', { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }] }), jane),
    ],
    'as much as one has': [
      ...granted([
        RULE,
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['*'] },
      ]),
      post(ROLES, role('two', { rules: [{ ...RULE, verbs: ['get'] }] }), jane),
    ],
    'a binding to more than one has': [
      ...granted([
        RULE,
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['*'] },
      ]),
      post(BINDINGS, roleBinding('two', { roleRef: ref('ClusterRole', 'view'), subjects: [USER] }), {
        ...jane,
        pick: ['/kind', '/reason', '/code', '/details'],
      }),
    ],
    'a binding to no role': [
      ...granted([
        RULE,
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['*'] },
      ]),
      post(BINDINGS, roleBinding('two', { roleRef: ref('Role', 'none'), subjects: [USER] }), jane),
    ],
    'with the verb bind': [
      ...granted([
        RULE,
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['*', 'bind'] },
        {
          apiGroups: ['rbac.authorization.k8s.io'],
          resources: ['clusterroles'],
          resourceNames: ['view'],
          verbs: ['bind'],
        },
      ]),
      post(BINDINGS, roleBinding('two', { roleRef: ref('ClusterRole', 'view'), subjects: [USER] }), jane),
    ],
  }),
  ...cases('create', 'reviews', {
    'subject allowed': [
      access({ user: 'x', groups: ['system:masters'], resourceAttributes: { verb: 'get', resource: 'secrets' } }),
    ],
    'subject denied': [
      access({ user: 'x', resourceAttributes: { verb: 'get', resource: 'secrets', namespace: '<ns>' } }),
    ],
    'subject of a path': [
      access({ user: 'x', groups: ['system:authenticated'], nonResourceAttributes: { verb: 'get', path: '/version' } }),
    ],
    'subject of both': [access({ user: 'x', resourceAttributes: {}, nonResourceAttributes: {} })],
    'subject of neither': [access({ user: 'x' })],
    'subject without a user': [access({ resourceAttributes: { verb: 'get' } })],
    self: [
      post(
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        review('SelfSubjectAccessReview', 'authorization.k8s.io', {
          resourceAttributes: { verb: 'get', resource: 'secrets', namespace: '<ns>' },
        }),
        jane,
      ),
    ],
    'self of neither': [
      post(
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        review('SelfSubjectAccessReview', 'authorization.k8s.io', {}),
        jane,
      ),
    ],
    local: [
      post(
        '/apis/authorization.k8s.io/v1/namespaces/<ns>/localsubjectaccessreviews',
        review('LocalSubjectAccessReview', 'authorization.k8s.io', {
          user: 'x',
          resourceAttributes: { verb: 'get', resource: 'secrets', namespace: '<ns>' },
        }),
      ),
    ],
    'local of another namespace': [
      post(
        '/apis/authorization.k8s.io/v1/namespaces/<ns>/localsubjectaccessreviews',
        review('LocalSubjectAccessReview', 'authorization.k8s.io', {
          user: 'x',
          resourceAttributes: { verb: 'get', resource: 'secrets', namespace: 'other' },
        }),
      ),
    ],
    'local of a path': [
      post(
        '/apis/authorization.k8s.io/v1/namespaces/<ns>/localsubjectaccessreviews',
        review('LocalSubjectAccessReview', 'authorization.k8s.io', {
          user: 'x',
          nonResourceAttributes: { verb: 'get', path: '/' },
        }),
      ),
    ],
    'rules of oneself': [
      ...granted([RULE]),
      post(
        '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
        review('SelfSubjectRulesReview', 'authorization.k8s.io', { namespace: '<ns>' }),
        { ...jane, pick: ['/kind', '/spec', '/status/incomplete'] },
      ),
    ],
    'who am I': [
      post(
        '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        review('SelfSubjectReview', 'authentication.k8s.io', {}),
        { headers: { 'impersonate-user': 'jane', 'impersonate-group': 'team', 'impersonate-extra-some': 'thing' } },
      ),
    ],
    'token that is none': [
      post(
        '/apis/authentication.k8s.io/v1/tokenreviews',
        review('TokenReview', 'authentication.k8s.io', { token: 'nothing' }),
        { pick: ['/kind', '/apiVersion', '/status/authenticated'] },
      ),
    ],
    'token that is empty': [
      post('/apis/authentication.k8s.io/v1/tokenreviews', review('TokenReview', 'authentication.k8s.io', {})),
    ],
    'reviews are not read': [get('/apis/authorization.k8s.io/v1/subjectaccessreviews')],
    'in a dry run': [
      post(
        '/apis/authorization.k8s.io/v1/subjectaccessreviews?dryRun=All',
        review('SubjectAccessReview', 'authorization.k8s.io', { user: 'x', resourceAttributes: { verb: 'get' } }),
      ),
    ],
  }),
  ...cases('get', 'impersonation', {
    'of a group alone': [get(CONFIG_MAPS, { headers: { 'impersonate-group': 'x' } })],
    'of an extra alone': [get(CONFIG_MAPS, { headers: { 'impersonate-extra-x': 'y' } })],
    'not allowed': [
      get(CONFIG_MAPS, {
        headers: { 'impersonate-user': 'jane', 'impersonate-uid': '5' },
        pick: ['/message', '/code'],
      }),
    ],
    'of a service account': [
      post(
        '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        review('SelfSubjectReview', 'authentication.k8s.io', {}),
        { headers: { 'impersonate-user': 'system:serviceaccount:a:b' } },
      ),
    ],
  }),
]
