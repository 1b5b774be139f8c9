import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isStatus } from '../machinery/index.ts'
import { decodeContinue, encodeContinue } from './continue-token.ts'

test('a token says where its list goes on', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), fc.string(), fc.string(), fc.nat(), (revision, prefix, rest, left) => {
      const token = { revision, after: prefix + rest, left }
      const text = encodeContinue(token, prefix)
      assert.match(text, /^[A-Za-z0-9_-]+$/)
      assert.deepEqual(decodeContinue(text, prefix), token)
    }),
  )
})

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const VALID = 'invalid continue token: continue key is not valid: '

/** What kube-apiserver answers. */
const REFUSED: readonly [string, string, string][] = [
  ['that is no base64', '!!!', 'illegal base64 data at input byte 0'],
  ['that is no JSON', 'abc', "invalid character 'i' looking for beginning of value"],
  ['of another version', encode({ v: 'x' }), 'server does not recognize this encoded version x'],
  ['that is null', encode(null), 'server does not recognize this encoded version '],
  [
    'without a revision',
    encode({ v: 'meta.k8s.io/v1', start: 'a' }),
    'incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  ],
  ['without a place', encode({ v: 'meta.k8s.io/v1', rv: 1 }), 'encoded start key empty (version meta.k8s.io/v1)'],
]
for (const [what, token, message] of REFUSED) {
  test(`one ${what} is refused`, () => {
    assert.throws(
      () => decodeContinue(token, '/mine/'),
      (error) => isStatus(error, 'BadRequest') && error.message === VALID + message,
    )
  })
}

test('a token does not lead out of its list', () => {
  const token = encodeContinue({ revision: 1, after: '/other/a', left: 1 }, '/other/')
  assert.equal(decodeContinue(token, '/mine/').after, '/mine/a')
})
