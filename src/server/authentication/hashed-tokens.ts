import { createHash, timingSafeEqual } from 'node:crypto'
import type { UserInfo } from '../../machinery/index.ts'

/** A bearer token of which the server knows only the hash. */
export interface HashedToken {
  readonly sha256: Buffer
  readonly user: UserInfo
}

/** Whose token it is; undefined when it is nobody's. */
export type TokenAuthenticator = (token: string) => Promise<UserInfo | undefined> | UserInfo | undefined

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** For few tokens: every one is compared in constant time, and the time taken does not tell which one matched. */
export function hashedTokenAuthenticator(tokens: readonly HashedToken[]): TokenAuthenticator {
  return (token) => {
    const sha256 = hashToken(token)
    let found: UserInfo | undefined
    for (const candidate of tokens) {
      if (timingSafeEqual(candidate.sha256, sha256)) found = candidate.user
    }
    return found
  }
}
