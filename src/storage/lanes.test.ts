import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLanes } from './lanes.ts'

test('a lane alone fills the group, in its order', () => {
  const lanes = createLanes<number>(() => 1)
  for (let n = 0; n < 40; n++) lanes.push('flood', n)
  assert.deepEqual(
    lanes.take(),
    Array.from({ length: 32 }, (_, n) => n),
  )
  assert.equal(lanes.size(), 8)
})

test('each lane gets eight of a group in its turn, however many another has waiting', () => {
  const lanes = createLanes<string>(() => 1)
  for (let n = 0; n < 1000; n++) lanes.push('flood', `flood-${n}`)
  for (let n = 0; n < 9; n++) lanes.push('quiet', `quiet-${n}`)
  const group = lanes.take()
  assert.equal(group.length, 32)
  assert.equal(group.filter((item) => item.startsWith('quiet')).length, 9)
  assert.deepEqual(group.slice(0, 16).filter((item) => item.startsWith('quiet')).length, 8)
})

test('of more lanes than a group has turns, the next group begins with those that had none', () => {
  const lanes = createLanes<string>(() => 1)
  for (let lane = 0; lane < 6; lane++) for (let n = 0; n < 10; n++) lanes.push(`lane-${lane}`, `${lane}`)
  assert.deepEqual([...new Set(lanes.take())], ['0', '1', '2', '3'])
  assert.deepEqual([...new Set(lanes.take())].slice(0, 2), ['4', '5'])
})

test('an empty queue gives an empty group', () => {
  assert.deepEqual(createLanes(() => 1).take(), [])
})

test('heavy items make a short group', () => {
  const lanes = createLanes<number>((weight) => weight)
  for (const [lane, weight] of [100, 100, 100, 100, 1_000, 1].entries()) lanes.push(`lane-${lane}`, weight)
  assert.deepEqual(lanes.take(), [100, 100, 100])
  assert.deepEqual(lanes.take(), [100, 1_000])
  assert.deepEqual(lanes.take(), [1])
})
