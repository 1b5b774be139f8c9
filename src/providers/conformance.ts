/**
 * The conformance suite: every promise of provider.ts, held against a provider. It is for tests only and therefore not behind
 * the door of this room: a test of another room imports this file.
 */
import { describe } from 'node:test'
import { testAborts } from './conformance/aborting.ts'
import { testAccess, testIssuing } from './conformance/access.ts'
import { testAdopting } from './conformance/adopting.ts'
import { testChanges } from './conformance/changing.ts'
import { testCrashes } from './conformance/crashing.ts'
import { testCreation } from './conformance/creating.ts'
import { testDeletion } from './conformance/deleting.ts'
import { testFinding } from './conformance/finding.ts'
import type { AdoptedWorld, OpenAdoptedWorld, OpenWorld, ProviderWorld } from './conformance/harness.ts'
import { type Interruptible, testInterruptedCreates, testInterruptions } from './conformance/interrupting.ts'
import { testAdoption, testOwnership } from './conformance/owning.ts'

export type { AdoptedWorld, OpenWorld, ProviderWorld } from './conformance/harness.ts'
export type { Interruptible } from './conformance/interrupting.ts'

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

/**
 * For a provider that makes no clusters. Of the cases above, those of adoption and of access hold as they are, on clusters that
 * are there and were adopted; those of building, repairing, starting and of processes that are killed while they build have
 * nothing to be held against; of finding, changing, deleting and aborting it is held to what `adopting` says.
 */
export function describeAdoptingProvider(name: string, open: OpenAdoptedWorld): void {
  describe(`cluster provider ${name}`, () => {
    describe('adopting', () => testAdopting(open))
    describe('owning', () => testAdoption(open))
    describe('giving access', () => testIssuing(open))
  })
}

/** Something else is done behind each answer that a call gets of its world: for a provider that asks for one at a time. */
export function describeInterruptedProvider(name: string, open: () => Promise<ProviderWorld & Interruptible>): void {
  describe(`cluster provider ${name}, between two answers of its world`, () => {
    testInterruptions(open)
    testInterruptedCreates(open)
  })
}

/** For a provider that makes no clusters. */
export function describeInterruptedAdoption(name: string, open: () => Promise<AdoptedWorld & Interruptible>): void {
  describe(`cluster provider ${name}, between two answers of its world`, () => testInterruptions(open))
}
