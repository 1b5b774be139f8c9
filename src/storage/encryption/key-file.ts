/** The encryption configuration of a data directory that nobody gave one: made at the first start, and only its owner reads it. */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KeelsonError, makeDirectories } from '../../machinery/index.ts'
import { unusable } from '../embedded/refusals.ts'
import { type Encryption, parseEncryption, readConfiguration } from './configuration.ts'

export const ENCRYPTION_FILE = 'encryption.yaml'
const CONFIGURATION = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration' }

/**
 * The configuration in the file (of `--encryption-provider-config`), or that of the data directory. Throws a KeelsonError.
 *
 * @example
 * const encryption = readEncryption('.keelson')
 * await using store = await openStore({ engine: 'embedded', directory: '.keelson', encryption })
 */
export function readEncryption(directory: string, file?: string): Encryption {
  if (file !== undefined) return parseEncryption(readGiven(file), file)
  const path = join(directory, ENCRYPTION_FILE)
  try {
    const own = readOwn(path)
    return own === undefined ? makeOwn(directory, path) : parseEncryption(own, path)
  } catch (error) {
    if (error instanceof KeelsonError) throw error
    const { message, remedy } = unusable(directory, error)
    throw new KeelsonError(message, remedy, { cause: error })
  }
}

/** Likewise, but makes nothing: a data directory without a configuration has nothing that is encrypted. */
export function findEncryption(directory: string, file?: string): Encryption {
  if (file !== undefined || readOwn(join(directory, ENCRYPTION_FILE)) !== undefined)
    return readEncryption(directory, file)
  return { id: '', writeKey: () => undefined, readKeys: new Map() }
}

function readGiven(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new KeelsonError(
      `--encryption-provider-config ${file} cannot be read: ${code ?? 'unknown error'}`,
      'name a file that this user may read',
    )
  }
}

function readOwn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The key is on the disk before anything that needs it. The name is drawn: a key that is lost is not taken for another. */
function makeOwn(directory: string, path: string): Encryption {
  const name = `key-${randomBytes(4).toString('hex')}`
  const secret = randomBytes(32).toString('base64')
  const text = `# Encrypts Secrets in this data directory. To change the key, put another one before it, and run keelson store rewrite.
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - aesgcm:
          keys:
            - { name: ${name}, secret: ${secret} }
      - identity: {}
`
  makeDirectories(directory, 0o700)
  const temporary = `${path}.${process.pid}`
  const descriptor = openSync(temporary, 'w', 0o600)
  writeFileSync(descriptor, text)
  fsyncSync(descriptor)
  closeSync(descriptor)
  try {
    // Unlike a rename it replaces nothing: of two processes that start at once, one makes the key.
    linkSync(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(temporary)
  }
  const names = openSync(directory, 'r')
  fsyncSync(names)
  closeSync(names)
  const there = readFileSync(path, 'utf8')
  if (there !== text) return parseEncryption(there, path)
  // Parsing YAML would take a first start longer than opening the store does.
  const providers = [{ aesgcm: { keys: [{ name, secret }] } }, { identity: {} }]
  return readConfiguration({ ...CONFIGURATION, resources: [{ resources: ['secrets'], providers }] }, path)
}
