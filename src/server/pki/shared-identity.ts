/**
 * What all processes on one store must have in common, and what no store may show in plain: the authority, the key of service
 * accounts' tokens, the keys of what is encrypted, the administrators' tokens. Each process has them as files in its data
 * directory. The store knows their fingerprint, so that none serves with others; and, sealed with a key that the operator hands
 * to every process, the files themselves, from which a new process makes its own.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KeelsonError } from '../../machinery/index.ts'
import type { Store } from '../../storage/index.ts'
import { ensureAuthority } from './authority.ts'
import { ensureAdminKubeconfig } from './kubeconfig.ts'
import { ensureOwnerOnlyDirectory, readOwnerOnly, writeOwnerOnly } from './owner-only-file.ts'
import { ensureServiceAccountKey } from './service-account-key.ts'

export const IDENTITY_ROW = '!identity/shared'
/** The same in every process. */
const SAME = ['pki/ca.key', 'pki/ca.crt', 'pki/sa.key', 'encryption.yaml', '.admin-token-store']
/** Holds the administrators' tokens, beside what differs from process to process. */
const KUBECONFIG = 'admin.kubeconfig'
/** A key of fewer bytes can be guessed. */
const KEY_BYTES = 32
const ALGORITHM = 'aes-256-gcm'

export type IdentityFiles = Readonly<Record<string, string>>

interface SharedRow {
  readonly fingerprint: string
  /** Base64; absent: operators hand the files out. */
  readonly sealed?: string
}

export interface SharedIdentityOptions {
  readonly store: Pick<Store, 'get' | 'commit'>
  /** The data directory. */
  readonly directory: string
  /** The file of `--shared-key-file`. */
  readonly keyFile?: string
  /** Makes encryption.yaml in the directory where there is none and none was given elsewhere. */
  readonly makeEncryption: () => void
}

/** Throws a KeelsonError when the directory's files are not those of the store. */
export async function ensureSharedIdentity(options: SharedIdentityOptions): Promise<void> {
  const { store, directory, keyFile } = options
  await ensureOwnerOnlyDirectory(join(directory, 'pki'))
  const key = keyFile === undefined ? undefined : await readKey(keyFile)
  for (;;) {
    const row = await store.get(IDENTITY_ROW)
    if (row !== undefined) return adopt(JSON.parse(row.value.toString()) as SharedRow, directory, key)
    const before = await read(directory)
    const files = await make(options)
    const value = rowOf(files, key)
    const operations = [{ type: 'put', key: IDENTITY_ROW, value }] as const
    const made = await store.commit({
      lane: IDENTITY_ROW,
      preconditions: [{ type: 'absent', key: IDENTITY_ROW }],
      operations,
    })
    if (made.ok) return
    // Another process was first: what was made here for nothing makes room for what it has made.
    const needless = Object.keys(files).filter((name) => before[name] === undefined)
    await Promise.all(needless.map((name) => rm(join(directory, name))))
  }
}

function rowOf(files: IdentityFiles, key: Buffer | undefined): Buffer {
  const sealed = key === undefined ? {} : { sealed: seal(key, files) }
  return Buffer.from(JSON.stringify({ fingerprint: fingerprintOf(files), ...sealed } satisfies SharedRow))
}

/** The row for files of a data directory. Throws a KeelsonError when the key cannot be used. */
export async function sealIdentity(files: IdentityFiles, keyFile: string): Promise<Buffer> {
  const own = Object.entries(files).filter(([name]) => SAME.includes(name) || name === KUBECONFIG)
  return rowOf(Object.fromEntries(own), await readKey(keyFile))
}

/** The files that the row holds; undefined: operators hand them out. Throws a KeelsonError when the key does not open it. */
export async function openIdentity(row: Buffer, keyFile: string | undefined): Promise<IdentityFiles | undefined> {
  const { sealed } = JSON.parse(row.toString()) as SharedRow
  if (sealed === undefined) return undefined
  if (keyFile === undefined)
    throw new KeelsonError(
      'the authority and keys of the store are sealed in it',
      'give the --shared-key-file of its servers',
    )
  return unseal(await readKey(keyFile), sealed)
}

