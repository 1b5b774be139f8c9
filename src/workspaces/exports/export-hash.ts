/** Which export, in a label's value: base-62 SHA-224 of `<logical cluster>:<name>`, as kcp writes it. */
import { base62Sha224 } from './base62.ts'

/** @example exportHash('root', 'tenancy.kcp.io') // 38 characters at most */
export function exportHash(cluster: string, name: string): string {
  return base62Sha224(`${cluster}:${name}`)
}
