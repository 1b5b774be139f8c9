import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLocal, localUser } from './local-user.ts'
import { CLUSTER_NAME, SCOPES } from './users.ts'

const alice = { username: 'alice', groups: ['system:masters', 'system:kcp:admin', 'devs'] }

test('whoever came in by an endpoint is local to its logical cluster, and to no other', () => {
  const local = localUser(alice, 'one')
  assert.equal(isLocal(local, 'one'), true)
  assert.equal(isLocal(local, 'two'), false)
  assert.equal(isLocal(alice, 'one'), false)
})

test('kcp’s own groups, which are of the whole server, are not brought along', () => {
  assert.deepEqual(localUser(alice, 'one').groups, ['system:masters', 'devs'])
})

const forged: [what: string, extra: Record<string, string[]>][] = [
  ['a home alone', { [CLUSTER_NAME]: ['one'] }],
  ['a scope alone', { [SCOPES]: ['cluster:one'] }],
  ['a scope that another one narrows', { [CLUSTER_NAME]: ['one'], [SCOPES]: ['cluster:one', 'cluster:two'] }],
  ['two homes', { [CLUSTER_NAME]: ['one', 'two'], [SCOPES]: ['cluster:one'] }],
]
for (const [what, extra] of forged) {
  test(`${what} makes nobody local`, () => assert.equal(isLocal({ ...alice, extra }, 'one'), false))
}
