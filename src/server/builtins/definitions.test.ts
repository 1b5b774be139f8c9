import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALL_VERBS } from '../definition.ts'
import { definitionSet } from '../definitions.ts'
import { discoveryDocument } from '../discovery/document.ts'
import { builtinDefinitions } from './definitions.ts'

const refuse = () => Promise.reject(new Error('not asked here'))
const all = builtinDefinitions({ access: { authenticate: refuse, authorize: refuse, rulesOf: refuse } })
const set = definitionSet(all)

interface Listed {
  readonly name: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
}

function listed(path: string): Listed[] {
  const document = discoveryDocument(set, path, 'application/json')
  assert.ok(document, path)
  return (JSON.parse(document.body.toString()) as { resources: Listed[] }).resources
}

const ALL = [...ALL_VERBS]
const STATUS = ['get', 'patch', 'update']
const REVIEW = ['create']

/** What kube-apiserver 1.36 says of these (api/discovery in its repository). */
const SERVED: readonly (readonly [
  string,
  readonly (readonly [string, string, boolean, readonly string[], string])[],
])[] = [
  [
    '/api/v1',
    [
      ['configmaps', 'ConfigMap', true, ALL, 'cm'],
      ['events', 'Event', true, ALL, 'ev'],
      ['limitranges', 'LimitRange', true, ALL, 'limits'],
      ['namespaces', 'Namespace', false, ALL.filter((verb) => verb !== 'deletecollection'), 'ns'],
      ['namespaces/finalize', 'Namespace', false, ['update'], ''],
      ['namespaces/status', 'Namespace', false, STATUS, ''],
      ['resourcequotas', 'ResourceQuota', true, ALL, 'quota'],
      ['resourcequotas/status', 'ResourceQuota', true, STATUS, ''],
      ['secrets', 'Secret', true, ALL, ''],
      ['serviceaccounts', 'ServiceAccount', true, ALL, 'sa'],
      ['serviceaccounts/token', 'TokenRequest', true, ['create'], ''],
    ],
  ],
  ['/apis/events.k8s.io/v1', [['events', 'Event', true, ALL, 'ev']]],
  [
    '/apis/authentication.k8s.io/v1',
    [
      ['selfsubjectreviews', 'SelfSubjectReview', false, REVIEW, ''],
      ['tokenreviews', 'TokenReview', false, REVIEW, ''],
    ],
  ],
  [
    '/apis/authorization.k8s.io/v1',
    [
      ['localsubjectaccessreviews', 'LocalSubjectAccessReview', true, REVIEW, ''],
      ['selfsubjectaccessreviews', 'SelfSubjectAccessReview', false, REVIEW, ''],
      ['selfsubjectrulesreviews', 'SelfSubjectRulesReview', false, REVIEW, ''],
      ['subjectaccessreviews', 'SubjectAccessReview', false, REVIEW, ''],
    ],
  ],
  [
    '/apis/certificates.k8s.io/v1',
    [
      ['certificatesigningrequests', 'CertificateSigningRequest', false, ALL, 'csr'],
      ['certificatesigningrequests/approval', 'CertificateSigningRequest', false, STATUS, ''],
      ['certificatesigningrequests/status', 'CertificateSigningRequest', false, STATUS, ''],
    ],
  ],
  [
    '/apis/rbac.authorization.k8s.io/v1',
    [
      ['clusterrolebindings', 'ClusterRoleBinding', false, ALL, ''],
      ['clusterroles', 'ClusterRole', false, ALL, ''],
      ['rolebindings', 'RoleBinding', true, ALL, ''],
      ['roles', 'Role', true, ALL, ''],
    ],
  ],
  [
    '/apis/admissionregistration.k8s.io/v1',
    [
      ['mutatingadmissionpolicies', 'MutatingAdmissionPolicy', false, ALL, ''],
      ['mutatingadmissionpolicybindings', 'MutatingAdmissionPolicyBinding', false, ALL, ''],
      ['mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', false, ALL, ''],
      ['validatingadmissionpolicies', 'ValidatingAdmissionPolicy', false, ALL, ''],
      ['validatingadmissionpolicies/status', 'ValidatingAdmissionPolicy', false, STATUS, ''],
      ['validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', false, ALL, ''],
      ['validatingwebhookconfigurations', 'ValidatingWebhookConfiguration', false, ALL, ''],
    ],
  ],
  [
    '/apis/apiextensions.k8s.io/v1',
    [
      ['customresourcedefinitions', 'CustomResourceDefinition', false, ALL, 'crd,crds'],
      ['customresourcedefinitions/status', 'CustomResourceDefinition', false, STATUS, ''],
    ],
  ],
  ['/apis/coordination.k8s.io/v1', [['leases', 'Lease', true, ALL, '']]],
]

for (const [path, resources] of SERVED) {
  test(`${path} lists what kube-apiserver lists there`, () => {
    assert.deepEqual(
      listed(path).map(({ name, kind, namespaced, verbs, shortNames }) => [
        name,
        kind,
        namespaced,
        verbs,
        (shortNames ?? []).join(),
      ]),
      resources,
    )
  })
}

test('nothing else is built in', () => {
  const plain = SERVED.flatMap(([, resources]) => resources.filter(([name]) => !name.includes('/')))
  assert.equal(all.length, plain.length)
})

test('every built-in kind has a structural schema and names its columns once', () => {
  for (const { names, schema, schemaHash, columns } of all) {
    assert.equal(schema?.type, 'object', names.kind)
    assert.match(schemaHash, /^[0-9a-f]{32}$/)
    assert.equal(new Set(columns.map(({ name }) => name)).size, columns.length, names.kind)
  }
})
