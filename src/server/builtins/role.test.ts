import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterRole, role } from './role.ts'
import { cellsOf, faultsOf } from './try-write.ts'

const RULE = { verbs: ['get'], apiGroups: [''], resources: ['pods'] }

const CASES: readonly (readonly [string, Record<string, unknown>, string[]])[] = [
  ['a complete rule', { rules: [RULE] }, []],
  ['no rules, as Go clients write it', { rules: null }, []],
  [
    'a rule without verbs',
    { rules: [{ ...RULE, verbs: [] }] },
    ['rules[0].verbs: Required value: verbs must contain at least one value'],
  ],
  [
    'a rule without groups and resources',
    { rules: [RULE, { verbs: ['get'] }] },
    [
      'rules[1].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[1].resources: Required value: resource rules must supply at least one resource',
    ],
  ],
]

for (const [what, fields, faults] of CASES) {
  test(`${what} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(role, fields), faults)
    assert.deepEqual(faultsOf(clusterRole, fields), faults)
  })
}

test('paths are for cluster roles alone, and not beside resources', () => {
  const rules = [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }]
  assert.deepEqual(faultsOf(clusterRole, { rules }), [])
  assert.deepEqual(faultsOf(role, { rules }), [
    'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: namespaced rules cannot apply to non-resource URLs',
  ])
  assert.deepEqual(faultsOf(clusterRole, { rules: [{ ...RULE, nonResourceURLs: ['/'] }] }), [
    'rules[0].nonResourceURLs: Invalid value: ["/"]: rules cannot apply to both regular resources and non-resource URLs',
  ])
})

test('an aggregation rule selects something, with a selector that can be read', () => {
  assert.deepEqual(faultsOf(clusterRole, { aggregationRule: {} }), [
    'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
  ])
  const selector = { matchExpressions: [{ key: 'a', operator: 'In' }] }
  assert.deepEqual(faultsOf(clusterRole, { aggregationRule: { clusterRoleSelectors: [selector] } }), [
    "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    'aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label selector.',
  ])
})

test('kubectl shows when a role was made', () => {
  assert.deepEqual(cellsOf(role, { metadata: { name: 'r', creationTimestamp: '2026-01-01T00:00:00Z' } }), {
    Name: 'r',
    'Created At': '2026-01-01T00:00:00Z',
  })
})
