import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Condition } from '../machinery/index.ts'
import { isTrue, setCondition } from './condition.ts'

const START = Date.UTC(2026, 0, 1)
const LATER = START + 90_500
const ready = (status: Condition['status'], message = '') => ({ type: 'Ready', status, reason: 'Checked', message })

test('a new condition begins now, in whole seconds', () => {
  const [condition] = setCondition<Condition>([], ready('True'), LATER)
  assert.deepEqual(condition, { ...ready('True'), lastTransitionTime: '2026-01-01T00:01:30Z' })
})

test('lastTransitionTime moves with the status alone', () => {
  const before = setCondition<Condition>([], ready('True'), START)
  const [reworded] = setCondition(before, ready('True', 'still'), LATER)
  assert.deepEqual([reworded?.message, reworded?.lastTransitionTime], ['still', '2026-01-01T00:00:00Z'])
  const [moved] = setCondition(before, ready('False'), LATER)
  assert.equal(moved?.lastTransitionTime, '2026-01-01T00:01:30Z')
})

test('an equal condition gives the same list back', () => {
  const before = setCondition<Condition>([], { ...ready('True'), observedGeneration: 2 }, START)
  assert.equal(setCondition(before, { ...ready('True'), observedGeneration: 2 }, LATER), before)
  assert.notEqual(setCondition(before, { ...ready('True'), observedGeneration: 3 }, LATER), before)
})

test('other conditions stay, in their order', () => {
  const synced = { ...ready('True'), type: 'Synced' }
  const both = setCondition<Condition>(setCondition<Condition>([], ready('False'), START), synced, START)
  const after = setCondition(both, ready('True'), LATER)
  assert.deepEqual(
    after.map(({ type, status }) => [type, status]),
    [
      ['Ready', 'True'],
      ['Synced', 'True'],
    ],
  )
  assert.equal(isTrue(after, 'Ready'), true)
  assert.equal(isTrue(after, 'Missing'), false)
})
