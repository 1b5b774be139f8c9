/**
 * Signs the tokens of service accounts and tells which ones it has signed (kubernetes/pkg/serviceaccount/jwt.go). The library is
 * loaded with the first token: most processes never see one.
 */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { JsonObject } from '../../machinery/index.ts'

export interface TokenIssuerOptions {
  /** An EC P-256 private key. */
  readonly key: KeyObject
  /** `--service-account-issuer`: the claim `iss`. */
  readonly issuer?: string
  /** `--api-audiences`: whom tokens are for that ask for no audience; default: the issuer. */
  readonly audiences?: readonly string[]
}

export interface TokenIssuer {
  readonly issuer: string
  readonly audiences: readonly string[]
  /** A JWT of these claims; `iss` is the issuer unless the claims say otherwise. */
  readonly sign: (claims: JsonObject) => Promise<string>
  /** The claims of a JWT by its look, of whoever's making; undefined for any other text. */
  readonly peek: (token: string) => Promise<JsonObject | undefined>
  /** Undefined when the signature is this issuer's, else what is wrong in upstream's words. */
  readonly verify: (token: string) => Promise<string | undefined>
  /** The JSON Web Key Set with the public key. */
  readonly keySet: () => JsonObject
}

/** kcp's issuer. */
export const DEFAULT_ISSUER = 'https://kcp.default.svc'
export const LEGACY_ISSUER = 'kubernetes/serviceaccount'
const ALGORITHM = 'ES256'
/** Tokens whose signature is known to be right: a client shows the same one with each request. */
const REMEMBERED = 1024

export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const { key, issuer = DEFAULT_ISSUER, audiences = [issuer] } = options
  const publicKey = createPublicKey(key)
  const kid = keyIdOf(publicKey)
  const verified = new Set<string>()
  return {
    issuer,
    audiences,
    sign: async (claims) => {
      const { SignJWT } = await import('jose')
      return new SignJWT({ iss: issuer, ...claims }).setProtectedHeader({ alg: ALGORITHM, kid }).sign(key)
    },
    peek: async (token) => {
      if (token.split('.').length !== 3) return undefined
      const { decodeJwt } = await import('jose')
      try {
        return decodeJwt(token) as JsonObject
      } catch {
        return undefined
      }
    },
    verify: async (token) => {
      const hash = createHash('sha256').update(token).digest('base64')
      if (verified.has(hash)) return undefined
      const { compactVerify, decodeProtectedHeader } = await import('jose')
      try {
        if (decodeProtectedHeader(token).kid !== kid) return 'invalid signature, no keys found'
        await compactVerify(token, publicKey, { algorithms: [ALGORITHM] })
      } catch {
        return 'go-jose/go-jose: error in cryptographic primitive'
      }
      verified.add(hash)
      if (verified.size > REMEMBERED) for (const oldest of verified.keys()) if (verified.delete(oldest)) break
      return undefined
    },
    keySet: () => ({
      keys: [{ ...(publicKey.export({ format: 'jwk' }) as JsonObject), use: 'sig', kid, alg: ALGORITHM }],
    }),
  }
}

/** keyIDFromPublicKey */
function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
}
