import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGate } from './gate.ts'

const never = new AbortController().signal

test('so many at once, the others in their order, and each logical cluster by itself', async () => {
  const gate = createGate(2)
  const order: string[] = []
  const [first, second] = [await gate.enter('a', never), await gate.enter('a', never)]
  const waiting = ['third', 'fourth'].map(async (name) => {
    using _turn = await gate.enter('a', never)
    order.push(name)
  })
  using _elsewhere = await gate.enter('b', never)
  assert.deepEqual(order, [])
  first[Symbol.dispose]()
  await Promise.all(waiting)
  assert.deepEqual(order, ['third', 'fourth'])
  second[Symbol.dispose]()
})

test('who gives up leaves the queue to the others', async () => {
  const gate = createGate(1)
  const first = await gate.enter('a', never)
  const impatient = new AbortController()
  const given = assert.rejects(gate.enter('a', impatient.signal), /too long/)
  const patient = gate.enter('a', never)
  impatient.abort(new Error('too long'))
  await given
  first[Symbol.dispose]()
  using _turn = await patient
})
