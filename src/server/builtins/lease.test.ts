import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lease } from './lease.ts'
import { cellsOf, faultsOf, prepared, updated } from './try-write.ts'

const CASES: readonly (readonly [Record<string, unknown>, string[]])[] = [
  [{ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 }, []],
  [{ leaseDurationSeconds: 0 }, ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0']],
  [{ leaseTransitions: -1 }, ['spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0']],
]

for (const [spec, faults] of CASES) {
  test(`a lease with ${JSON.stringify(spec)} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(lease, { spec }), faults)
    assert.deepEqual(updated(lease, {}, { spec }).faults, faults)
  })
}

test('fields of a feature that is off are dropped', () => {
  const spec = { holderIdentity: 'a', strategy: 'OldestEmulationVersion', preferredHolder: 'b' }
  assert.deepEqual(prepared(lease, { spec }).spec, { holderIdentity: 'a' })
})

test('kubectl shows who holds it', () => {
  assert.equal(cellsOf(lease, { spec: { holderIdentity: 'me' } }).Holder, 'me')
  assert.equal(cellsOf(lease, {}).Holder, '')
})
