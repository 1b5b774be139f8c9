import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KubeObject } from '../../machinery/index.ts'
import { bootstrapClusterRoleBindings, bootstrapClusterRoles } from './bootstrap-policy.ts'
import { uncoveredRules } from './escalation.ts'
import type { PolicyRule } from './policy-rule.ts'

const roles = new Map(bootstrapClusterRoles().map((role) => [role.metadata.name, role]))

function rulesOf(name: string | undefined): PolicyRule[] {
  return (roles.get(name)?.rules ?? []) as PolicyRule[]
}

interface Aggregating {
  readonly aggregationRule?: {
    readonly clusterRoleSelectors: readonly { readonly matchLabels: Record<string, string> }[]
  }
}

describe('the bootstrap policy', () => {
  test('an aggregating role holds what its selectors find, and nothing else', () => {
    const aggregating = [...roles.values()].filter((role) => 'aggregationRule' in role) as (KubeObject & Aggregating)[]
    assert.deepEqual(
      aggregating.map(({ metadata }) => metadata.name),
      ['admin', 'edit', 'view'],
    )
    for (const { metadata, aggregationRule } of aggregating) {
      const found = [...roles.values()].filter(({ metadata: { labels = {} } }) =>
        (aggregationRule?.clusterRoleSelectors ?? []).some(({ matchLabels }) =>
          Object.entries(matchLabels).every(([key, value]) => labels[key] === value),
        ),
      )
      const expected = found.flatMap((role) => rulesOf(role.metadata.name))
      assert.ok(expected.length > 0)
      assert.deepEqual(uncoveredRules(rulesOf(metadata.name), expected), [], `${metadata.name} lacks`)
      assert.deepEqual(uncoveredRules(expected, rulesOf(metadata.name)), [], `${metadata.name} has more`)
    }
  })

  test('each of view, edit, admin and cluster-admin holds more than the one before', () => {
    const ladder = ['view', 'edit', 'admin', 'cluster-admin'].map(rulesOf)
    for (const [index, rules] of ladder.entries()) {
      const next = ladder[index + 1]
      if (next === undefined) continue
      assert.deepEqual(uncoveredRules(next, rules), [])
      assert.notEqual(uncoveredRules(rules, next).length, 0)
    }
  })

  test('view shows no secrets, and edit changes no roles', () => {
    const may = (role: string, group: string, resource: string, verb: string) =>
      uncoveredRules(rulesOf(role), [{ verbs: [verb], apiGroups: [group], resources: [resource] }]).length === 0
    assert.ok(!may('view', '', 'secrets', 'get') && may('edit', '', 'secrets', 'get'))
    assert.ok(
      !may('edit', 'rbac.authorization.k8s.io', 'roles', 'create') &&
        may('admin', 'rbac.authorization.k8s.io', 'roles', 'create'),
    )
    assert.ok(!may('admin', '', 'namespaces', 'delete') && !may('admin', '', 'resourcequotas', 'update'))
  })

  test('every binding names a role that exists', () => {
    for (const binding of bootstrapClusterRoleBindings()) {
      const { name } = binding.roleRef as { name: string }
      assert.ok(roles.has(name), `${binding.metadata.name} -> ${name}`)
    }
  })

  test('nobody unauthenticated gets more than health and version', () => {
    const names = bootstrapClusterRoleBindings()
      .filter((binding) => JSON.stringify(binding.subjects).includes('system:unauthenticated'))
      .map(({ metadata }) => metadata.name)
    assert.deepEqual(names, ['system:public-info-viewer'])
  })
})
