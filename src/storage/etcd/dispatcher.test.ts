import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitOf, put, remove, removeAll } from '../conformance/harness.ts'
import type { Commit } from '../store.ts'
import { conflict, createDispatcher, footprintOf } from './dispatcher.ts'

test('commits conflict where one writes what the other writes or judges', () => {
  const a = commitOf([put('/a')])
  const cases: [Commit, boolean][] = [
    [commitOf([put('/b')]), false],
    [commitOf([remove('/a')]), true],
    [commitOf([put('/b')], [{ type: 'present', key: '/a' }]), true],
    [commitOf([put('/b')], [{ type: 'noneUnder', prefix: '/a' }]), true],
    [commitOf([put('/b')], [{ type: 'noneUnder', prefix: '/a/' }]), false],
    [commitOf([removeAll('/')]), true],
    [commitOf([removeAll('/a/')]), false],
    [commitOf([{ type: 'add', key: '/a', delta: 1 }]), true],
  ]
  for (const [other, expected] of cases) {
    assert.equal(conflict(footprintOf(a), footprintOf(other)), expected, JSON.stringify(other))
    assert.equal(conflict(footprintOf(other), footprintOf(a)), expected, JSON.stringify(other))
  }
  const judges = footprintOf(commitOf([], [{ type: 'present', key: '/a' }]))
  assert.equal(conflict(judges, judges), false)
  const sweeps = (one: string, other: string) =>
    conflict(footprintOf(commitOf([removeAll(one)])), footprintOf(commitOf([removeAll(other)])))
  assert.deepEqual([sweeps('/a/', '/a/b'), sweeps('/a/', '/b/')], [true, false])
})

test('within a lane only what conflicts waits, in order; lanes take turns', async () => {
  const dispatcher = createDispatcher()
  const began: string[] = []
  const done = new Map<string, () => void>()
  const run = (name: string, commit: Commit) =>
    dispatcher.run(commit, () => {
      began.push(name)
      return new Promise<void>((resolve) => done.set(name, resolve))
    })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const all = [
    run('1', commitOf([put('/a')])),
    run('2', commitOf([put('/b')])),
    run('3', commitOf([put('/a')])),
    run('4', commitOf([put('/c')])),
    run('5', commitOf([put('/a')], [], 'other')),
  ]
  await turn()
  assert.deepEqual(began, ['1', '2', '5'], 'what is behind a commit that waits waits, too')
  done.get('1')?.()
  await turn()
  assert.deepEqual(began, ['1', '2', '5', '3', '4'])
  let drained = false
  const draining = dispatcher.drained().then(() => {
    drained = true
  })
  for (const finish of done.values()) finish()
  await Promise.all(all)
  await draining
  assert.ok(drained)
})

test('a flood in one lane leaves room for others', async () => {
  const dispatcher = createDispatcher()
  const finish: (() => void)[] = []
  const hold = () => new Promise<void>((resolve) => finish.push(resolve))
  const flood = Array.from({ length: 500 }, (_, n) => dispatcher.run(commitOf([put(`/${n}`)]), hold))
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(finish.length < 100)
  const before = finish.length
  const quiet = dispatcher.run(commitOf([put('/q')], [], 'quiet'), hold)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(finish.length, before + 1)
  while (finish.length > 0) {
    for (const one of finish.splice(0)) one()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all([...flood, quiet])
})
