import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { heldIn } from './held-pieces.ts'
import { atOnce, inTurns, nextTurn } from './loop-turns.ts'
import { cut, isSame, join, type Pieces } from './pieces.ts'

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

function same(one: unknown, other: unknown): boolean {
  return isSame(atOnce(cut(one)), atOnce(cut(other)))
}

test('a value that is cut into pieces and joined is the same', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify(value)
      assert.equal(JSON.stringify(atOnce(join(atOnce(cut(value))))), text)
      assert.ok(same(JSON.parse(text), JSON.parse(text)))
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
  assert.equal(same(many(1), many(1)), true)
  assert.equal(same(many(1), many(2)), false)
  assert.equal(same(many({ a: 1 }), many({ b: 1 })), false)
  assert.equal(same(many(1), { list: [] }), false)
  assert.equal(same(many(1).list, many(1)), false)
  assert.equal(same(many(1), null), false)
  assert.equal(same({ ...many(1), a: 1 }, { ...many(1), b: 1 }), false)
})

test('a value that is held in pieces is the same to whoever looks at it', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = JSON.stringify({ value })
      const pieces = atOnce(cut({ value }))
      const held = atOnce(join(pieces, true))
      assert.equal(JSON.stringify(atOnce(join(atOnce(cut(held))))), text, 'before it was looked at')
      assert.equal(JSON.stringify(held), text)
      assert.equal(JSON.stringify(atOnce(join(atOnce(cut(held))))), text, 'after it was looked at')
    }),
    { numRuns: 30 },
  )
})

test('what has been looked at, and may have been changed since, is no longer held', () => {
  const list = Array.from({ length: 9000 }, (_, index) => ({ index }))
  const object = atOnce(join(atOnce(cut({ spec: { list, other: list } })), true)) as {
    spec: { list: object[]; other?: [] }
  }
  assert.notEqual(heldIn(object.spec, 'list'), undefined)
  object.spec.list.push({ index: 'new' })
  object.spec.other = []
  assert.equal(heldIn(object.spec, 'list'), undefined)
  assert.equal(heldIn(object.spec, 'other'), undefined)
  const again = atOnce(join(atOnce(cut(object)))) as typeof object
  assert.deepEqual(again.spec, { list: [...list, { index: 'new' }], other: [] })
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
