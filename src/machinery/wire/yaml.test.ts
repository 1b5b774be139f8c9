import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json } from '../object.ts'
import { duplicatesError, linesOfError, parseYaml, parseYamlDocuments, parseYamlValue } from './yaml.ts'
import { printYaml } from './yaml-print.ts'

/** Expectations are those of sigs.k8s.io/yaml v1.6.0. */
const scalars: [text: string, value: Json][] = [
  ['y', true],
  ['Yes', true],
  ['ON', true],
  ['n', false],
  ['off', false],
  ['~', null],
  ['', null],
  ['Null', null],
  ['0777', 511],
  ['0o17', 15],
  ['017', 15],
  ['08', 8],
  ['0x1F', 31],
  ['0b11', 3],
  ['-0b11', -3],
  ['1_000', 1000],
  ['+1', 1],
  ['1.', 1],
  ['.5e2', 50],
  ['12e3', 12000],
  ['1:30', '1:30'],
  ['2001-01-01', '2001-01-01'],
  ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'],
  ['e5', 'e5'],
  ['.', '.'],
  ['0x', '0x'],
  ['1e999', '1e999'],
  ['0xFFFFFFFFFFFFFFFFFF', '0xFFFFFFFFFFFFFFFFFF'],
  [`0b${'1'.repeat(64)}`, 2 ** 64],
  ['0xFFFFFFFFFFFFFFFF', 2 ** 64],
  ['!!binary gIGC', '\ufffd\ufffd\ufffd'],
  ['!!binary aGk=', 'hi'],
  ['"yes"', 'yes'],
  ["'1'", '1'],
  ['!!str 5', '5'],
  ['!!float 3', 3],
  ['!foo 5', '5'],
  ['=', '='],
  ['|\n  x\n  y\n', 'x\ny\n'],
  ['>-\n  a\n\n  b\n', 'a\nb'],
]

for (const [text, value] of scalars) {
  test(`${JSON.stringify(text)} is ${JSON.stringify(value)}`, () => {
    assert.deepEqual(parseYaml(`a: ${text}\n`), { ok: true, value: { a: value } })
  })
}

const documents: [about: string, text: string, value: Json][] = [
  ['JSON', '{"a": 1e2, "b": "yes"}', { a: 100, b: 'yes' }],
  ['flow style that is no JSON', '{a: yes, b: [no, ]}', { a: true, b: [false] }],
  ['nothing', '', null],
  ['a comment', '# nothing\n', null],
  ['keys that are no texts', 'y: 1\n10: 2\n1.5: 3\n', { true: 1, '10': 2, '1.5': 3 }],
  ['keys of more digits than a number has', '9007199254740993: 1\n', { '9007199254740993': 1 }],
  ['the last of equal keys', 'a: 1\na: 2\n', { a: 2 }],
  ['the first of several documents', 'a: 1\n---\nb: 2\n', { a: 1 }],
  ['a merge', 'b: &x {a: 1, c: 3}\nd:\n  <<: *x\n  a: 2\n', { b: { a: 1, c: 3 }, d: { a: 2, c: 3 } }],
  ['a merge that follows', 'b: &x {a: 1}\nd:\n  a: 2\n  <<: *x\n', { b: { a: 1 }, d: { a: 1 } }],
  ['a merge of several, the first wins', 'c: {<<: [{a: 1}, {a: 2, b: 3}]}\n', { c: { a: 1, b: 3 } }],
  ['aliases', 'a: &x [1]\nb: *x\n', { a: [1], b: [1] }],
  ['a key called <<', '"<<": 1\n', { '<<': 1 }],
  ['a key called __proto__', '__proto__: {a: 1}\n', JSON.parse('{"__proto__": {"a": 1}}') as Json],
]

for (const [about, text, value] of documents) {
  test(`parseYaml reads ${about}`, () => {
    const result = parseYaml(text)
    assert.deepEqual(result, { ok: true, value })
    assert.equal(JSON.stringify(result.ok && result.value), JSON.stringify(value))
  })
}

