import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { humanDuration } from '../machinery/index.ts'
import { parseDuration } from './duration.ts'

describe('durations as Go reads them', () => {
  const cases: [string, number][] = [
    ['0', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
  ]
  for (const [text, expected] of cases) it(text, () => assert.equal(parseDuration(text), expected))
  for (const text of ['', '5', 's', '5 s', '-5s']) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseDuration(text), /must be a duration/))
  }
})

describe('ages as kubectl shows them', () => {
  const [second, minute, hour, day] = [1, 60, 3600, 86_400]
  const cases: [number, string][] = [
    [-5 * second, '<invalid>'],
    [0, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [9 * minute + 5, '9m5s'],
    [10 * minute + 5, '10m'],
    [179 * minute, '179m'],
    [3 * hour + 20 * minute, '3h20m'],
    [8 * hour + minute, '8h'],
    [47 * hour, '47h'],
    [2 * day + 4 * hour, '2d4h'],
    [8 * day + hour, '8d'],
    [800 * day, '2y70d'],
    [9 * 365 * day, '9y'],
  ]
  for (const [seconds, expected] of cases) it(expected, () => assert.equal(humanDuration(seconds * 1000), expected))
})
