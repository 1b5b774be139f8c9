import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lease } from './lease.ts'
import { cellsOf, faultsOf, updated } from './try-write.ts'

const CASES: readonly (readonly [Record<string, unknown>, string[]])[] = [
  [{ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 }, []],
  [{ leaseDurationSeconds: 0 }, ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0']],
  [{ leaseTransitions: -1 }, ['spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0']],
  [{ preferredHolder: 'b' }, ['spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined']],
  [{ strategy: 'OldestEmulationVersion', preferredHolder: 'b' }, []],
  [
    { strategy: 'Youngest' },
    ['spec.strategy.strategy: Unsupported value: "Youngest": supported values: "OldestEmulationVersion"'],
  ],
  [{ strategy: 'example.com/mine' }, []],
]

for (const [spec, faults] of CASES) {
  test(`a lease with ${JSON.stringify(spec)} is ${faults.length === 0 ? 'valid' : 'refused'}`, () => {
    assert.deepEqual(faultsOf(lease, { spec }), faults)
    assert.deepEqual(updated(lease, {}, { spec }).faults, faults)
  })
}

test('kubectl shows who holds it', () => {
  assert.equal(cellsOf(lease, { spec: { holderIdentity: 'me' } }).Holder, 'me')
  assert.equal(cellsOf(lease, {}).Holder, '')
})
