/**
 * kube-apiserver's EncryptionConfiguration (apiserver.config.k8s.io/v1): which resources are encrypted at rest, and with which
 * keys. The first provider of the first entry that names a resource writes; the keys of all of them read. kms is not there: it
 * is asked over a socket, and rows are opened without waiting.
 */
import { createHash } from 'node:crypto'
import { type Json, KeelsonError, parseYaml } from '../../machinery/index.ts'
import { type Algorithm, type EncryptionKey, idOf } from './seal.ts'

export interface Encryption {
  /** Tells configurations apart that write rows differently. */
  readonly id: string
  /** The key that rows with this key in the store are written with; undefined: as they are. */
  readonly writeKey: (rowKey: string) => EncryptionKey | undefined
  /** By `<algorithm>:<name>`. */
  readonly readKeys: ReadonlyMap<string, EncryptionKey>
}

const API_VERSION = 'apiserver.config.k8s.io/v1'
const KIND = 'EncryptionConfiguration'

interface Entry {
  readonly resources: readonly string[]
  /** Undefined: identity. */
  readonly key: EncryptionKey | undefined
}

/** Throws a KeelsonError that names the field. `source`: where the text is from. */
export function parseEncryption(text: string, source: string): Encryption {
  const parsed = parseYaml(text)
  if (!parsed.ok) throw new KeelsonError(`${source}: the file: is no YAML`, 'write an EncryptionConfiguration')
  return readConfiguration(parsed.value, source)
}

/** Likewise, of what the text says. */
export function readConfiguration(configuration: Json, source: string): Encryption {
  const fail = (field: string, what: string, remedy: string): never => {
    throw new KeelsonError(`${source}: ${field}: ${what}`, remedy)
  }
  const { apiVersion, kind, resources } = fieldsOf(configuration)
  if (apiVersion !== API_VERSION) fail('apiVersion', 'is not supported', `it must be ${API_VERSION}`)
  if (kind !== KIND) fail('kind', 'is not supported', `it must be ${KIND}`)
  const readKeys = new Map<string, EncryptionKey>()

  function readKey(algorithm: Algorithm, value: Json | undefined, field: string): EncryptionKey {
    const { name, secret } = fieldsOf(value)
    if (typeof name !== 'string' || name === '' || Buffer.byteLength(name) > 255)
      return fail(`${field}.name`, 'is required', 'give the key a name of up to 255 bytes')
    const bytes = typeof secret === 'string' ? Buffer.from(secret, 'base64') : Buffer.alloc(0)
    const lengths = algorithm === 'secretbox' ? [32] : [16, 24, 32]
    if (!lengths.includes(bytes.length))
      return fail(
        `${field}.secret`,
        'is no key',
        `it must be ${lengths.join(', ').replace(/, (\d+)$/, ' or $1')} bytes in base64: head -c 32 /dev/urandom | base64`,
      )
    const key: EncryptionKey = { algorithm, name, secret: bytes }
    const known = readKeys.get(idOf(key))
    if (known !== undefined && !known.secret.equals(bytes))
      return fail(`${field}.name`, 'names another key, too', 'give each key of a provider a name of its own')
    readKeys.set(idOf(key), key)
    return key
  }

  /** The key that the provider writes with. */
  function readProvider(value: Json, field: string): EncryptionKey | undefined {
    const [name, ...others] = Object.keys(fieldsOf(value))
    const settings = fieldsOf(fieldsOf(value)[name ?? ''])
    if (others.length > 0) fail(field, 'has more than one provider', 'begin a list item for each')
    if (name === 'identity') return undefined
    if (name !== 'aesgcm' && name !== 'aescbc' && name !== 'secretbox')
      return fail(`${field}.${name ?? ''}`, 'is not supported', 'use aesgcm, secretbox, aescbc or identity')
    const keys = listOf(settings.keys)
    if (keys.length === 0) fail(`${field}.${name}.keys`, 'is required', 'give at least one key')
    return keys.map((key, index) => readKey(name, key, `${field}.${name}.keys[${index}]`))[0]
  }

  const items = listOf(resources)
  if (items.length === 0) fail('resources', 'is required', 'name at least one resource')
  const entries = items.map((item, index): Entry => {
    const field = `resources[${index}]`
    const names = listOf(fieldsOf(item).resources)
    const providers = listOf(fieldsOf(item).providers)
    if (names.length === 0 || !names.every((name) => typeof name === 'string'))
      fail(`${field}.resources`, 'is required', 'name resources: secrets, widgets.example.com, *.example.com, *.*')
    if (providers.length === 0) fail(`${field}.providers`, 'is required', 'give at least one provider')
    const written = providers.map((provider, place) => readProvider(provider, `${field}.providers[${place}]`))
    return { resources: names as string[], key: written[0] }
  })
  return { id: idOfEntries(entries), writeKey: chooseKey(entries), readKeys }
}

function idOfEntries(entries: readonly Entry[]): string {
  const written = entries.map(({ resources, key }) => [...resources, key === undefined ? 'identity' : idOf(key)])
  return createHash('sha256').update(JSON.stringify(written)).digest('hex')
}

/** Keys begin with `/<group>/<resource>/`; indexes begin otherwise, and hold no object's data. */
function chooseKey(entries: readonly Entry[]): Encryption['writeKey'] {
  const chosen = new Map<string, EncryptionKey | undefined>()
  return (rowKey) => {
    if (!rowKey.startsWith('/')) return undefined
    const kind = rowKey.slice(1, rowKey.indexOf('/', rowKey.indexOf('/', 1) + 1))
    if (chosen.has(kind)) return chosen.get(kind)
    const [group = '', resource = ''] = kind.split('/')
    const names = group === 'core' ? [resource, '*.', '*.*'] : [`${resource}.${group}`, `*.${group}`, '*.*']
    const key = entries.find(({ resources }) => resources.some((name) => names.includes(name)))?.key
    // Kinds are few, but tenants name them.
    if (chosen.size > 10_000) chosen.clear()
    chosen.set(kind, key)
    return key
  }
}

function fieldsOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, Json>) : {}
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
