/**
 * A row's value in etcd: a byte with the operation's place in its commit (etcd gives all keys of a transaction one
 * mod_revision), its highest bit set where the rest is deflated, and then the value.
 */
import { promisify } from 'node:util'
import { deflateRaw, inflateRawSync } from 'node:zlib'

const DEFLATED = 0x80
const PLACE = 0x7f
/** A smaller value is not what makes a commit large. */
const SMALL = 16 * 1024

const deflate = promisify(deflateRaw)

/** `deflated`: the commit is large, and etcd takes 1.5 MiB by default, where the store's contract allows 2. */
export async function wrap(value: Buffer, place: number, deflated: boolean): Promise<Buffer> {
  if (deflated && value.length > SMALL) {
    const packed = await deflate(value, { level: 1 })
    if (packed.length < value.length) return Buffer.concat([Buffer.of(place | DEFLATED), packed])
  }
  return wrapPlain(value, place)
}

export function wrapPlain(value: Buffer, place: number): Buffer {
  const wrapped = Buffer.allocUnsafe(value.length + 1)
  wrapped[0] = place
  value.copy(wrapped, 1)
  return wrapped
}

export function placeIn(wrapped: Buffer): number {
  return (wrapped[0] ?? 0) & PLACE
}

/** The value lies in the same memory, unless it was deflated. */
export function unwrap(wrapped: Buffer): Buffer {
  const rest = wrapped.subarray(1)
  return ((wrapped[0] ?? 0) & DEFLATED) === 0 ? rest : inflateRawSync(rest)
}
