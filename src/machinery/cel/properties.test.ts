import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withVariables } from './environment.ts'
import { kubernetesEnvironment } from './kubernetes.ts'
import { compileExpression } from './program.ts'
import { BOOL, DYN, INT, listType, STRING } from './type.ts'
import { isError, listValue } from './value.ts'

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.integer().map(String),
      fc.nat(1000).map((value) => `${value}u`),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => `double(${value})`),
      fc.string().map((text) => JSON.stringify(text.replace(/[^ -~]|\\/g, ''))),
      fc.constantFrom(
        'i',
        's',
        'l',
        'd',
        'true',
        'false',
        'null',
        'dyn(i)',
        'dyn(l)',
        '9223372036854775807',
        '[]',
        '{}',
      ),
    ),
    fc
      .tuple(
        tie('expression'),
        fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in'),
        tie('expression'),
      )
      .map(([left, operator, right]) => `dyn(${left}) ${operator} dyn(${right})`),
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `[dyn(${left}), dyn(${right})]`),
    fc.tuple(tie('expression'), tie('expression')).map(([left, right]) => `{"a": dyn(${left}), "b": dyn(${right})}`),
    tie('expression').map((value) => `dyn([1, 2, 3, 4]).map(x, dyn(${value}))`),
    tie('expression').map((value) => `lists.range(50).all(x, dyn(${value}) == x)`),
    tie('expression').map((value) => `dyn(${value}).size()`),
    tie('expression').map((value) => `string(dyn(${value}))`),
    tie('expression').map((value) => `dyn(${value})[?0].orValue(1)`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(dyn(${a}) == 1 ? dyn(${a}) : dyn(${b}))`),
  ),
}))

const ENVIRONMENT = withVariables(kubernetesEnvironment(), { i: INT, s: STRING, l: listType(INT), d: DYN, b: BOOL })
const VARIABLES = { i: 7, s: 'text', l: listValue([1, 2, 3]), d: 'dyn', b: true }

test('an evaluation ends with a value or an error, and costs no more than it may', () => {
  let evaluated = 0
  fc.assert(
    fc.property(expression, fc.integer({ min: 1, max: 5000 }), (text, limit) => {
      const program = compileExpression(text, ENVIRONMENT)
      if (!program.ok) return
      evaluated += 1
      const { result, cost } = program.value.evaluate(VARIABLES, { limit })
      if (cost <= limit) return
      assert.ok(isError(result) && result.message === 'operation cancelled: actual cost limit exceeded', text)
    }),
    { numRuns: 300 },
  )
  assert.ok(evaluated > 50)
})

test('what is evaluated twice gives the same twice', () => {
  fc.assert(
    fc.property(expression, (text) => {
      const program = compileExpression(text, ENVIRONMENT)
      if (!program.ok) return
      const [first, second] = [program.value.evaluate(VARIABLES), program.value.evaluate(VARIABLES)]
      assert.equal(first.cost, second.cost)
      assert.equal(isError(first.result), isError(second.result))
    }),
    { numRuns: 150 },
  )
})

test('any text at all compiles or is refused with a place', () => {
  const piece = fc.constantFrom(
    'self',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '.',
    ',',
    '?',
    ':',
    '"',
    "'",
    '1',
    '-',
    '!',
    '&&',
    ' in ',
    '\\',
    '\n',
    'é',
    '😀',
    '=',
    'has(',
    '.all(x,',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 20 }), (pieces) => {
      const program = compileExpression(pieces.join(''), ENVIRONMENT)
      if (!program.ok && program.error.stage === 'compilation')
        assert.match(program.error.text, /^ERROR: <input>:-?\d+:\d+: ./)
    }),
    { numRuns: 500 },
  )
})

test('an evaluation ends when it is interrupted', () => {
  const program = compileExpression('lists.range(100000).all(x, x >= 0)', ENVIRONMENT)
  assert.ok(program.ok)
  let asked = 0
  const { result } = program.value.evaluate(VARIABLES, { isInterrupted: () => ++asked === 3 })
  assert.ok(isError(result) && result.message === 'operation interrupted')
})
