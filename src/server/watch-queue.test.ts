import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWatchQueue } from './watch-queue.ts'

const event = (text: string) => Buffer.from(text)
const overflow = () => event('too slow')

async function read(queue: AsyncIterable<Buffer>): Promise<string[]> {
  const pieces: string[] = []
  for await (const piece of queue) pieces.push(piece.toString())
  return pieces
}

test('what waits is read in one piece, and then as it comes', async () => {
  const queue = createWatchQueue(overflow)
  queue.push(event('a'))
  queue.push(event('b'))
  const pieces = queue[Symbol.asyncIterator]()
  assert.equal((await pieces.next()).value?.toString(), 'ab')
  const waiting = pieces.next()
  queue.push(event('c'))
  assert.equal((await waiting).value?.toString(), 'c')
  const last = pieces.next()
  queue.end()
  assert.equal((await last).done, true)
})

test('what was queued before the end is still read, and nothing after it', async () => {
  const queue = createWatchQueue(overflow)
  queue.push(event('a'))
  queue.end()
  queue.push(event('b'))
  assert.deepEqual(await read(queue), ['a'])
})

test('a reader who is too slow finds the reason alone, and the memory is given back', async () => {
  let told = 0
  const queue = createWatchQueue(() => {
    told++
    return overflow()
  }, 10)
  for (let index = 0; index < 5; index++) queue.push(event('12345'))
  assert.equal(queue.ended, true)
  assert.deepEqual(await read(queue), ['too slow'])
  assert.equal(told, 1)
})

test('a reader who keeps up may read more than the limit', async () => {
  const queue = createWatchQueue(overflow, 10)
  const pieces = queue[Symbol.asyncIterator]()
  for (let index = 0; index < 5; index++) {
    queue.push(event('12345'))
    assert.equal((await pieces.next()).value?.toString(), '12345')
  }
  assert.equal(queue.ended, false)
})
