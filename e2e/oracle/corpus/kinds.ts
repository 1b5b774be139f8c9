/** One object of each built-in kind, with as many of its fields as it can have. */
import type { Fields } from '../case.ts'
import { ALICE } from './certificates.ts'
import {
  CONFIG_MAPS,
  CRDS,
  clusterRole,
  clusterRoleBinding,
  configMap,
  event,
  LEASES,
  lease,
  limitRange,
  NAMESPACES,
  namespace,
  quota,
  RBAC,
  role,
  roleBinding,
  SECRETS,
  secret,
  serviceAccount,
} from './objects.ts'
import { wholeDefinition } from './whole-definition.ts'

export interface KindCase {
  readonly path: string
  readonly object: Fields
  /** Undefined: what is posted is not kept, or a controller writes to it at some time. */
  readonly name?: string
  /** As in RequestStep. */
  readonly pick?: readonly string[]
}

const held: Fields = {
  labels: { b: '2', a: '1' },
  annotations: { 'example.com/note': 'ü' },
  finalizers: ['example.com/hold'],
}
const own = (path: string, object: Fields): KindCase => ({ path, object, name: 'one' })
const wide = (path: string, object: Fields): KindCase => ({ path, object, name: '<id>' })
const of = (apiVersion: string, kind: string, name: string, fields: Fields): Fields => ({
  apiVersion,
  kind,
  metadata: { name, labels: { a: '1' } },
  ...fields,
})
const review = (group: string, kind: string, spec: Fields): Fields => ({ apiVersion: `${group}/v1`, kind, spec })

const ADMISSION = 'admissionregistration.k8s.io/v1'
const admissionPath = `/apis/${ADMISSION}`
const matchResources: Fields = {
  namespaceSelector: { matchLabels: { never: 'there' }, matchExpressions: [{ key: 'x', operator: 'Exists' }] },
  objectSelector: { matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['b', 'a'] }] },
  resourceRules: [
    {
      resourceNames: ['never'],
      operations: ['CREATE', 'UPDATE'],
      apiGroups: ['never.dev'],
      apiVersions: ['v1'],
      resources: ['nothings'],
      scope: 'Namespaced',
    },
  ],
  excludeResourceRules: [{ operations: ['*'], apiGroups: ['other.dev'], apiVersions: ['*'], resources: ['*'] }],
  matchPolicy: 'Exact',
}
const webhook: Fields = {
  name: 'never.keelson.dev',
  clientConfig: { service: { namespace: 'none', name: 'none', path: '/x', port: 8443 }, caBundle: 'YQ==' },
  rules: [
    { operations: ['CREATE'], apiGroups: ['never.dev'], apiVersions: ['v1'], resources: ['nothings'], scope: '*' },
  ],
  failurePolicy: 'Ignore',
  matchPolicy: 'Exact',
  namespaceSelector: { matchLabels: { never: 'there' } },
  objectSelector: { matchLabels: { never: 'there' } },
  sideEffects: 'NoneOnDryRun',
  timeoutSeconds: 3,
  admissionReviewVersions: ['v1'],
  matchConditions: [{ name: 'c', expression: 'request.dryRun == false' }],
}
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIUE1IWUNBUUF3RkRFU01CQUdBMVVFQXd3SllTMWpiR2xsYm5Rd1dUQVRCZ2NxaGtqT1BRSUJCZ2dxaGtqTwpQUU1CQndOQ0FBVGY='

