import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { UserInfo } from '../../machinery/index.ts'
import { effectiveUsers } from './effective-users.ts'

const SCOPES = 'authentication.kcp.io/scopes'
const WARRANT = 'authorization.kcp.io/warrant'
const HOME = 'authentication.kubernetes.io/cluster-name'

/** Names and groups: `alice[dev]`. */
function identities(user: UserInfo, cluster = 'abc'): string[] {
  return effectiveUsers(user, cluster).map(({ username, groups }) => `${username}[${groups.join()}]`)
}

function alice(extra: Record<string, string[]>): UserInfo {
  return { username: 'alice', groups: ['dev', 'system:authenticated'], extra }
}

const ANYBODY = 'system:anonymous[system:authenticated]'
const ALICE = 'alice[dev,system:authenticated]'

describe('as whom a user counts in a logical cluster', () => {
  const account = 'system:serviceaccount:ns:sa'
  const cases: { name: string; user: UserInfo; expected: string[] }[] = [
    { name: 'as itself', user: { username: 'alice', groups: ['dev'] }, expected: ['alice[dev]'] },
    { name: 'as itself in its scope', user: alice({ [SCOPES]: ['cluster:abc'] }), expected: [ALICE] },
    {
      name: 'as itself in one of the scopes of a value',
      user: alice({ [SCOPES]: ['cluster:x,cluster:abc'] }),
      expected: [ALICE],
    },
    { name: 'as anybody out of its scope', user: alice({ [SCOPES]: ['cluster:x'] }), expected: [ANYBODY] },
    {
      name: 'as anybody unless all values agree',
      user: alice({ [SCOPES]: ['cluster:abc', 'cluster:x'] }),
      expected: [ANYBODY],
    },
    { name: 'as anybody by a scope it does not understand', user: alice({ [SCOPES]: ['abc'] }), expected: [ANYBODY] },
    {
      name: 'as unauthenticated when it was never authenticated',
      user: { username: 'alice', groups: [], extra: { [SCOPES]: ['cluster:x'] } },
      expected: ['system:anonymous[system:unauthenticated]'],
    },
    {
      name: 'a service account at home, and by its global name',
      user: { username: account, groups: ['system:authenticated'], extra: { [HOME]: ['abc'] } },
      expected: [`${account}[system:authenticated]`, 'system:kcp:serviceaccount:abc:ns:sa[system:authenticated]'],
    },
    {
      name: 'a service account elsewhere only by its global name',
      user: { username: account, groups: ['system:serviceaccounts', 'system:authenticated'], extra: { [HOME]: ['x'] } },
      expected: [ANYBODY, 'system:kcp:serviceaccount:x:ns:sa[system:authenticated]'],
    },
    {
      name: 'a service account without a home is of this cluster',
      user: { username: account, groups: [] },
      expected: [`${account}[]`],
    },
    {
      name: 'with a warrant also as whom it names',
      user: alice({ [WARRANT]: ['{"user":"bob","groups":["ops"]}'] }),
      expected: [ALICE, 'bob[ops]'],
    },
    {
      name: "a warrant's own scope counts",
      user: alice({ [WARRANT]: [JSON.stringify({ user: 'bob', extra: { [SCOPES]: ['cluster:x'] } })] }),
      expected: [ALICE, 'system:anonymous[system:unauthenticated]'],
    },
    {
      name: 'a warrant within a warrant',
      user: alice({ [WARRANT]: [JSON.stringify({ user: 'bob', extra: { [WARRANT]: ['{"user":"carol"}'] } })] }),
      expected: [ALICE, 'bob[]', 'carol[]'],
    },
    {
      name: 'a warrant for a service account without a cluster is void',
      user: alice({ [WARRANT]: [`{"user":"${account}"}`] }),
      expected: [ALICE],
    },
    {
      name: 'malformed warrants are void',
      user: alice({
        [WARRANT]: ['{', 'null', '"bob"', '{"user":1}', '{"user":"bob","groups":"ops"}', '{"extra":{"a":"b"}}'],
      }),
      expected: [ALICE],
    },
  ]
  for (const { name, user, expected } of cases) {
    test(name, () => assert.deepEqual(identities(user), expected))
  }
})
