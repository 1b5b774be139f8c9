import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { goJsonError } from './go-json-error.ts'

/** What Go 1.26 prints. */
const MESSAGES: readonly [string, string][] = [
  ['', 'unexpected end of JSON input'],
  ['{"kind":"ConfigMap"', 'unexpected end of JSON input'],
  ['{"kind":"ConfigMap",}', "invalid character '}' looking for beginning of object key string"],
  ['hello', "invalid character 'h' looking for beginning of value"],
  ['{"a",1}', "invalid character ',' after object key"],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ['{} x', "invalid character 'x' after top-level value"],
  ['trux', "invalid character 'x' in literal true (expecting 'e')"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\q"', "invalid character 'q' in string escape code"],
  ['-x', "invalid character 'x' in numeric literal"],
]
for (const [text, message] of MESSAGES) {
  test(`${JSON.stringify(text)}: ${message}`, () => assert.equal(goJsonError(text), message))
}

test('whatever is no JSON gets a message', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:tfn-1. \\\n') }), (text) => {
      try {
        JSON.parse(text)
      } catch {
        assert.notEqual(goJsonError(text), '')
      }
    }),
  )
})
