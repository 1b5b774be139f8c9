import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { KubeObject, UserInfo } from '../../machinery/index.ts'
import { type Attributes, pathAttributes, resourceAttributes } from './attributes.ts'
import type { PolicyRule } from './policy-rule.ts'
import { grantedRules, rbacAllows, roleRules } from './rbac.ts'
import { indexRbac, type RbacObjects } from './rbac-index.ts'

const RULE: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] }
const NOTHING: RbacObjects = { clusterRoles: [], roles: [], clusterRoleBindings: [], roleBindings: [] }

function role(
  kind: 'Role' | 'ClusterRole',
  name: string,
  rules: readonly PolicyRule[] | null,
  namespace?: string,
): KubeObject {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) }
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata, rules }
}

interface Subject {
  kind: string
  name: string
  namespace?: string
}

function binding(
  roleRef: { kind: string; name: string },
  subjects: Subject[] | undefined,
  namespace?: string,
): KubeObject {
  const kind = namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding'
  const metadata = { name: 'b', ...(namespace === undefined ? {} : { namespace }) }
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata,
    roleRef,
    ...(subjects === undefined ? {} : { subjects }),
  }
}

function allows(objects: Partial<RbacObjects>, user: UserInfo, namespace: string): boolean {
  const index = indexRbac({ ...NOTHING, ...objects })
  const attributes = resourceAttributes({
    user,
    cluster: 'a',
    verb: 'get',
    group: '',
    resource: 'pods',
    name: 'web',
    namespace,
  })
  return rbacAllows(index, [index], [user], attributes)
}

describe('to whom a binding grants its role', () => {
  const alice = { username: 'alice', groups: ['dev'] }
  const builder = { username: 'system:serviceaccount:ns1:builder', groups: ['system:serviceaccounts'] }
  const cases: { name: string; subject: Subject; user: UserInfo; everywhere: boolean; within: boolean }[] = [
    { name: 'a user', subject: { kind: 'User', name: 'alice' }, user: alice, everywhere: true, within: true },
    {
      name: 'not to a group of that name',
      subject: { kind: 'Group', name: 'alice' },
      user: alice,
      everywhere: false,
      within: false,
    },
    { name: 'a group', subject: { kind: 'Group', name: 'dev' }, user: alice, everywhere: true, within: true },
    {
      name: 'names are told apart by case',
      subject: { kind: 'User', name: 'Alice' },
      user: alice,
      everywhere: false,
      within: false,
    },
    {
      name: 'a service account of a namespace',
      subject: { kind: 'ServiceAccount', name: 'builder', namespace: 'ns1' },
      user: builder,
      everywhere: true,
      within: true,
    },
    {
      name: "a service account without a namespace is of the binding's",
      subject: { kind: 'ServiceAccount', name: 'builder' },
      user: builder,
      everywhere: false,
      within: true,
    },
    {
      name: 'not to a service account of another namespace',
      subject: { kind: 'ServiceAccount', name: 'builder', namespace: 'ns2' },
      user: builder,
      everywhere: false,
      within: false,
    },
    {
      name: 'a service account by its user name',
      subject: { kind: 'User', name: 'system:serviceaccount:ns1:builder' },
      user: builder,
      everywhere: true,
      within: true,
    },
    {
      name: 'nobody, by an unknown kind',
      subject: { kind: 'Robot', name: 'alice' },
      user: alice,
      everywhere: false,
      within: false,
    },
  ]
  for (const { name, subject, user, everywhere, within } of cases) {
    test(name, () => {
      const clusterRoles = [role('ClusterRole', 'r', [RULE])]
      const ref = { kind: 'ClusterRole', name: 'r' }
      assert.equal(allows({ clusterRoles, clusterRoleBindings: [binding(ref, [subject])] }, user, 'ns1'), everywhere)
      assert.equal(allows({ clusterRoles, roleBindings: [binding(ref, [subject], 'ns1')] }, user, 'ns1'), within)
      assert.ok(!allows({ clusterRoles, roleBindings: [binding(ref, [subject], 'ns1')] }, user, 'ns9'))
    })
  }
})

