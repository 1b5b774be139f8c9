import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
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
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseDuration(text), undefined))
  }
})
