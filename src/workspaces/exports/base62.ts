/** kcp's hashes in names and labels: SHA-224 in base 62. */
import { createHash } from 'node:crypto'

/** Go's math/big: digits, then small letters, then capitals. */
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** @returns 38 characters at most */
export function base62Sha224(text: string): string {
  const hex = createHash('sha224').update(text).digest('hex')
  let rest = BigInt(`0x${hex}`)
  let digits = ''
  while (rest > 0n) {
    digits = (DIGITS[Number(rest % 62n)] ?? '') + digits
    rest /= 62n
  }
  return digits
}
