import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compare, markdown, noSamples } from './comparison.ts'
import { type MeasureName, measures } from './measures.ts'
import { median } from './statistics.ts'

test('a median is the middle, or the mean of the two in the middle', () => {
  for (const { numbers, expected } of [
    { numbers: [7], expected: 7 },
    { numbers: [9, 1, 5], expected: 5 },
    { numbers: [4, 1, 3, 100], expected: 3.5 },
  ]) {
    assert.equal(median(numbers), expected)
  }
  assert.throws(() => median([]), RangeError)
})

const cases: {
  measure: MeasureName
  theirs: number[]
  ours: number[]
  timesBetter: number
  holds: boolean | undefined
}[] = [
  { measure: 'create32', theirs: [100, 200, 100], ours: [300, 500, 400], timesBetter: 3, holds: true },
  { measure: 'create32', theirs: [100, 100, 100], ours: [299, 300, 250], timesBetter: 2.99, holds: false },
  { measure: 'list', theirs: [60, 600, 70], ours: [10, 100, 10], timesBetter: 6, holds: true },
  { measure: 'list', theirs: [60, 60, 60], ours: [11, 12, 10], timesBetter: 60 / 11, holds: false },
  { measure: 'start', theirs: [3000], ours: [300], timesBetter: 10, holds: true },
  { measure: 'start', theirs: [3000], ours: [301], timesBetter: 3000 / 301, holds: false },
  { measure: 'watch', theirs: [5], ours: [10], timesBetter: 0.5, holds: undefined },
]

for (const { measure, theirs, ours, timesBetter, holds } of cases) {
  test(`${measures[measure].title}: ${ours} against ${theirs} is ${timesBetter.toFixed(2)} times better`, () => {
    const comparisons = compare(samplesOf(measure, theirs), samplesOf(measure, ours))
    const comparison = comparisons.find((candidate) => candidate.measure === measure)
    assert.equal(comparison?.timesBetter, timesBetter)
    assert.equal(comparison?.holds, holds)
  })
}

test('the table has a row for every measure and says what does not hold', () => {
  const table = markdown(compare(samplesOf('create1', [100]), samplesOf('create1', [150]))).split('\n')
  assert.equal(table.length, 2 + Object.keys(measures).length)
  assert.ok(table.includes('| create, concurrency 1, /s | 100 | 150 | 1.5× | 2× | **no** |'), table.join('\n'))
})

/** Samples of one measure; the others have ones. */
function samplesOf(measure: MeasureName, numbers: number[]) {
  const samples = noSamples()
  for (const each of Object.values(samples)) each.push(1)
  return { ...samples, [measure]: numbers }
}