describe('which role a binding grants', () => {
  const subjects = [{ kind: 'User', name: 'alice' }]
  const user = { username: 'alice', groups: [] }
  const clusterRoles = [role('ClusterRole', 'r', [RULE]), role('ClusterRole', 'empty', null)]
  const roles = [role('Role', 'r', [RULE], 'ns1')]
  const cases: { name: string; objects: Partial<RbacObjects>; namespace: string; expected: boolean }[] = [
    {
      name: 'a Role of its own namespace',
      objects: { roles, roleBindings: [binding({ kind: 'Role', name: 'r' }, subjects, 'ns1')] },
      namespace: 'ns1',
      expected: true,
    },
    {
      name: 'no Role of another namespace',
      objects: { roles, roleBindings: [binding({ kind: 'Role', name: 'r' }, subjects, 'ns2')] },
      namespace: 'ns2',
      expected: false,
    },
    {
      name: 'nothing of a namespace to requests across namespaces',
      objects: { clusterRoles, roleBindings: [binding({ kind: 'ClusterRole', name: 'r' }, subjects, 'ns1')] },
      namespace: '',
      expected: false,
    },
    {
      name: 'no Role by a ClusterRoleBinding',
      objects: { roles, clusterRoleBindings: [binding({ kind: 'Role', name: 'r' }, subjects)] },
      namespace: 'ns1',
      expected: false,
    },
    {
      name: 'nothing when the role is missing',
      objects: { clusterRoleBindings: [binding({ kind: 'ClusterRole', name: 'gone' }, subjects)] },
      namespace: '',
      expected: false,
    },
    {
      name: 'nothing when the role has no rules',
      objects: { clusterRoles, clusterRoleBindings: [binding({ kind: 'ClusterRole', name: 'empty' }, subjects)] },
      namespace: '',
      expected: false,
    },
    {
      name: 'nothing to nobody',
      objects: { clusterRoles, clusterRoleBindings: [binding({ kind: 'ClusterRole', name: 'r' }, undefined)] },
      namespace: '',
      expected: false,
    },
    {
      name: 'another role still, after one that is missing',
      objects: {
        clusterRoles,
        clusterRoleBindings: ['gone', 'r'].map((name) => binding({ kind: 'ClusterRole', name }, subjects)),
      },
      namespace: '',
      expected: true,
    },
  ]
  for (const { name, objects, namespace, expected } of cases) {
    test(name, () => assert.equal(allows(objects, user, namespace), expected))
  }

  test("a cluster's own role comes before one of that name in the bootstrap policy", () => {
    const own = indexRbac({ ...NOTHING, clusterRoles: [role('ClusterRole', 'r', [])] })
    const bootstrap = indexRbac({ ...NOTHING, clusterRoles })
    assert.deepEqual(roleRules([own, bootstrap], { kind: 'ClusterRole', name: 'r' }, ''), [])
    assert.deepEqual(roleRules([own, bootstrap], { kind: 'ClusterRole', name: 'empty' }, ''), [])
    assert.equal(roleRules([own, bootstrap], { kind: 'ClusterRole', name: 'gone' }, ''), undefined)
  })
})

// A second evaluator, as plain as upstream's: every binding, every subject, every rule, without an index.
function naivelyAllows(objects: RbacObjects, user: UserInfo, attributes: Attributes): boolean {
  type Binding = KubeObject & { roleRef: { kind: string; name: string }; subjects?: Subject[] }
  const applies = (subject: Subject, namespace: string) => {
    if (subject.kind === 'User') return subject.name === user.username
    if (subject.kind === 'Group') return user.groups.some((group) => group === subject.name)
    const home = subject.namespace || namespace
    return home !== '' && user.username === `system:serviceaccount:${home}:${subject.name}`
  }
  const rulesOf = (ref: { kind: string; name: string }, namespace: string) => {
    const source =
      ref.kind === 'Role'
        ? objects.roles.filter(({ metadata }) => metadata.namespace === namespace)
        : objects.clusterRoles
    const found = source.findLast(
      ({ metadata }) => metadata.name === ref.name && (ref.kind === 'ClusterRole' || namespace !== ''),
    )
    return (found?.rules ?? []) as PolicyRule[]
  }
  const any = (values: readonly string[] | undefined, test: (value: string) => boolean) => (values ?? []).some(test)
  const matches = (rule: PolicyRule) => {
    if (!any(rule.verbs, (verb) => verb === '*' || verb === attributes.verb)) return false
    if (!attributes.resourceRequest) {
      const path = attributes.path
      return any(rule.nonResourceURLs, (url) => {
        return (
          url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, url.lastIndexOf('/') + 1)))
        )
      })
    }
    const { subresource } = attributes
    const full = subresource === '' ? attributes.resource : `${attributes.resource}/${subresource}`
    return (
      any(rule.apiGroups, (group) => group === '*' || group === attributes.group) &&
      any(
        rule.resources,
        (name) => name === '*' || name === full || (subresource !== '' && name === `*/${subresource}`),
      ) &&
      ((rule.resourceNames ?? []).length === 0 || any(rule.resourceNames, (name) => name === attributes.name))
    )
  }
  const granted = (bindings: readonly KubeObject[], namespace: string) =>
    (bindings as Binding[])
      .filter(({ subjects }) => (subjects ?? []).some((subject) => applies(subject, namespace)))
      .some(({ roleRef }) => rulesOf(roleRef, namespace).some(matches))
  const { namespace } = attributes
  const within = objects.roleBindings.filter(({ metadata }) => metadata.namespace === namespace)
  return granted(objects.clusterRoleBindings, '') || (namespace !== '' && granted(within, namespace))
}

