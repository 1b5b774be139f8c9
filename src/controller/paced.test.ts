import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { ApiRequest, Handler } from '../machinery/index.ts'
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

test('of many requests one begins in each turn of the event loop, in their order', async () => {
  const { handler, seen } = harness()
  const urls = Array.from({ length: 10 }, (_, index) => `/${index}`)
  const answers = urls.map((url) => handler(request(url)))
  for (const [index] of urls.entries()) {
    assert.deepEqual(seen, urls.slice(0, index + 1))
    await turn()
  }
  assert.deepEqual(
    (await Promise.all(answers)).map(({ body }) => String(body)),
    urls,
  )
  assert.deepEqual(seen, urls)
})

test('what goes on leaves others, after some turns, twice the time that they took', async () => {
  const begins: number[] = []
  const busy: Handler = async () => {
    begins.push(performance.now())
    const end = performance.now() + 5
    while (performance.now() < end);
    return { status: 200, headers: {}, body: [] }
  }
  const handler = paced(busy, 0)
  await Promise.all(Array.from({ length: 8 }, () => handler(request('/'))))
  const [, second = 0, third = 0] = begins
  // Its own five milliseconds, and twice the ten of both turns.
  assert.ok(third - second >= 24, `${third - second} ms`)
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
