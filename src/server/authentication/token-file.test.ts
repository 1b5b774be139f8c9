import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KeelsonError, type UserInfo } from '../../machinery/index.ts'
import { parseTokenFile } from './token-file.ts'

describe('a token file', () => {
  const cases: { name: string; text: string; token: string; expected: UserInfo | undefined }[] = [
    {
      name: 'three columns',
      text: 't1,alice,u1\n',
      token: 't1',
      expected: { username: 'alice', uid: 'u1', groups: [] },
    },
    {
      name: 'several groups are quoted',
      text: 't1,alice,u1,"dev,ops"\n',
      token: 't1',
      expected: { username: 'alice', uid: 'u1', groups: ['dev', 'ops'] },
    },
    {
      name: 'one group, no newline at the end',
      text: 't1,alice,u1,dev',
      token: 't1',
      expected: { username: 'alice', uid: 'u1', groups: ['dev'] },
    },
    { name: 'no UID', text: 't1,alice,\n', token: 't1', expected: { username: 'alice', groups: [] } },
    {
      name: 'quotes, doubled inside',
      text: '"t,1","al ""ice""",u1\r\n',
      token: 't,1',
      expected: { username: 'al "ice"', uid: 'u1', groups: [] },
    },
    {
      name: 'blank lines',
      text: '\n\nt1,alice,u1\n\n',
      token: 't1',
      expected: { username: 'alice', uid: 'u1', groups: [] },
    },
    { name: 'an unknown token', text: 't1,alice,u1\n', token: 't2', expected: undefined },
    { name: 'an empty file', text: '', token: '', expected: undefined },
    {
      name: 'spaces belong to the value',
      text: 't1, alice,u1\n',
      token: 't1',
      expected: { username: ' alice', uid: 'u1', groups: [] },
    },
    {
      name: 'of two lines with one token the later counts',
      text: 't1,alice,u1\nt1,bob,u2\n',
      token: 't1',
      expected: { username: 'bob', uid: 'u2', groups: [] },
    },
    { name: 'an empty token is nobody', text: ',alice,u1\n', token: '', expected: undefined },
  ]
  for (const { name, text, token, expected } of cases) {
    test(name, async () => {
      assert.deepEqual(await parseTokenFile(text, 'tokens.csv').authenticateToken(token), expected)
    })
  }

  test('warns of lines that count for nothing, by line and without the token', () => {
    const { warnings } = parseTokenFile('s3cret,a,1\n,b,2\ns3cret,c,3\n', 'tokens.csv')
    assert.deepEqual(warnings, [
      '--token-auth-file tokens.csv line 2: the token is empty, the line is ignored',
      '--token-auth-file tokens.csv line 3: the token occurs before, this line counts',
    ])
  })

  const errors: { name: string; text: string; message: string }[] = [
    {
      name: 'too few columns',
      text: 'a,b,c\n\ns3cret,alice\n',
      message:
        '--token-auth-file tokens.csv line 3: must have at least 3 columns (token, user name, user uid), found 2',
    },
    {
      name: 'a quote inside a field',
      text: 's3cr"et,alice,1\n',
      message: '--token-auth-file tokens.csv line 1: bare " in a field that is not quoted',
    },
    {
      name: 'a quote that does not end',
      text: 'a,b,c\ns3cret,alice,"1\n',
      message: '--token-auth-file tokens.csv line 2: extraneous or missing " in a quoted field',
    },
  ]
  for (const { name, text, message } of errors) {
    test(`refuses ${name}, naming file and line but never the token`, () => {
      assert.throws(
        () => parseTokenFile(text, 'tokens.csv'),
        (error) => error instanceof KeelsonError && error.message === message && !error.remedy.includes('s3cr'),
      )
    })
  }
})
