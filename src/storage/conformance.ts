/** The conformance suite: every promise of store.ts, held against an engine. */
import { describe } from 'node:test'
import { testClosing } from './conformance/closing.ts'
import { testCommits } from './conformance/commits.ts'
import type { Open } from './conformance/harness.ts'
import { testHistories } from './conformance/histories.ts'
import { testProperties } from './conformance/properties.ts'
import { testRanges } from './conformance/ranges.ts'
import { testWatches } from './conformance/watching.ts'

/** `open` makes a new, empty store each time; the test closes it. `runs`: how many random histories are tried. */
export function describeStore(name: string, open: Open, runs: number): void {
  describe(`${name} store`, () => {
    describe('commits', () => testCommits(open))
    describe('ranges', () => testRanges(open))
    describe('watches', () => testWatches(open))
    describe('histories', () => testHistories(open))
    describe('closing', () => testClosing(open))
    describe('against the model', () => testProperties(open, runs))
  })
}
