import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { resourceAttributes } from './attributes.ts'
import { escalationMessage, FULL_AUTHORITY, uncoveredRules } from './escalation.ts'
import { type PolicyRule, ruleAllows } from './policy-rule.ts'

function on(group: string, resources: string, verbs: string, names?: string): PolicyRule {
  const lists = { verbs: verbs.split(' '), apiGroups: [group], resources: resources.split(' ') }
  return names === undefined ? lists : { ...lists, resourceNames: names.split(' ') }
}

function at(url: string, verbs = 'get'): PolicyRule {
  return { verbs: verbs.split(' '), nonResourceURLs: [url] }
}

describe('what somebody lacks of what they want to grant', () => {
  const cases: { name: string; owned: PolicyRule[]; wanted: PolicyRule[]; missing: PolicyRule[] }[] = [
    {
      name: 'nothing, when they own the same',
      owned: [on('', 'pods', 'get')],
      wanted: [on('', 'pods', 'get')],
      missing: [],
    },
    {
      name: 'nothing, when several rules together have it',
      owned: [on('', 'pods', 'get'), on('', 'services', 'get list'), on('', 'pods', 'list')],
      wanted: [on('', 'pods services', 'get list')],
      missing: [],
    },
    {
      name: 'each single right',
      owned: [on('', 'pods', 'get')],
      wanted: [on('', 'pods services', 'get list')],
      missing: [on('', 'pods', 'list'), on('', 'services', 'get'), on('', 'services', 'list')],
    },
    {
      name: 'a star is more than any list',
      owned: [on('', 'pods', 'get')],
      wanted: [on('', '*', 'get')],
      missing: [on('', '*', 'get')],
    },
    {
      name: 'nothing, for whoever owns everything',
      owned: [...FULL_AUTHORITY],
      wanted: [on('', '*', '*'), at('*', '*')],
      missing: [],
    },
    {
      name: 'a subresource is no part of its resource',
      owned: [on('', 'pods', 'get')],
      wanted: [on('', 'pods/log', 'get')],
      missing: [on('', 'pods/log', 'get')],
    },
    {
      name: 'a subresource of every resource',
      owned: [on('', '*/log', 'get')],
      wanted: [on('', 'pods/log', 'get')],
      missing: [],
    },
    {
      name: 'a name is part of all names',
      owned: [on('', 'pods', 'get')],
      wanted: [on('', 'pods', 'get', 'web')],
      missing: [],
    },
    {
      name: 'all names are more than one',
      owned: [on('', 'pods', 'get', 'web')],
      wanted: [on('', 'pods', 'get')],
      missing: [on('', 'pods', 'get')],
    },
    {
      name: 'each name that is not owned',
      owned: [on('', 'pods', 'get', 'web db')],
      wanted: [on('', 'pods', 'get', 'web cache')],
      missing: [on('', 'pods', 'get', 'cache')],
    },
    {
      name: 'a URL below an owned one',
      owned: [at('/apis/*')],
      wanted: [at('/apis/apps'), at('/apis/a*')],
      missing: [],
    },
    { name: 'a URL above', owned: [at('/apis/*')], wanted: [at('/*')], missing: [at('/*')] },
    {
      name: 'nothing, for a rule without verbs',
      owned: [],
      wanted: [{ ...on('', 'pods', 'get'), verbs: [] }],
      missing: [],
    },
  ]
  for (const { name, owned, wanted, missing } of cases) {
    test(name, () => assert.deepEqual(uncoveredRules(owned, wanted), missing))
  }

  test('whoever lacks nothing may do all that they grant', () => {
    const some = (...values: string[]) => fc.subarray(values, { minLength: 1 })
    const rule = fc.record(
      {
        verbs: some('get', 'list', '*'),
        apiGroups: some('', 'apps', '*'),
        resources: some('pods', 'pods/log', '*/log', '*'),
        resourceNames: fc.subarray(['a', 'b']),
      },
      { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
    )
    const request = fc.record({
      verb: fc.constantFrom('get', 'list'),
      group: fc.constantFrom('', 'apps', 'batch'),
      resource: fc.constantFrom('pods', 'services'),
      subresource: fc.constantFrom('', 'log'),
      name: fc.constantFrom('', 'a', 'c'),
    })
    fc.assert(
      fc.property(fc.array(rule), fc.array(rule), request, (owned, wanted, fields) => {
        if (uncoveredRules(owned, wanted).length > 0) return
        const attributes = resourceAttributes({ user: { username: '', groups: [] }, cluster: 'a', ...fields })
        const may = (rules: PolicyRule[]) => rules.some((candidate) => ruleAllows(candidate, attributes))
        assert.ok(!may(wanted) || may(owned))
      }),
      { numRuns: 3000 },
    )
  })
})

test("upstream's message: rights that differ by their verb in one line, lines in order", () => {
  const missing = uncoveredRules(
    [],
    [on('apps', 'deployments', 'list get'), on('', 'pods', 'get', 'web'), at('/metrics')],
  )
  assert.equal(
    escalationMessage({ username: 'bob', groups: ['dev', 'system:authenticated'] }, missing),
    [
      'user "bob" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:',
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["web"], Verbs:["get"]}',
      '{APIGroups:["apps"], Resources:["deployments"], Verbs:["list" "get"]}',
      '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
    ].join('\n'),
  )
})
