import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isStatus } from '../machinery/index.ts'
import { decodeContinue, encodeContinue } from './continue-token.ts'

test('a token says where its list goes on', () => {
  fc.assert(
    fc.property(fc.nat(), fc.string(), fc.string(), (revision, prefix, rest) => {
      const token = { revision, after: prefix + rest }
      const text = encodeContinue(token)
      assert.match(text, /^[A-Za-z0-9_-]+$/)
      assert.deepEqual(decodeContinue(text, prefix), token)
    }),
  )
})

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const REFUSED: readonly [string, string][] = [
  ['of another list', encodeContinue({ revision: 1, after: '/other/a' })],
  ['that is no base64', '*'],
  ['that is no JSON', Buffer.from('{').toString('base64url')],
  ['that is null', encode(null)],
  ['of another version', encode({ v: 'v2', rv: 1, start: '/mine/a' })],
  ['without a revision', encode({ v: 'meta.k8s.io/v1', start: '/mine/a' })],
  ['of half a revision', encode({ v: 'meta.k8s.io/v1', rv: 1.5, start: '/mine/a' })],
  ['without a place', encode({ v: 'meta.k8s.io/v1', rv: 1 })],
  ['that is empty', ''],
]
for (const [what, token] of REFUSED) {
  test(`one ${what} is refused`, () => {
    assert.throws(
      () => decodeContinue(token, '/mine/'),
      (error) => isStatus(error, 'BadRequest'),
    )
  })
}
