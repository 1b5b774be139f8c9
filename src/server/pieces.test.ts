import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { atOnce, inTurns, nextTurn } from './loop-turns.ts'
import { cut, equal, join, type Pieces } from './pieces.ts'

/** Some of them are larger than a piece, at each depth. */
const json = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
  value: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    fc.constant('x'.repeat(200_000)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', '1', 'constructor')), tie('value'), {
      maxKeys: 3,
    }),
    tie('leaf').map((value) => Array.from({ length: 3000 }, () => value)),
    tie('leaf').map((value) => Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`k${n}`, value]))),
  ),
})).value

test('a value that is cut into pieces and joined is the same', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value)
      assert.equal(JSON.stringify(atOnce(join(atOnce(cut(value))))), text)
      assert.ok(atOnce(equal(JSON.parse(text), JSON.parse(text))))
    }),
    { numRuns: 30 },
  )
})

test('no piece is large', () => {
  const value = { spec: { lists: [Array.from({ length: 20_000 }, (_, index) => ({ name: `item-${index}`, index }))] } }
  const lengths = (pieces: Pieces): number[] => {
    if ('json' in pieces) return [pieces.json.length]
    if ('text' in pieces) return []
    const parts = 'items' in pieces ? pieces.items : pieces.fields
    return parts.flatMap((part) =>
      typeof part === 'string' ? [part.length] : lengths('length' in part ? part[1] : part),
    )
  }
  const all = lengths(atOnce(cut(value)))
  assert.ok(all.length > 10)
  assert.ok(Math.max(...all) < 64 * 1024, `${Math.max(...all)}`)
})

test('what JSON leaves out is left out, and null is null', () => {
  const value = { a: undefined, b: Array.from({ length: 5000 }, (_, index) => ({ index, none: undefined })), c: null }
  const joined = atOnce(join(atOnce(cut(value))))
  assert.deepEqual(joined, JSON.parse(JSON.stringify(value)))
})

const many = (last: unknown) => ({ list: [...Array.from({ length: 9000 }, (_, index) => ({ index })), last] })

test('large values differ when anything in them does', () => {
  assert.equal(atOnce(equal(many(1), many(1))), true)
  assert.equal(atOnce(equal(many(1), many(2))), false)
  assert.equal(atOnce(equal(many({ a: 1 }), many({ b: 1 }))), false)
  assert.equal(atOnce(equal(many(1), { list: [] })), false)
  assert.equal(atOnce(equal(many(1).list, many(1))), false)
  assert.equal(atOnce(equal(many(1), null)), false)
  assert.equal(atOnce(equal({ ...many(1), a: 1 }, { ...many(1), b: 1 })), false)
})

test('one step of all that wait has each turn of the loop', async () => {
  const order: string[] = []
  const stepping = async (name: string): Promise<void> => {
    for (let step = 0; step < 3; step++) {
      await nextTurn()
      order.push(name)
    }
  }
  let done = false
  const loop = (): void => {
    order.push('|')
    if (!done) setImmediate(loop)
  }
  setImmediate(loop)
  await Promise.all([stepping('a'), stepping('b'), inTurns(threeSteps(order))])
  done = true
  const turns = order.join('').split('|')
  assert.ok(
    turns.every((turn) => turn.length <= 1),
    order.join(''),
  )
  assert.deepEqual(turns.join('').split('').sort().join(''), 'aaabbbccc')
})

function* threeSteps(order: string[]): Generator<undefined, void> {
  for (let step = 0; step < 3; step++) {
    yield
    order.push('c')
  }
}
