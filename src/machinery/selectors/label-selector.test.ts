import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type LabelSelector, parseLabelSelector } from './label-selector.ts'

function parsed(text: string): LabelSelector {
  const result = parseLabelSelector(text)
  assert.ok(result.ok, text)
  return result.value
}

const canonical = [
  ['', ''],
  ['app', 'app'],
  ['!app', '!app'],
  [' app = web ', 'app=web'],
  ['app==web', 'app==web'],
  ['app!=web', 'app!=web'],
  ['app=', 'app='],
  ['app=,b', 'app=,b'],
  ['x in (c,a,b,a)', 'x in (a,b,c)'],
  ['x notin (a)', 'x notin (a)'],
  ['x in ()', 'x in ()'],
  ['x in (,)', 'x in ()'],
  ['x in (a,,b)', 'x in (,a,b)'],
  ['x in (a,)', 'x in (,a)'],
  ['in in (in, notin)', 'in in (in,notin)'],
  ['b,a', 'a,b'],
  ['n>5,n<10', 'n>5,n<10'],
  ['example.com/a=b', 'example.com/a=b'],
] as const

for (const [text, expected] of canonical) {
  test(`'${text}' parses, and prints as '${expected}'`, () => {
    assert.equal(parsed(text).toString(), expected)
    assert.deepEqual(parsed(expected).requirements, parsed(text).requirements)
  })
}

const RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

const refused = [
  [',', "found ',', expected: !, identifier, or 'end of string'"],
  ['a,', "found '', expected: identifier after ','"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
  ['!a=b', "found '=', expected: ',' or 'end of string'"],
  ['a=b=c', "found '=', expected: ',' or 'end of string'"],
  ['a=(', "unable to parse requirement: found '(', expected: identifier"],
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a in (b,', "unable to parse requirement: found '', expected: ',', or identifier"],
  ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
  ['*bar=a', `unable to parse requirement: <nil>: Invalid value: "*bar": ${RULE}`],
  ['a=*', `unable to parse requirement: values[0][a]: Invalid value: "*": ${VALUE_RULE}`],
  [
    'a>b',
    "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
] as const

for (const [text, error] of refused) {
  test(`'${text}' is refused as upstream words it`, () => {
    assert.deepEqual(parseLabelSelector(text), { ok: false, error })
  })
}

const matches = [
  ['', {}, true],
  ['a', { a: '' }, true],
  ['a', {}, false],
  ['!a', {}, true],
  ['a=b', { a: 'b' }, true],
  ['a=b', { a: 'c' }, false],
  ['a=', {}, false],
  ['a!=b', {}, true],
  ['a!=b', { a: 'b' }, false],
  ['a in (b,c)', { a: 'c' }, true],
  ['a notin (b,c)', { a: 'c' }, false],
  ['a notin (b,c)', {}, true],
  ['a>5', { a: '6' }, true],
  ['a>5', { a: '5' }, false],
  ['a<5', { a: 'x' }, false],
  ['a>9223372036854775806', { a: '9223372036854775807' }, true],
  ['a>1', { a: '9223372036854775808' }, false],
  ['a=b,c', { a: 'b' }, false],
  ['constructor', {}, false],
] as const

for (const [text, labels, expected] of matches) {
  test(`'${text}' ${expected ? 'matches' : 'does not match'} ${JSON.stringify(labels)}`, () => {
    assert.equal(parsed(text).matches(labels), expected)
  })
}

test('what a selector prints parses to a selector that prints the same', () => {
  const piece = fc.constantFrom('a', 'b.c/d', 'in', 'notin', '=', '==', '!=', '!', '>', '<', '(', ')', ',', ' ', '7')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const first = parseLabelSelector(pieces.join(''))
      if (!first.ok) return
      const text = first.value.toString()
      assert.equal(parsed(text).toString(), text)
    }),
    { numRuns: 2000 },
  )
})
