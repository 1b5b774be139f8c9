import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundedCache } from './bounded-cache.ts'

test('a value is computed once while it is kept, and what was asked for longest ago goes first', () => {
  const computed: string[] = []
  const cache = boundedCache<string>(2)
  const ask = (key: string) =>
    cache(key, () => {
      computed.push(key)
      return key.toUpperCase()
    })
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) assert.equal(ask(key), key.toUpperCase())
  assert.deepEqual(computed, ['a', 'b', 'c', 'b'])
})

test('no answer is not kept', () => {
  let asked = 0
  const cache = boundedCache<string | undefined>(2)
  const ask = () =>
    cache('a', () => {
      asked += 1
      return undefined
    })
  ask()
  ask()
  assert.equal(asked, 2)
})
