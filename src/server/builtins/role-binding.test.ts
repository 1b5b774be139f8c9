import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterRoleBinding, roleBinding } from './role-binding.ts'
import { cellsOf, faultsOf, prepared, updated } from './try-write.ts'

const GROUP = 'rbac.authorization.k8s.io'
const roleRef = { apiGroup: GROUP, kind: 'ClusterRole', name: 'view' }
const account = { kind: 'ServiceAccount', name: 'bot', namespace: 'shop' }

test('users, groups and the role get the API group of RBAC, service accounts do not', () => {
  const object = prepared(roleBinding, {
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [{ kind: 'User', name: 'u' }, { kind: 'Group', name: 'g' }, account],
  })
  assert.deepEqual(object.roleRef, { kind: 'Role', name: 'r', apiGroup: GROUP })
  assert.deepEqual(object.subjects, [
    { kind: 'User', name: 'u', apiGroup: GROUP },
    { kind: 'Group', name: 'g', apiGroup: GROUP },
    account,
  ])
})

const CASES: readonly (readonly [string, Record<string, unknown>, string[]])[] = [
  ['a service account', { roleRef, subjects: [account] }, []],
  [
    'a role of another group',
    { roleRef: { ...roleRef, apiGroup: 'example.com' } },
    [`roleRef.apiGroup: Unsupported value: "example.com": supported values: "${GROUP}"`],
  ],
  ['no name of a role', { roleRef: { ...roleRef, name: '' } }, ['roleRef.name: Required value']],
  [
    'a role whose name is no segment of a path',
    { roleRef: { ...roleRef, name: 'a/b' } },
    [`roleRef.name: Invalid value: "a/b": may not contain '/'`],
  ],
  [
    'a subject of an unknown kind',
    { roleRef, subjects: [{ kind: 'Robot', name: 'r' }] },
    ['subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"'],
  ],
  ['a subject without a name', { roleRef, subjects: [{ kind: 'User' }] }, ['subjects[0].name: Required value']],
  [
    'a service account with an API group',
    { roleRef, subjects: [{ ...account, apiGroup: GROUP }] },
    [`subjects[0].apiGroup: Unsupported value: "${GROUP}": supported values: ""`],
  ],
]

for (const [what, fields, faults] of CASES) {
  test(`a binding with ${what} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(roleBinding, fields), faults)
    assert.deepEqual(faultsOf(clusterRoleBinding, fields), faults)
  })
}

test('cluster role bindings know cluster roles alone, and no namespace to look service accounts up in', () => {
  const fields = { roleRef: { ...roleRef, kind: 'Role' }, subjects: [{ kind: 'ServiceAccount', name: 'bot' }] }
  assert.deepEqual(faultsOf(roleBinding, fields), [])
  assert.deepEqual(faultsOf(clusterRoleBinding, fields), [
    'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    'subjects[0].namespace: Required value',
  ])
})

test('the role that is granted never changes', () => {
  const { faults } = updated(roleBinding, { roleRef }, { roleRef: { ...roleRef, name: 'edit' } })
  assert.deepEqual(faults, [
    `roleRef: Invalid value: {"APIGroup":"${GROUP}","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef`,
  ])
  assert.deepEqual(updated(roleBinding, { roleRef }, { roleRef, subjects: [account] }).faults, [])
})

test('kubectl shows the role, and with -o wide the subjects by kind', () => {
  const subjects = [{ kind: 'User', name: 'a' }, { kind: 'User', name: 'b' }, { kind: 'Group', name: 'g' }, account]
  const { Role, Users, Groups, ServiceAccounts } = cellsOf(roleBinding, { roleRef, subjects })
  assert.deepEqual([Role, Users, Groups, ServiceAccounts], ['ClusterRole/view', 'a, b', 'g', 'shop/bot'])
})
