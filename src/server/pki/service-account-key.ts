/** The key that signs the tokens of service accounts, in a file of its own (`--service-account-signing-key-file` upstream). */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { KeelsonError } from '../../machinery/index.ts'
import { keyPem } from './certificates.ts'
import { ensureOwnerOnlyDirectory, readOwnerOnly, writeOwnerOnly } from './owner-only-file.ts'

/** An EC P-256 private key that lives in memory alone. */
export function createServiceAccountKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

/** Loads the key from `<directory>/pki/sa.key`, or makes it. Tokens hold for as long as it stays the same. */
export async function ensureServiceAccountKey(directory: string): Promise<KeyObject> {
  const folder = join(directory, 'pki')
  const path = join(folder, 'sa.key')
  await ensureOwnerOnlyDirectory(folder)
  const pem = await readOwnerOnly(path)
  if (pem !== undefined) return parse(path, pem)
  const key = createServiceAccountKey()
  await writeOwnerOnly([{ path, content: keyPem(key) }])
  return key
}

function parse(path: string, pem: string): KeyObject {
  const remedy = 'restore the file from a backup, or remove it to have a new key made: all tokens lose their force'
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    // The library's reason is left out: it could quote what the file holds.
    throw new KeelsonError(`${path} does not hold a private key in PEM format`, remedy)
  }
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new KeelsonError(`${path} is not an EC P-256 key`, remedy)
  }
  return key
}
