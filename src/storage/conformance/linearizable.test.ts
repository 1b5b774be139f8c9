import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Call, compareAndSet, read, violation, write } from './linearizable.ts'

const NEVER = Number.POSITIVE_INFINITY

const cases: [string, boolean, Call[]][] = [
  ['one after the other', true, [write(1, 2, 'a'), read(3, 4, 'a'), write(5, 6, undefined), read(7, 8, undefined)]],
  ['a stale read', false, [write(1, 2, 'a'), write(3, 4, 'b'), read(5, 6, 'a')]],
  ['a read during a write sees either', true, [write(1, 2, 'a'), write(3, 8, 'b'), read(4, 5, 'a'), read(6, 7, 'b')]],
  ['but never the old after the new', false, [write(1, 2, 'a'), write(3, 8, 'b'), read(4, 5, 'b'), read(6, 7, 'a')]],
  ['a read of what was never written', false, [write(1, 2, 'a'), read(3, 4, 'x')]],
  [
    'two that set from the same state',
    false,
    [compareAndSet(1, 4, undefined, 'a', true), compareAndSet(2, 3, undefined, 'b', true)],
  ],
  ['of which one loses', true, [compareAndSet(1, 4, undefined, 'a', true), compareAndSet(2, 3, undefined, 'b', false)]],
  ['a lost update', false, [write(1, 2, 'a'), compareAndSet(3, 4, 'a', 'b', true), read(5, 6, 'a')]],
  [
    'a write of unknown outcome that happened late',
    true,
    [write(1, NEVER, 'a'), read(2, 3, undefined), read(4, 5, 'a')],
  ],
  ['or never', true, [write(1, NEVER, 'a'), read(2, 3, undefined), read(4, 5, undefined)]],
  ['but not twice', false, [write(1, NEVER, 'a'), read(2, 3, 'a'), write(4, 5, 'b'), read(6, 7, 'a')]],
]

for (const [what, expected, history] of cases) {
  test(`${what}: ${expected ? 'linearizable' : 'not linearizable'}`, () => {
    assert.equal(violation(history) === undefined, expected)
  })
}

test('a long history with many at once is decided soon', () => {
  const history: Call[] = []
  for (let n = 0; n < 1_000; n++)
    history.push(write(n * 10, n * 10 + 55, `${n}`), read(n * 10 + 56, n * 10 + 58, `${n}`))
  assert.equal(violation(history), undefined)
  assert.notEqual(violation([...history, read(20_000, 20_001, '17')]), undefined)
})
