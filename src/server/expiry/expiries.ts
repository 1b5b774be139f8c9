/**
 * Objects that go by themselves, by the time at which they do: an index that is written in their commit, so that nobody has a
 * timer an object, or looks through those whose time has not come. Upstream, Events have a lease in etcd (`--event-ttl`), and a
 * controller lists all CertificateSigningRequests.
 */

import type { KubeObject } from '../../machinery/index.ts'
import { escapeSegment, type Operation, unescapeSegment } from '../../storage/index.ts'
import type { Change, OperationContext, ResourceDefinition } from '../definition.ts'

/** In milliseconds: what is due within the same span goes together. */
export const SPAN = 5 * 60_000
export const EXPIRIES = '!expiring/'
const DIGITS = 10
const EMPTY = Buffer.alloc(0)

export interface Expiry {
  /** When an object that is written now is to go, in milliseconds since the epoch; undefined: never. */
  readonly at: (object: KubeObject, now: number) => number | undefined
  /** What is to be thought of an object whose time has come. Default: it goes, unless it has been written since. */
  readonly isDue?: (object: KubeObject, now: number) => boolean
}

/** The span that ends after this time. */
export function spanOf(time: number): number {
  return Math.ceil(time / SPAN)
}

export function expiryKey(span: number, cluster: string, key: string): string {
  return `${EXPIRIES}${String(span).padStart(DIGITS, '0')}/${escapeSegment(cluster)}/${escapeSegment(key)}`
}

export interface NotedExpiry {
  readonly span: number
  readonly cluster: string
  /** Of the object. */
  readonly key: string
}

export function readExpiryKey(indexKey: string): NotedExpiry {
  const [span = '', cluster = '', key = ''] = indexKey.slice(EXPIRIES.length).split('/')
  return { span: Number(span), cluster: unescapeSegment(cluster), key: unescapeSegment(key) }
}

/** What is noted of a deleted object stays until its time, when there is nothing left to do. */
export function noteExpiry(
  { strategy }: ResourceDefinition,
  key: string,
  change: Change,
  { cluster, services }: OperationContext,
  operations: Operation[],
): void {
  if (strategy.expiry === undefined || change.type === 'delete') return
  const at = strategy.expiry.at(change.object, services.now())
  if (at !== undefined) operations.push({ type: 'put', key: expiryKey(spanOf(at), cluster, key), value: EMPTY })
}
