import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiRequest } from '../machinery/index.ts'
import { heldHandler } from './held-handler.ts'

const request = (url: string): ApiRequest => ({
  method: 'GET',
  url,
  headers: {},
  signal: new AbortController().signal,
  body: async () => Buffer.alloc(0),
})

test('who asks before the server has begun is answered afterwards, by what it knows then', async () => {
  const answered: string[] = []
  let isKnown = false
  const { handler, begin } = heldHandler(async ({ url }) => {
    answered.push(url)
    return { status: isKnown ? 200 : 401, headers: {}, body: [] }
  })
  const early = handler(request('/early'))
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(answered, [])
  isKnown = true
  begin()
  const late = handler(request('/late'))
  assert.deepEqual([(await early).status, (await late).status], [200, 200])
  assert.deepEqual(answered.toSorted(), ['/early', '/late'])
})