async function readKey(path: string): Promise<Buffer> {
  const text = await readOwnerOnly(path)
  if (text === undefined)
    throw new KeelsonError(
      `--shared-key-file ${path} does not exist`,
      `make it: head -c 32 /dev/urandom | base64 > ${path}`,
    )
  const bytes = Buffer.from(text.trim(), 'base64')
  if (bytes.length < KEY_BYTES)
    throw new KeelsonError(
      `--shared-key-file ${path} does not hold ${KEY_BYTES} bytes in base64`,
      `make it: head -c ${KEY_BYTES} /dev/urandom | base64 > ${path}`,
    )
  return bytes
}

async function make({ directory, makeEncryption }: SharedIdentityOptions): Promise<IdentityFiles> {
  const { caCertificate } = await ensureAuthority(directory)
  await ensureServiceAccountKey(directory)
  makeEncryption()
  // Where this process is reached is written into it once that is known.
  if ((await readOwnerOnly(join(directory, KUBECONFIG))) === undefined)
    await ensureAdminKubeconfig({ directory, url: 'https://127.0.0.1:6443', caCertificate })
  return read(directory)
}

async function read(directory: string): Promise<IdentityFiles> {
  const files: Record<string, string> = {}
  for (const name of [...SAME, KUBECONFIG]) {
    const text = await readOwnerOnly(join(directory, name))
    if (text !== undefined) files[name] = text
  }
  return files
}

async function adopt(row: SharedRow, directory: string, key: Buffer | undefined): Promise<void> {
  const present = await read(directory)
  const shared = row.sealed !== undefined && key !== undefined ? unseal(key, row.sealed) : undefined
  const foreign = SAME.find((name) => {
    return present[name] !== undefined && shared !== undefined && present[name] !== shared[name]
  })
  if (foreign !== undefined) throw notOurs(join(directory, foreign), row)
  const missing = Object.entries(shared ?? {}).filter(([name]) => present[name] === undefined)
  await writeOwnerOnly(missing.map(([name, content]) => ({ path: join(directory, name), content })))
  if (fingerprintOf({ ...present, ...Object.fromEntries(missing) }) !== row.fingerprint) throw notOurs(directory, row)
}

function notOurs(path: string, { sealed }: SharedRow): KeelsonError {
  const remedy =
    sealed === undefined
      ? `copy ${SAME.join(', ')} and ${KUBECONFIG} from the data directory of a process that serves this store`
      : 'give an empty data directory, and the --shared-key-file of the other processes'
  return new KeelsonError(
    `${path} does not belong to the store: other processes serve it with another authority`,
    remedy,
  )
}

/** Each file is a secret of 256 bits or signed by one: its hash tells nothing of it. */
function fingerprintOf(files: IdentityFiles): string {
  const hash = createHash('sha256')
  for (const name of SAME) hash.update(`${name}\0${files[name] ?? ''}\0`)
  return hash.digest('hex')
}

function sealingKey(key: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, 'keelson shared identity', 32))
}

/** Salt, nonce, tag, and what is sealed. */
function seal(key: Buffer, files: IdentityFiles): string {
  const salt = randomBytes(16)
  const nonce = randomBytes(12)
  const cipher = createCipheriv(ALGORITHM, sealingKey(key, salt), nonce)
  const sealed = Buffer.concat([cipher.update(JSON.stringify(files)), cipher.final()])
  return Buffer.concat([salt, nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

function unseal(key: Buffer, text: string): IdentityFiles {
  const bytes = Buffer.from(text, 'base64')
  const decipher = createDecipheriv(ALGORITHM, sealingKey(key, bytes.subarray(0, 16)), bytes.subarray(16, 28))
  decipher.setAuthTag(bytes.subarray(28, 44))
  try {
    const plain = Buffer.concat([decipher.update(bytes.subarray(44)), decipher.final()])
    return JSON.parse(plain.toString()) as IdentityFiles
  } catch {
    throw new KeelsonError(
      '--shared-key-file does not hold the key that the store was begun with',
      'give the file that the other processes have',
    )
  }
}
