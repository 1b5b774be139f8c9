import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../object.ts'
import { encodeOpenAPIV2 } from './openapi-v2.ts'

/** As gnostic-models v0.7.0 reads them. */
const KNOWN: readonly [string, JsonObject, string][] = [
  ['a title', { swagger: '2.0', info: { title: 'T', version: 'v' } }, '0a03322e3012060a0154120176'],
  [
    'a definition',
    { definitions: { A: { type: 'object', properties: { b: { $ref: '#/c' } } } } },
    '4a210a1f0a0141121ab201080a066f626a656374ca010c0a0a0a016212050a03232f63',
  ],
]
for (const [what, document, hex] of KNOWN) {
  test(`${what} is a message`, () => assert.equal(encodeOpenAPIV2(document).toString('hex'), hex))
}
