import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { ApiRequest } from '../machinery/index.ts'
import { paced } from './paced.ts'

const request = (url: string): ApiRequest => ({
  method: 'GET',
  url,
  headers: {},
  signal: new AbortController().signal,
  body: async () => Buffer.alloc(0),
})

function harness() {
  const seen: string[] = []
  const handler = paced(async ({ url }) => {
    seen.push(url)
    if (url === '/broken') throw new Error('broken')
    return { status: 200, headers: {}, body: [Buffer.from(url)] }
  })
  return { handler, seen }
}

test('of many requests some begin in each turn of the event loop, in their order', async () => {
  const { handler, seen } = harness()
  const urls = Array.from({ length: 10 }, (_, index) => `/${index}`)
  const answers = urls.map((url) => handler(request(url)))
  const counts = [seen.length]
  for (let turns = 0; turns < 3; turns++) {
    await turn()
    counts.push(seen.length)
  }
  assert.deepEqual(counts, [4, 8, 10, 10])
  assert.deepEqual(seen, urls)
  assert.deepEqual(
    (await Promise.all(answers)).map(({ body }) => String(body)),
    urls,
  )
})

test('one request alone begins at once, and a failure is its own', async () => {
  const { handler, seen } = harness()
  const broken = assert.rejects(handler(request('/broken')), { message: 'broken' })
  assert.deepEqual(seen, ['/broken'])
  await broken
  const rest = ['/1', '/2', '/3', '/4', '/broken', '/6'].map((url) => handler(request(url)))
  const settled = await Promise.allSettled(rest)
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
})
