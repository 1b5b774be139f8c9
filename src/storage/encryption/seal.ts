/**
 * A sealed row: a value that is encrypted at rest.
 *
 * offset  0  format (2; a plain row begins with 1, see server/row.ts)
 *         1  algorithm: 1 AES-GCM, 2 AES-CBC, 3 XSalsa20 with Poly1305
 *         2  length of the key's name
 *         3  the key's name: what it is opened with
 *         …  what the algorithm needs, and the ciphertext
 *
 * AES-GCM gets a key of its own for each value, derived from a random salt: so there is no number of values after which a key
 * must be changed, as there is where nonces are drawn under one key (upstream's aesgcm: 200,000). The row's own key in the
 * store is authenticated with it: a value that is moved to another place does not open. AES-CBC is what upstream's aescbc is:
 * a random IV and PKCS#7 padding, not authenticated. The third is upstream's secretbox (NaCl's): a random nonce of 192 bits, authenticated.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { StoreError } from '../errors.ts'

export type Algorithm = 'aesgcm' | 'aescbc' | 'secretbox'

export interface EncryptionKey {
  readonly algorithm: Algorithm
  readonly name: string
  /** 16, 24 or 32 bytes; of secretbox 32. */
  readonly secret: Buffer
}

const SEALED = 2
/** By their codes. */
const ALGORITHMS = [undefined, 'aesgcm', 'aescbc', 'secretbox'] as const
const FIXED = 3
const SALT = 16
const NONCE = 12
const TAG = 16
const IV = 16
const BOX_NONCE = 24

export function isSealed(value: Buffer): boolean {
  return value[0] === SEALED
}

/** Says with which key a sealed value opens: `<algorithm>:<name>`. */
export function keyIdOf(value: Buffer): string {
  return `${ALGORITHMS[value[1] ?? 0] ?? 'unknown'}:${value.toString('utf8', FIXED, bodyStart(value))}`
}

export function idOf({ algorithm, name }: EncryptionKey): string {
  return `${algorithm}:${name}`
}

function bodyStart(value: Buffer): number {
  return FIXED + (value[2] ?? 0)
}

function derived({ secret }: EncryptionKey, salt: Buffer): Buffer {
  return createHmac('sha256', secret).update('keelson row').update(salt).digest()
}

export function seal(key: EncryptionKey, rowKey: string, value: Buffer): Buffer {
  const name = Buffer.from(key.name)
  const header = Buffer.concat([Buffer.from([SEALED, ALGORITHMS.indexOf(key.algorithm), name.length]), name])
  if (key.algorithm === 'aescbc') {
    const iv = randomBytes(IV)
    const cipher = createCipheriv(`aes-${key.secret.length * 8}-cbc`, key.secret, iv)
    return Buffer.concat([header, iv, cipher.update(value), cipher.final()])
  }
  if (key.algorithm === 'secretbox') {
    const nonce = randomBytes(BOX_NONCE)
    return Buffer.concat([header, nonce, xsalsa20poly1305(key.secret, nonce).encrypt(value)])
  }
  const random = randomBytes(SALT + NONCE)
  const cipher = createCipheriv('aes-256-gcm', derived(key, random.subarray(0, SALT)), random.subarray(SALT))
  cipher.setAAD(Buffer.concat([header, Buffer.from(rowKey, 'latin1')]))
  const text = cipher.update(value)
  cipher.final()
  return Buffer.concat([header, random, text, cipher.getAuthTag()])
}

/** Throws a StoreError `unreadable` when the key is not among these or the value is not what was sealed. */
export function unseal(keys: ReadonlyMap<string, EncryptionKey>, rowKey: string, value: Buffer): Buffer {
  const id = keyIdOf(value)
  const key = keys.get(id)
  if (key === undefined) {
    throw new StoreError(
      'unreadable',
      `${rowKey} is encrypted with the key ${id}, which the encryption configuration lacks`,
    )
  }
  try {
    switch (key.algorithm) {
      case 'aescbc':
        return openCbc(key, value)
      case 'secretbox':
        return openBox(key, value)
      case 'aesgcm':
        return openGcm(key, rowKey, value)
    }
  } catch (cause) {
    throw new StoreError('unreadable', `${rowKey} cannot be decrypted with the key ${id}`, { cause })
  }
}

function openCbc({ secret }: EncryptionKey, value: Buffer): Buffer {
  const start = bodyStart(value)
  const decipher = createDecipheriv(`aes-${secret.length * 8}-cbc`, secret, value.subarray(start, start + IV))
  return Buffer.concat([decipher.update(value.subarray(start + IV)), decipher.final()])
}

function openBox({ secret }: EncryptionKey, value: Buffer): Buffer {
  const start = bodyStart(value)
  const nonce = value.subarray(start, start + BOX_NONCE)
  const plain = xsalsa20poly1305(secret, nonce).decrypt(value.subarray(start + BOX_NONCE))
  return Buffer.from(plain.buffer, plain.byteOffset, plain.length)
}

function openGcm(key: EncryptionKey, rowKey: string, value: Buffer): Buffer {
  const start = bodyStart(value)
  const [nonce, text] = [start + SALT, start + SALT + NONCE]
  const decipher = createDecipheriv(
    'aes-256-gcm',
    derived(key, value.subarray(start, nonce)),
    value.subarray(nonce, text),
    { authTagLength: TAG },
  )
  decipher.setAAD(Buffer.concat([value.subarray(0, start), Buffer.from(rowKey, 'latin1')]))
  decipher.setAuthTag(value.subarray(value.length - TAG))
  const plain = decipher.update(value.subarray(text, value.length - TAG))
  decipher.final()
  return plain
}
