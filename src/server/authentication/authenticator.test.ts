import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isStatus, type UserInfo } from '../../machinery/index.ts'
import { bearerToken, createAuthenticator } from './authenticator.ts'
import { hashedTokenAuthenticator, hashToken } from './hashed-tokens.ts'

const alice: UserInfo = { username: 'alice', groups: ['dev'] }
const tokens = [hashedTokenAuthenticator([{ sha256: hashToken('alices-secret'), user: alice }])]
const authenticator = createAuthenticator({ tokens })

describe('who a request is from', () => {
  const cases: { name: string; headers: Record<string, string>; user?: UserInfo; expected: UserInfo }[] = [
    {
      name: 'nobody: anonymous and unauthenticated',
      headers: {},
      expected: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
    },
    {
      name: 'a known token: its owner, in the group of all who are authenticated',
      headers: { authorization: 'Bearer alices-secret' },
      expected: { username: 'alice', groups: ['dev', 'system:authenticated'] },
    },
    {
      name: 'the scheme is written in any case',
      headers: { authorization: '  bEARER alices-secret ' },
      expected: { username: 'alice', groups: ['dev', 'system:authenticated'] },
    },
    {
      name: 'a certificate comes before a token, even a bad one',
      headers: { authorization: 'Bearer wrong' },
      user: { username: 'bob', groups: [] },
      expected: { username: 'bob', groups: ['system:authenticated'] },
    },
    {
      name: 'another scheme counts as no credentials',
      headers: { authorization: 'Basic YWxpY2U6eA==' },
      expected: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
    },
    {
      name: 'a caller that is already marked keeps its groups',
      headers: {},
      user: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
      expected: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
    },
  ]
  for (const { name, headers, user, expected } of cases) {
    test(name, async () => {
      const request = user === undefined ? { headers } : { headers, user }
      assert.deepEqual(await authenticator.authenticate(request), expected)
    })
  }

  test('a token that nobody knows is refused, and not repeated in the answer', async () => {
    const request = { headers: { authorization: 'Bearer not-a-known-secret' } }
    await assert.rejects(authenticator.authenticate(request), (error) => {
      assert.ok(isStatus(error, 'Unauthorized'))
      assert.ok(!JSON.stringify(error.status).includes('not-a-known-secret'))
      return true
    })
  })

  test('no credential carries the marks of a lifecycle virtual workspace', async () => {
    const sources = [
      () => ({ username: 'mallory', groups: ['system:kcp:initializer:root:x', 'dev', 'system:kcp:terminator:root:x'] }),
    ]
    const { groups } = await createAuthenticator({ tokens: sources }).authenticate({
      headers: { authorization: 'Bearer x' },
    })
    assert.deepEqual(groups, ['dev', 'system:authenticated'])
  })

  test('without anonymous access, a request without credentials is refused', async () => {
    const strict = createAuthenticator({ tokens, anonymous: false })
    await assert.rejects(strict.authenticate({ headers: {} }), (error) => isStatus(error, 'Unauthorized'))
  })
})

describe('the bearer token of an Authorization header', () => {
  const cases: [string | undefined, string | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['Bearer', undefined],
    ['Bearer  spaced', undefined],
    ['Bearer a b', 'a'],
    ['Token a', undefined],
  ]
  for (const [header, expected] of cases) {
    test(`${JSON.stringify(header)} holds ${JSON.stringify(expected)}`, () => {
      assert.equal(bearerToken(header), expected)
    })
  }
})
