import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRowCache } from './row-cache.ts'

const row = (key: string, size = 350 - key.length) => ({ key, value: Buffer.alloc(size), version: 1 })

test('beyond its bytes, the rows that were used longest ago go', () => {
  const cache = createRowCache(1_500)
  for (const key of ['/a', '/b', '/c']) cache.set(row(key))
  cache.get('/a')
  cache.set(row('/d'))
  assert.deepEqual(
    ['/a', '/b', '/c', '/d'].filter((key) => cache.get(key) !== undefined),
    ['/a', '/c', '/d'],
  )
})

test('a row that is set again or deleted gives its bytes back', () => {
  const cache = createRowCache(1_000)
  for (let n = 0; n < 100; n++) cache.set(row('/a'))
  cache.set(row('/b'))
  assert.ok(cache.get('/a') && cache.get('/b'))
  cache.delete('/a')
  cache.set(row('/c'))
  assert.ok(cache.get('/b') && cache.get('/c'))
})

test('a row that is larger than the cache is not kept, and nothing else with it', () => {
  const cache = createRowCache(1_000)
  cache.set(row('/large', 2_000))
  assert.equal(cache.get('/large'), undefined)
  cache.set(row('/a'))
  assert.ok(cache.get('/a'))
})

test('a row that is offered is kept only if there is room', () => {
  const cache = createRowCache(1_000)
  cache.set(row('/a'))
  cache.offer(row('/b'))
  cache.offer(row('/c'))
  assert.deepEqual(
    ['/a', '/b', '/c'].filter((key) => cache.peek(key) !== undefined),
    ['/a', '/b'],
  )
})
