/**
 * The store's revisions are etcd's, counted from where the store begins: an empty one is at 1, as every engine's, and a store
 * that is brought from elsewhere begins above all that it ever gave out.
 */
import type { Revision, Row } from '../store.ts'
import { versionOf } from '../store.ts'
import { placeIn, unwrap } from './envelope.ts'
import type { Layout } from './layout.ts'
import type { KeyValue } from './messages.ts'

export interface Numbering {
  toStore(etcd: number): Revision
  toEtcd(revision: Revision): number
  /** Undefined: a row of the engine's own. */
  rowOf(kv: KeyValue): Row | undefined
}

/** @param base etcd's revision that is the store's revision `first` */
export function numberingFrom(base: number, first: Revision, layout: Layout): Numbering {
  const toStore = (etcd: number): Revision => etcd - base + first
  return {
    toStore,
    toEtcd: (revision) => revision - first + base,
    rowOf({ key: etcdKey, modRevision, value }) {
      const key = layout.keyOf(etcdKey)
      if (key === undefined) return undefined
      return { key, value: unwrap(value), version: versionOf(toStore(modRevision), placeIn(value)) }
    },
  }
}
