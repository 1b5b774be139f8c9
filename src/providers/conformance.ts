/**
 * The conformance suite: every promise of provider.ts, held against a provider. It is for tests only and therefore not behind
 * the door of this room: a test of another room imports this file.
 */
import { describe } from 'node:test'
import { testAborts } from './conformance/aborting.ts'
import { testAccess } from './conformance/access.ts'
import { testChanges } from './conformance/changing.ts'
import { testCrashes } from './conformance/crashing.ts'
import { testCreation } from './conformance/creating.ts'
import { testDeletion } from './conformance/deleting.ts'
import { testFinding } from './conformance/finding.ts'
import type { OpenWorld } from './conformance/harness.ts'
import { testOwnership } from './conformance/owning.ts'

export type { OpenWorld, ProviderWorld } from './conformance/harness.ts'

/** `open` makes a new, empty world each time; the test disposes of it. */
export function describeClusterProvider(name: string, open: OpenWorld): void {
  describe(`cluster provider ${name}`, () => {
    describe('finding', () => testFinding(open))
    describe('creating', () => testCreation(open))
    describe('changing', () => testChanges(open))
    describe('owning', () => testOwnership(open))
    describe('deleting', () => testDeletion(open))
    describe('giving access', () => testAccess(open))
    describe('aborting', () => testAborts(open))
    describe('crashing', () => testCrashes(open))
  })
}
