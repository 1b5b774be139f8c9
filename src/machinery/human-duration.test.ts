import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageOf, humanDuration } from './human-duration.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

const CASES: readonly (readonly [number, string])[] = [
  [-3 * SECOND, '<invalid>'],
  [-1900, '0s'],
  [0, '0s'],
  [999, '0s'],
  [119 * SECOND, '119s'],
  [2 * MINUTE, '2m'],
  [3 * MINUTE + 20 * SECOND, '3m20s'],
  [10 * MINUTE, '10m'],
  [179 * MINUTE, '179m'],
  [3 * HOUR, '3h'],
  [7 * HOUR + 59 * MINUTE, '7h59m'],
  [8 * HOUR + 30 * MINUTE, '8h'],
  [47 * HOUR, '47h'],
  [2 * DAY, '2d'],
  [2 * DAY + HOUR, '2d1h'],
  [8 * DAY + HOUR, '8d'],
  [2 * YEAR - HOUR, '729d'],
  [2 * YEAR, '2y'],
  [2 * YEAR + 10 * DAY, '2y10d'],
  [8 * YEAR + 10 * DAY, '8y'],
]

for (const [milliseconds, text] of CASES) {
  test(`${milliseconds / SECOND} seconds read as ${text}`, () => {
    assert.equal(humanDuration(milliseconds), text)
  })
}

test('an age is counted from the time in the object', () => {
  const now = Date.parse('2026-01-01T00:10:00Z')
  assert.equal(ageOf('2026-01-01T00:00:00Z', now), '10m')
  for (const absent of [undefined, null, '', 'yesterday']) assert.equal(ageOf(absent, now), '<unknown>')
})
