import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finalizerWarnings } from './finalizers.ts'

const PREFER = 'prefer a domain-qualified finalizer name'
const WHY = 'to avoid accidental conflicts with other finalizer writers'

const CASES: readonly [name: string, warnings: readonly string[]][] = [
  ['example.com/hold', []],
  ['orphan', []],
  ['foregroundDeletion', []],
  ['kubernetes', []],
  ['hold', [`metadata.finalizers: "hold": ${PREFER} ${WHY}`]],
  ['hold.example.com', [`metadata.finalizers: "hold.example.com": ${PREFER} including a path (/) ${WHY}`]],
]

for (const [name, warnings] of CASES) {
  test(`the finalizer ${name} is ${warnings.length === 0 ? 'taken' : 'warned of'}`, () => {
    assert.deepEqual(finalizerWarnings([name], 'metadata.finalizers'), warnings)
  })
}
