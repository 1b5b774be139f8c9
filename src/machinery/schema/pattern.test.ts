import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compilePattern } from './pattern.ts'

/** Pattern, texts that match, texts that do not. */
const patterns: [string, string[], string[]][] = [
  ['^[a-z0-9\\-\\.]+$', ['a-b.c'], ['A']],
  ['^a\\-b\\_\\@\\"$', ['a-b_@"'], ['ab']],
  ['\\Aabc\\z', ['abc'], ['xabc', 'abc\n']],
  ['^(?i)abc$', ['ABC'], ['x']],
  ['^(?i:a)b$', ['Ab'], ['AB']],
  ['x(?i)y|z', ['xY', 'Z'], ['XY']],
  ['^[[:alpha:]]+$', ['abc'], ['a1']],
  ['^[^[:digit:]]+$', ['abc'], ['a1']],
  ['^\\pL+$', ['é'], ['1']],
  ['^\\p{Greek}+$', ['α'], ['a']],
  ['^\\PL$', ['1'], ['é']],
  ['^(?P<name>a)$', ['a'], ['b']],
  ['^a{,2}$', ['a{,2}'], ['a']],
  ['^{a}$', ['{a}'], ['a']],
  ['^\\Qa.b\\E$', ['a.b'], ['axb']],
  ['^.$', ['\r', 'é', '😀'], ['\n']],
  ['(?s)^.$', ['\n'], ['ab']],
  ['^\\s$', [' ', '\t'], ['\u00a0', '\v']],
  ['^[\\S]$', ['\u00a0', '\v'], [' ']],
  ['^\\w+$', ['a_1'], ['é']],
  ['^[]a]+$', [']a'], ['b']],
  ['^[a-]$', ['-', 'a'], ['b']],
  ['^[+--]$', [','], ['a']],
  ['^\\x41\\x{1F600}\\101$', ['A😀A'], ['A']],
  ['(?m)^b$', ['a\nb'], ['ab']],
]

for (const [pattern, matching, others] of patterns) {
  test(`${pattern} means what it means to RE2`, () => {
    const compiled = compilePattern(pattern)
    assert.ok(compiled.ok, compiled.ok ? '' : compiled.error)
    assert.deepEqual([...matching, ...others].filter(compiled.value), matching)
  })
}

const refused: [string, string][] = [
  ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
  ['(?!a)', 'invalid or unsupported Perl syntax: `(?!`'],
  ['(?<!a)', 'invalid named capture: `(?<!a)`'],
  ['(a', 'missing closing ): `(a`'],
  ['a)', 'unexpected ): `a)`'],
  ['x[a', 'missing closing ]: `[a`'],
  ['*', 'missing argument to repetition operator: `*`'],
  ['a**', 'invalid nested repetition operator: `**`'],
  ['a{1001}', 'invalid repeat count: `{1001}`'],
  ['\\1', 'invalid escape sequence: `\\1`'],
  ['\\y', 'invalid escape sequence: `\\y`'],
  ['\\', 'trailing backslash at end of expression: ``'],
  ['[z-a]', 'invalid character class range: `z-a`'],
  ['\\p{Foo}', 'invalid character class range: `\\p{Foo}`'],
  ['[[:foo:]]', 'invalid character class range: `[:foo:]`'],
]

for (const [pattern, error] of refused) {
  test(`${pattern} is refused in Go's words`, () => {
    assert.deepEqual(compilePattern(pattern), { ok: false, error: `error parsing regexp: ${error}` })
  })
}

test('a quoted text matches itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(!text.includes('\\E') && !text.endsWith('\\'))
      const compiled = compilePattern(`^\\Q${text}\\E$`)
      assert.ok(compiled.ok && compiled.value(text))
    }),
  )
})

test('every pattern compiles or says why not', () => {
  const pattern = fc.string({ unit: fc.constantFrom(...'ab01()[]{}*+?|^$.\\-:,PpLQE<>=!ims') })
  fc.assert(
    fc.property(pattern, (source) => {
      const compiled = compilePattern(source)
      assert.ok(compiled.ok || compiled.error.startsWith('error parsing regexp: '))
    }),
    { numRuns: 1000 },
  )
})

test('no pattern takes longer than its text is long', () => {
  const compiled = compilePattern('^(a+)+$')
  assert.ok(compiled.ok)
  assert.ok(compiled.value('a'.repeat(50_000)))
  assert.ok(!compiled.value(`${'a'.repeat(50_000)}!`))
})
