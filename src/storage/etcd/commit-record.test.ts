import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inWords } from '../conformance/harness.ts'
import { createModel } from '../conformance/model.ts'
import type { Operation, Revision } from '../store.ts'
import { changesOf, decodeRecord, encodeRecord, fold, type RowEvent } from './commit-record.ts'

const key = fc.constantFrom('/a/1', '/a/2', '/a/2/deep', '/b', '/b/1')
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ type: fc.constant('put'), key, value: fc.nat(99).map((n) => Buffer.from(`${n}`)) }),
  fc.record({ type: fc.constant('delete'), key }),
  fc.record({ type: fc.constant('deletePrefix'), prefix: fc.constantFrom('/a', '/a/', '/a/2', '/b/', '/none') }),
)

/** As etcd carries a transaction out: each key once, an event for each that is written or was there. */
function carryOut(rows: Map<string, Buffer>, folded: ReturnType<typeof fold>): RowEvent[] {
  const events: RowEvent[] = []
  const remove = (gone: string): void => {
    const previous = rows.get(gone)
    if (previous === undefined) return
    events.push({ key: gone, value: undefined, place: 0, previous })
    rows.delete(gone)
  }
  for (const gone of folded.deletes) remove(gone)
  for (const prefix of folded.sweeps)
    for (const gone of [...rows.keys()]) if (gone.startsWith(prefix) && !folded.puts.has(gone)) remove(gone)
  for (const [put, { value, place }] of folded.puts) {
    events.push({ key: put, value, place, previous: rows.get(put) })
    rows.set(put, value)
  }
  return events
}

test('whatever is folded into one transaction, its events and its record tell every change again, in order', () => {
  const commits = fc.array(fc.array(operation, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(commits, (all) => {
      const model = createModel()
      const rows = new Map<string, Buffer>()
      const seen: string[] = []
      let revision: Revision = 1
      for (const operations of all) {
        model.commit({ operations, preconditions: [], lane: '' })
        const folded = fold(operations, new Map())
        const events = carryOut(rows, folded)
        const record = decodeRecord(encodeRecord({ id: 'x', ...folded.record }))
        const changes = changesOf(record, events, ++revision)
        seen.push(...changes.map(({ operation, change }) => `${operation} ${inWords(change)}`))
      }
      const expected = model.changes('', 0).map(({ version, told, key, previous, value }) => {
        return `${version} ${told} ${key} ${previous ?? '-'} > ${value ?? '-'}`
      })
      assert.deepEqual(seen, expected)
    }),
    { numRuns: 300 },
  )
})

test('a commit that writes each key once records no more than the places of its deletions', () => {
  const put: Operation = { type: 'put', key: '/a', value: Buffer.from('1') }
  assert.deepEqual(fold([put], new Map()).record, {})
  const folded = fold([put, { type: 'delete', key: '/b' }], new Map())
  assert.deepEqual(folded.record, { deletes: { 1: '/b' } })
  assert.deepEqual(folded.deletes, ['/b'])
})

test('the last word on a key counts, and one that is within a prefix that is deleted is not deleted twice', () => {
  const value = Buffer.from('1')
  const folded = fold(
    [
      { type: 'put', key: '/a/1', value },
      { type: 'deletePrefix', prefix: '/a/' },
      { type: 'deletePrefix', prefix: '/a/' },
      { type: 'delete', key: '/a/2' },
      { type: 'add', key: '/a/n', delta: 1 },
    ],
    new Map([[4, Buffer.from('1')]]),
  )
  assert.deepEqual([...folded.puts], [['/a/n', { value, place: 4 }]])
  assert.deepEqual([folded.deletes, folded.sweeps], [[], ['/a/']])
})

test('rows that something else has written are told in the order of their places', () => {
  const [one, two] = [Buffer.from('1'), Buffer.from('2')]
  const changes = changesOf(
    undefined,
    [
      { key: '/b', value: two, place: 1, previous: one },
      { key: '/a', value: undefined, place: 0, previous: one },
    ],
    3,
  )
  assert.deepEqual(
    changes.map(({ change }) => inWords(change)),
    ['768 /a 1 > -', '769 /b 1 > 2'],
  )
})