const refused: [about: string, text: string, error: RegExp][] = [
  ['a mapping within a line', 'x: 1\na: b: c\n', /^yaml: line 2: /],
  ['a control character', 'a: b\u0000\n', /^yaml: control characters are not allowed$/],
  ['what is no float', "a: !!float 'error'\n", /cannot decode !!str `error` as a !!float$/],
  ['what is no integer', "a: !!int 'error'\n", /cannot decode !!str `error` as a !!int$/],
  ['what is not base64', 'a: !!binary ==\n', /!!binary value contains invalid base64 data$/],
  ['a tab as indentation', 'a:\n\t- b\n', /^yaml: line 2: /],
  ['a text without end', 'a: 1\nb: "x', /^yaml: line 2: /],
  ['an unknown alias', 'a: 1\nb: *x\n', /^yaml: unknown anchor 'x' referenced$/],
  ['infinity', 'a: 1\nb: .inf\n', /^yaml: line 2: json: unsupported value: Infinity$/],
  ['a key that is a list', '? [a]\n: b\n', /^yaml: line 1: unsupported map key/],
  ['a merge of a number', 'a:\n  <<: 1\n', /^yaml: line 2: map merge requires map or sequence of maps as the value$/],
  ['an anchor that contains itself', 'a: &a [*a]\n', /^yaml: line 1: exceeded max depth$/],
  ['brackets without end', '['.repeat(20_000), /^yaml: line 1: exceeded max depth$/],
  ['JSON nested too deep', '['.repeat(501) + ']'.repeat(501), /^exceeded max depth$/],
]

for (const [about, text, error] of refused) {
  test(`parseYaml refuses ${about}, with its line`, () => {
    const result = parseYaml(text)
    assert.match(result.ok ? 'accepted' : result.error, error)
  })
}

test('aliases that multiply a document are refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 8; level++) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`)
  }
  const result = parseYaml(lines.join('\n'))
  assert.match(result.ok ? 'accepted' : result.error, /excessive aliasing/)
})

test('documents tell their line and their duplicate keys', () => {
  const text = '# one\na: 1\nb:\n  c: 1\n  c: 2\n---\n\nd: 4\n'
  assert.deepEqual(parseYamlDocuments(text), {
    ok: true,
    value: [
      { value: { a: 1, b: { c: 2 } }, line: 2, duplicates: ['line 5: key "c" already set in map'] },
      { value: { d: 4 }, line: 8, duplicates: [] },
    ],
  })
})

test('printYaml sorts keys as kubectl does and does not indent lists', () => {
  const value = { b: [{ a: 1, k: [] }], a10: 'x', a2: null, A: true, _x: {}, 'a-b': 'yes', aB: '2026-01-01' }
  assert.equal(
    printYaml(value),
    'A: true\n_x: {}\na-b: "yes"\na2: null\na10: x\naB: "2026-01-01"\nb:\n- a: 1\n  k: []\n'.replace(
      'A: true\n_x: {}\n',
      '_x: {}\nA: true\n',
    ),
  )
})

test('printYaml writes texts of several lines as blocks, and long lines whole', () => {
  const long = 'word '.repeat(40).trim()
  assert.equal(printYaml({ a: 'x\ny\n', b: long }), `a: |\n  x\n  y\nb: ${long}\n`)
})

test('what printYaml writes is read as the same value', () => {
  const tricky = fc.constantFrom(
    ...scalars.map(([text]) => text),
    'a: b',
    '- a',
    '*a',
    '#',
    ' x ',
    '\t',
    'a\n\n b',
    '<<',
  )
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      tricky,
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number || 0),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(tricky, fc.string()), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }))
  fc.assert(
    fc.property(value, (json) => {
      const text = printYaml({ value: json })
      assert.deepEqual(parseYamlDocuments(text), {
        ok: true,
        value: [{ value: { value: json }, line: 1, duplicates: [] }],
      })
    }),
    { numRuns: 500 },
  )
})

test('keys that are there twice are one error, or a line each', () => {
  const parsed = parseYamlValue('a: 1\nb: 2\na: 3\nb: 4\n')
  assert.ok(parsed.ok)
  const { value, duplicates } = parsed.value
  assert.deepEqual(value, { a: 3, b: 4 })
  const error = duplicatesError(duplicates)
  assert.equal(
    error,
    'yaml: unmarshal errors:\n  line 3: key "a" already set in map\n  line 4: key "b" already set in map',
  )
  assert.deepEqual(linesOfError(`error converting YAML to JSON: ${error}`), duplicates)
  assert.deepEqual(linesOfError('unknown field "spec.x"'), ['unknown field "spec.x"'])
})