describe('the index', () => {
  // Few values each, so that they meet often.
  const name = fc.constantFrom('a', 'b')
  const namespace = fc.constantFrom('ns1', 'ns2')
  const some = <T>(values: fc.Arbitrary<T>) => fc.array(values, { minLength: 1, maxLength: 4 })
  const rule = fc.record(
    {
      verbs: some(fc.constantFrom('get', 'list', '*')),
      apiGroups: some(fc.constantFrom('', 'apps', '*')),
      resources: some(fc.constantFrom('pods', 'pods/log', '*/log', '*')),
      resourceNames: fc.array(name, { maxLength: 1 }),
      nonResourceURLs: some(fc.constantFrom('/x', '/x/*', '*')),
    },
    { requiredKeys: ['verbs'] },
  )
  const subject = fc.record(
    {
      kind: fc.constantFrom('User', 'Group', 'ServiceAccount'),
      name: fc.constantFrom('a', 'b', 'system:serviceaccount:ns1:a'),
      namespace,
    },
    { requiredKeys: ['kind', 'name'] },
  )
  const ref = fc.record({ kind: fc.constantFrom('Role', 'ClusterRole'), name })
  const objects: fc.Arbitrary<RbacObjects> = fc.record({
    clusterRoles: some(fc.tuple(name, some(rule)).map(([n, rules]) => role('ClusterRole', n, rules))),
    roles: some(fc.tuple(name, some(rule), namespace).map(([n, rules, ns]) => role('Role', n, rules, ns))),
    clusterRoleBindings: some(fc.tuple(ref, some(subject)).map(([r, subjects]) => binding(r, subjects))),
    roleBindings: some(fc.tuple(ref, some(subject), namespace).map(([r, subjects, ns]) => binding(r, subjects, ns))),
  })
  const user: fc.Arbitrary<UserInfo> = fc.record({
    username: fc.constantFrom('a', 'c', 'system:serviceaccount:ns1:a'),
    groups: some(name),
  })
  const attributes = fc.oneof(
    fc
      .record({
        verb: fc.constantFrom('get', 'list', 'watch'),
        group: fc.constantFrom('', 'apps', 'batch'),
        resource: fc.constantFrom('pods', 'services'),
        subresource: fc.constantFrom('', 'log'),
        name: fc.constantFrom('', 'a', 'c'),
        namespace: fc.constantFrom('', 'ns1', 'ns2'),
      })
      .map((fields) => resourceAttributes({ user: { username: '', groups: [] }, cluster: 'a', ...fields })),
    fc
      .record({ verb: fc.constantFrom('get', 'post'), path: fc.constantFrom('/x', '/x/y', '/z') })
      .map((fields) => pathAttributes({ user: { username: '', groups: [] }, cluster: 'a', ...fields })),
  )

  test('decides as going through every binding does', () => {
    let allowed = 0
    fc.assert(
      fc.property(objects, user, attributes, (rbac, who, asked) => {
        const index = indexRbac(rbac)
        const expected = naivelyAllows(rbac, who, asked)
        if (expected) allowed += 1
        assert.equal(rbacAllows(index, [index], [who], asked), expected)
      }),
      { numRuns: 5000 },
    )
    assert.ok(allowed > 250, `only ${allowed} of the cases were allowed: too few to tell anything`)
  })

  test('names every rule that allows something, and no other', () => {
    fc.assert(
      fc.property(objects, user, attributes, (rbac, who, asked) => {
        const index = indexRbac(rbac)
        const rules = [...grantedRules(index, [index], [who], asked.namespace)].flat()
        const only = { ...NOTHING, clusterRoles: [role('ClusterRole', 'all', rules)] }
        const bindings = [binding({ kind: 'ClusterRole', name: 'all' }, [{ kind: 'User', name: who.username }])]
        assert.equal(
          naivelyAllows({ ...only, clusterRoleBindings: bindings }, who, asked),
          naivelyAllows(rbac, who, asked),
        )
      }),
      { numRuns: 1000 },
    )
  })
})
