/** The UID of an object that has no row yet: always the same for the same object, so that references to it stay true. */
import { createHash } from 'node:crypto'

/** A UUID (version 8, RFC 9562) from the object's place: logical cluster, kind, namespace and name. */
export function virtualUid(cluster: string, kind: string, namespace: string, name: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([cluster, kind, namespace, name]))
    .digest()
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80
  const hex = hash.toString('hex', 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
