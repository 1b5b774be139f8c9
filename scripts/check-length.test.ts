import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tooLong } from './check-length.ts'

const cases: readonly { title: string; lengths: Record<string, number>; broken: string[] }[] = [
  { title: 'short files pass', lengths: { 'a.ts': 10, 'b.ts': 119, 'c.ts': 400 }, broken: [] },
  {
    title: 'one that is far too long is named',
    lengths: { 'a.ts': 10, 'b.ts': 11, 'c.ts': 401 },
    broken: ['c.ts has 401 lines, more than 400'],
  },
  {
    title: 'many that are rather long are told as a whole',
    lengths: { 'a.ts': 10, 'b.ts': 120, 'c.ts': 121 },
    broken: ['half of the files have 120 lines or more; it must be fewer than 120'],
  },
]

for (const { title, lengths, broken } of cases) {
  test(title, () => assert.deepEqual(tooLong(new Map(Object.entries(lengths))), broken))
}
