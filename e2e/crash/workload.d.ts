import { type Operation, type Revision, type Store, type Version } from '../../src/storage/index.ts'
export declare function operationsOf(n: number): Operation[]
/** Makes commits from the store's revision on, `width` at a time, until told to stop. All in one lane: in order. */
export declare function write(store: Store, until: Revision, width: number, acked: (n: number) => void): Promise<void>
/**
 * Opens what is left of a store and checks that all that was acknowledged is there, that it is the state after some number of
 * commits and nothing else, that a watch gives exactly the changes after `seen` (or all that the history has), and that it can be written to.
 */
export declare function verify(directory: string, acked: number, seen: Version): Promise<Revision>
