import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validatingAdmissionPolicy } from './admission-policy.ts'
import { mutatingAdmissionPolicyBinding, validatingAdmissionPolicyBinding } from './admission-policy-binding.ts'
import { mutatingAdmissionPolicy } from './mutating-admission-policy.ts'
import { cellsOf, faultsOf, prepared } from './try-write.ts'

const resourceRules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }]
const policy = { matchConstraints: { resourceRules }, validations: [{ expression: 'true' }] }
const mutating = {
  matchConstraints: { resourceRules },
  reinvocationPolicy: 'Never',
  mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/data"}]' } }],
}

test('a policy fails closed, and matches equivalent requests of every scope', () => {
  assert.deepEqual(prepared(validatingAdmissionPolicy, { spec: policy, status: { observedGeneration: 1 } }).spec, {
    ...policy,
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [{ ...resourceRules[0], scope: '*' }],
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
    },
  })
})

const BOTH: readonly (readonly [string, Record<string, unknown>, string[]])[] = [
  ['as it should be', {}, []],
  ['without constraints', { matchConstraints: undefined }, ['spec.matchConstraints: Required value']],
  ['that matches nothing', { matchConstraints: {} }, ['spec.matchConstraints.resourceRules: Required value']],
  [
    'with a variable that is no identifier',
    { variables: [{ name: 'in', expression: '' }] },
    [
      'spec.variables[0].name: Invalid value: "in": must be a valid CEL identifier',
      'spec.variables[0].expression: Required value: expression is not specified',
    ],
  ],
  [
    'with parameters of no kind',
    { paramKind: { apiVersion: 'a/b/c' } },
    [
      'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      'spec.paramKind.kind: Required value',
    ],
  ],
  [
    'with an unknown failure policy',
    { failurePolicy: 'Maybe' },
    ['spec.failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore"'],
  ],
]

for (const [what, fields, faults] of BOTH) {
  test(`a policy ${what} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(validatingAdmissionPolicy, { spec: { ...policy, ...fields } }), faults)
    assert.deepEqual(faultsOf(mutatingAdmissionPolicy, { spec: { ...mutating, ...fields } }), faults)
  })
}

test('a validating policy validates or annotates', () => {
  const spec = { matchConstraints: { resourceRules } }
  const message = 'validations or auditAnnotations must contain at least one item'
  assert.deepEqual(faultsOf(validatingAdmissionPolicy, { spec }), [
    `spec.validations: Required value: ${message}`,
    `spec.auditAnnotations: Required value: ${message}`,
  ])
  const auditAnnotations = [{ key: 'k', valueExpression: "'v'" }]
  assert.deepEqual(faultsOf(validatingAdmissionPolicy, { spec: { ...spec, auditAnnotations } }), [])
})

test('messages are one line, reasons are known ones', () => {
  const validations = [{ expression: '', message: 'a\nb', reason: 'Because' }]
  assert.deepEqual(faultsOf(validatingAdmissionPolicy, { spec: { ...policy, validations } }), [
    'spec.validations[0].expression: Required value: expression is not specified',
    'spec.validations[0].message: Invalid value: "a\\nb": must not contain line breaks',
    'spec.validations[0].reason: Unsupported value: "Because": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
  ])
})

test('a mutation is a patch of the type that it says, of a create or an update', () => {
  const rules = [{ ...resourceRules[0], operations: ['DELETE'] }]
  const mutations = [{ patchType: 'JSONPatch', applyConfiguration: { expression: 'Object{}' } }]
  const spec = { ...mutating, matchConstraints: { resourceRules: rules }, mutations, reinvocationPolicy: '' }
  assert.deepEqual(faultsOf(mutatingAdmissionPolicy, { spec }), [
    'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
    'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
    'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
    'spec.reinvocationPolicy: Required value',
  ])
})

const BINDINGS: readonly (readonly [string, Record<string, unknown>, string[]])[] = [
  ['of a policy', {}, []],
  ['of no policy', { policyName: '' }, ['spec.policyName: Required value']],
  [
    'with both kinds of parameters',
    { paramRef: { name: 'a', selector: {}, parameterNotFoundAction: 'Deny' } },
    [
      'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
    ],
  ],
  [
    'with neither kind of parameters',
    { paramRef: {} },
    [
      'spec.paramRef: Required value: one of name or selector must be specified',
      'spec.paramRef.parameterNotFoundAction: Required value',
    ],
  ],
]

for (const [what, fields, faults] of BINDINGS) {
  test(`a binding ${what} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    const spec = { policyName: 'p', ...fields }
    assert.deepEqual(
      faultsOf(validatingAdmissionPolicyBinding, { spec: { ...spec, validationActions: ['Deny'] } }),
      faults,
    )
    assert.deepEqual(faultsOf(mutatingAdmissionPolicyBinding, { spec }), faults)
  })
}

test('a validating binding does one thing about a violation, once', () => {
  const faults = (validationActions: string[]) =>
    faultsOf(validatingAdmissionPolicyBinding, { spec: { policyName: 'p', validationActions } })
  assert.deepEqual(faults([]), ['spec.validationActions: Required value: at least one validation action is required'])
  assert.deepEqual(faults(['Deny', 'Deny']), ['spec.validationActions[1]: Duplicate value: "Deny"'])
  assert.match(faults(['Deny', 'Warn'])[0] ?? '', /must not contain both Deny and Warn/)
})

test('kubectl shows parameters and how much a policy holds', () => {
  const spec = { ...policy, paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }
  assert.deepEqual(cellsOf(validatingAdmissionPolicy, { spec }), {
    Name: 'test',
    Validations: 1,
    ParamKind: 'v1/ConfigMap',
    Age: '<unknown>',
  })
  const refs = [undefined, { name: 'a' }, { name: 'a', namespace: 'b' }, { selector: { matchLabels: { k: 'v' } } }]
  assert.deepEqual(
    refs.map((paramRef) => cellsOf(validatingAdmissionPolicyBinding, { spec: { paramRef } }).ParamRef),
    [
      '<unset>',
      '*/a',
      'b/a',
      '&LabelSelector{MatchLabels:map[string]string{k: v,},MatchExpressions:[]LabelSelectorRequirement{},}',
    ],
  )
})