export const kinds: Readonly<Record<string, KindCase>> = {
  'a configmap': own(
    CONFIG_MAPS,
    configMap('one', { data: { b: '2', a: 'ü' }, binaryData: { c: 'AP8=' }, immutable: false }, held),
  ),
  'a secret': own(
    SECRETS,
    secret('one', { data: { b: 'AP8=', a: '' }, stringData: { c: 'x' }, type: 'example.com/x', immutable: true }),
  ),
  'a serviceaccount': own(
    '/api/v1/namespaces/<ns>/serviceaccounts',
    serviceAccount('one', {
      secrets: [{ name: 'a' }],
      imagePullSecrets: [{ name: 'b' }],
      automountServiceAccountToken: false,
    }),
  ),
  'a namespace': { path: NAMESPACES, object: namespace('<id>-x', {}, { labels: { a: '1' } }), name: '<id>-x' },
  'a quota': {
    path: '/api/v1/namespaces/<ns>/resourcequotas',
    object: quota('one', { spec: { hard: { pods: '5' }, scopes: ['NotTerminating'] } }),
  },
  'a quota with a selector': {
    path: '/api/v1/namespaces/<ns>/resourcequotas',
    object: quota('one', {
      spec: {
        hard: { pods: '1k' },
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
      },
    }),
  },
  'a limitrange': own(
    '/api/v1/namespaces/<ns>/limitranges',
    limitRange('one', {
      spec: {
        limits: [
          {
            type: 'Container',
            max: { memory: '1Gi', cpu: '2' },
            min: { cpu: '100m' },
            default: { cpu: '1' },
            defaultRequest: { cpu: '0.5' },
            maxLimitRequestRatio: { cpu: '10' },
          },
        ],
      },
    }),
  ),
  'an event': own(
    '/api/v1/namespaces/<ns>/events',
    event('one', {
      involvedObject: { kind: 'Thing', name: 'x', namespace: '<ns>', apiVersion: 'v1', uid: 'u', fieldPath: 'spec' },
      reason: 'R',
      message: 'm',
      type: 'Normal',
      count: 3,
      source: { component: 'c', host: 'h' },
      firstTimestamp: '2020-01-01T00:00:00Z',
      lastTimestamp: '2020-01-01T00:00:01Z',
      related: { kind: 'Other' },
    }),
  ),
  'a new event': own('/apis/events.k8s.io/v1/namespaces/<ns>/events', {
    ...of('events.k8s.io/v1', 'Event', 'one', {}),
    eventTime: '2020-01-01T00:00:00.000001Z',
    series: { count: 2, lastObservedTime: '2020-01-01T00:00:01.500000Z' },
    reportingController: 'example.com/c',
    reportingInstance: 'i',
    action: 'A',
    reason: 'R',
    type: 'Warning',
    regarding: { kind: 'Thing', name: 'x', namespace: '<ns>' },
    note: 'n',
  }),
  'a lease': own(
    LEASES,
    lease(
      'one',
      {
        spec: {
          holderIdentity: 'me',
          leaseDurationSeconds: 15,
          leaseTransitions: 0,
          acquireTime: '2020-01-01T00:00:00.000000Z',
          renewTime: '2020-01-01T00:00:00.123456Z',
          strategy: 'OldestEmulationVersion',
          preferredHolder: 'you',
        },
      },
      held,
    ),
  ),
  'a role': own(
    `${RBAC}/namespaces/<ns>/roles`,
    role('one', { rules: [{ verbs: ['get'], apiGroups: ['', 'a'], resources: ['b'], resourceNames: ['c'] }] }),
  ),
  'a rolebinding': own(
    `${RBAC}/namespaces/<ns>/rolebindings`,
    roleBinding('one', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' },
      subjects: [
        { kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    }),
  ),
  'a clusterrole': wide(
    `${RBAC}/clusterroles`,
    clusterRole('<id>', {
      rules: [
        { verbs: ['get'], nonResourceURLs: ['/x'] },
        { verbs: ['list'], apiGroups: [''], resources: ['a'] },
      ],
    }),
  ),
  'an aggregated clusterrole': wide(
    `${RBAC}/clusterroles`,
    clusterRole('<id>', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { never: '<id>' } }] } }),
  ),
  'a clusterrolebinding': wide(
    `${RBAC}/clusterrolebindings`,
    clusterRoleBinding('<id>', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'x' },
      subjects: [{ kind: 'Group', name: 'g', apiGroup: 'rbac.authorization.k8s.io' }],
    }),
  ),
  'a validating webhook': wide(
    `${admissionPath}/validatingwebhookconfigurations`,
    of(ADMISSION, 'ValidatingWebhookConfiguration', '<id>', { webhooks: [webhook] }),
  ),
  'a mutating webhook': wide(
    `${admissionPath}/mutatingwebhookconfigurations`,
    of(ADMISSION, 'MutatingWebhookConfiguration', '<id>', {
      webhooks: [{ ...webhook, reinvocationPolicy: 'IfNeeded' }],
    }),
  ),
  'a validating policy': wide(
    `${admissionPath}/validatingadmissionpolicies`,
    of(ADMISSION, 'ValidatingAdmissionPolicy', '<id>', {
      spec: {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: matchResources,
        matchConditions: [{ name: 'c', expression: 'true' }],
        validations: [{ expression: 'true', message: 'm', reason: 'Forbidden', messageExpression: '"x"' }],
        auditAnnotations: [{ key: 'k', valueExpression: '"v"' }],
        variables: [{ name: 'v', expression: '1' }],
        failurePolicy: 'Ignore',
      },
    }),
  ),
  'a binding of a validating policy': wide(
    `${admissionPath}/validatingadmissionpolicybindings`,
    of(ADMISSION, 'ValidatingAdmissionPolicyBinding', '<id>', {
      spec: {
        policyName: 'none-<id>',
        paramRef: { name: 'p', namespace: 'n', parameterNotFoundAction: 'Allow' },
        matchResources,
        validationActions: ['Warn', 'Audit'],
      },
    }),
  ),
  'a mutating policy': wide(
    `${admissionPath}/mutatingadmissionpolicies`,
    of(ADMISSION, 'MutatingAdmissionPolicy', '<id>', {
      spec: {
        matchConstraints: matchResources,
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        mutations: [
          { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/x"}]' } },
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"a": "b"}}}' },
          },
        ],
      },
    }),
  ),
  'a binding of a mutating policy': wide(
    `${admissionPath}/mutatingadmissionpolicybindings`,
    of(ADMISSION, 'MutatingAdmissionPolicyBinding', '<id>', {
      spec: {
        policyName: 'none-<id>',
        paramRef: { selector: { matchLabels: { a: 'b' } }, parameterNotFoundAction: 'Deny' },
      },
    }),
  ),
  'a definition': { path: CRDS, object: wholeDefinition },
  'a certificate request': {
    path: '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    name: '<id>',
    // Who asks is each server's administrator.
    pick: [
      '/apiVersion',
      '/kind',
      '/metadata',
      '/spec/request',
      '/spec/signerName',
      '/spec/expirationSeconds',
      '/spec/usages',
    ],
    object: of('certificates.k8s.io/v1', 'CertificateSigningRequest', '<id>', {
      spec: {
        request: ALICE,
        signerName: 'example.com/x',
        expirationSeconds: 600,
        usages: ['client auth', 'digital signature'],
      },
    }),
  },
  'a certificate request that is none': {
    path: '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    object: of('certificates.k8s.io/v1', 'CertificateSigningRequest', '<id>', {
      spec: {
        request: REQUEST,
        signerName: 'example.com/x',
        expirationSeconds: 600,
        usages: ['client auth', 'digital signature'],
      },
    }),
  },
  'a token review': {
    path: '/apis/authentication.k8s.io/v1/tokenreviews',
    object: review('authentication.k8s.io', 'TokenReview', { token: 'none', audiences: ['a'] }),
  },
  'a review of oneself': {
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    object: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    // The digest of a certificate that is made for the run.
    pick: ['/apiVersion', '/kind', '/metadata'],
  },
  'an access review': {
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    object: review('authorization.k8s.io', 'SubjectAccessReview', {
      user: 'nobody',
      groups: ['others'],
      extra: { k: ['v', 'w'] },
      uid: 'u',
      resourceAttributes: { namespace: 'n', verb: 'get', group: 'g', version: 'v1', resource: 'r', name: 'x' },
    }),
  },
  'a local access review': {
    path: '/apis/authorization.k8s.io/v1/namespaces/<ns>/localsubjectaccessreviews',
    object: review('authorization.k8s.io', 'LocalSubjectAccessReview', {
      user: 'nobody',
      resourceAttributes: { namespace: '<ns>', verb: 'get', resource: 'r' },
    }),
  },
  'an access review of oneself': {
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    object: review('authorization.k8s.io', 'SelfSubjectAccessReview', {
      nonResourceAttributes: { path: '/x', verb: 'get' },
    }),
  },
  'a token request': {
    path: '/api/v1/namespaces/<ns>/serviceaccounts/default/token',
    object: review('authentication.k8s.io', 'TokenRequest', { audiences: ['a'], expirationSeconds: 3600 }),
  },
}
