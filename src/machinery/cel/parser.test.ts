import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExpression } from './parser.ts'

const START =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

/** Each was sent to kube-apiserver as a rule, and these are the faults that it found, with the characters before them. */
const CASES: Readonly<Record<string, readonly (readonly [at: number, fault: string])[]>> = {
  'true ? (1 : 2)': [
    [10, "missing ')' at ':'"],
    [13, "extraneous input ')' expecting <EOF>"],
  ],
  '(true ? 1) : 2': [
    [9, "extraneous input ')' expecting ':'"],
    [14, "missing ')' at '<EOF>'"],
  ],
  '(1 : 2)': [[3, "mismatched input ':' expecting ')'"]],
  '(1]': [[2, "mismatched input ']' expecting ')'"]],
  '[(1]': [[3, "missing ')' at ']'"]],
  'a ? b. : c': [[7, "no viable alternative at input '. :'"]],
  'a.in': [
    [2, "no viable alternative at input '.in'"],
    [4, `mismatched input '<EOF>' expecting ${START}`],
  ],
  in: [
    [0, `mismatched input 'in' expecting ${START}`],
    [2, `mismatched input '<EOF>' expecting ${START}`],
  ],
  '!': [[1, `extraneous input '<EOF>' expecting ${START}`]],
  '-': [
    [1, "no viable alternative at input '-'"],
    [1, `mismatched input '<EOF>' expecting ${START}`],
  ],
  '-!true': [[1, "no viable alternative at input '-!'"]],
  '..': [[1, "no viable alternative at input '..'"]],
  '[,1]': [[2, "extraneous input '1' expecting ']'"]],
  '{,1:2}': [[2, "mismatched input '1' expecting '}'"]],
  'Foo{1:2}': [[4, "mismatched input '1' expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"]],
  'a.`b': [
    [2, "token recognition error at: '`b'"],
    [4, "no viable alternative at input '.'"],
  ],
}

for (const [text, faults] of Object.entries(CASES)) {
  test(`${text} has the faults that ANTLR finds`, () => {
    const parsed = parseExpression(text, new Map())
    assert.ok(!parsed.ok)
    const expected = faults.map(([at, fault]) => ({ at, message: `Syntax error: ${fault}` }))
    assert.deepEqual(parsed.issues, expected)
  })
}

test('an object may hold a comma and nothing else', () => {
  assert.ok(parseExpression('Foo{,}', new Map()).ok)
})
