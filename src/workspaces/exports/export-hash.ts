/** Which export, in a label's value: base-62 SHA-224 of `<logical cluster>:<name>`, as kcp writes it. */
import { createHash } from 'node:crypto'

/** Go's math/big: digits, then small letters, then capitals. */
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** @example exportHash('root', 'tenancy.kcp.io') // 38 characters at most */
export function exportHash(cluster: string, name: string): string {
  const hex = createHash('sha224').update(`${cluster}:${name}`).digest('hex')
  let rest = BigInt(`0x${hex}`)
  let text = ''
  while (rest > 0n) {
    text = (DIGITS[Number(rest % 62n)] ?? '') + text
    rest /= 62n
  }
  return text
}
