import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { KeelsonError } from '../../machinery/index.ts'
import { testClosing } from '../conformance/closing.ts'
import { put, readAll, remove, text, until, watchAll, write } from '../conformance/harness.ts'
import { testRanges } from '../conformance/ranges.ts'
import { testWatches } from '../conformance/watching.ts'
import { isStoreError } from '../errors.ts'
import { openStore } from '../open.ts'
import type { Store } from '../store.ts'
import { parseEncryption } from './configuration.ts'
import { encryptedStore } from './encrypted-store.ts'
import { ENCRYPTION_FILE, readEncryption } from './key-file.ts'
import { rewriteRows } from './rewrite.ts'
import { isSealed, keyIdOf } from './seal.ts'

const root = mkdtempSync(join(tmpdir(), 'keelson-encryption-'))
after(() => rmSync(root, { recursive: true }))
const newDirectory = () => mkdtempSync(join(root, 'store-'))

const SECRET = '/core/secrets/builtin/2fd9/default/db'
const MAP = '/core/configmaps/builtin/2fd9/default/db'
const base64 = (length: number, fill: number) => Buffer.alloc(length, fill).toString('base64')
const configuration = (providers: string, resources = 'secrets') => `
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources: [{ resources: [${resources}], providers: [${providers}] }]`
const provider = (algorithm: string, ...names: string[]) =>
  `${algorithm}: { keys: [${names.map((name, n) => `{ name: ${name}, secret: ${base64(32, name.charCodeAt(0) + n)} }`)}] }`
const parse = (text: string) => parseEncryption(text, 'enc.yaml')

describe('an encrypted store keeps the contract', () => {
  const open = async () =>
    encryptedStore(await openStore({ engine: 'memory' }), parse(configuration(provider('aesgcm', 'a'), '"*.*"')))
  describe('ranges', () => testRanges(open))
  describe('watches', () => testWatches(open))
  describe('closing', () => testClosing(open))
})

test('no Secret lies on the disk in plain text: not in the database, its log, or the history', async () => {
  const directory = newDirectory()
  const encryption = readEncryption(directory)
  await using store = await openStore({ engine: 'embedded', directory, encryption })
  await write(store, put(SECRET, 'first-plain-value'), put(MAP, 'a-plain-map'))
  await write(store, put(SECRET, 'second-plain-value'))
  await write(store, put(`${SECRET}-2`, 'third-plain-value'.repeat(2_000)), remove(SECRET))
  using seen = await watchAll(store, '/', 0)
  await seen.caughtUp()
  assert.deepEqual(
    seen.changes.map(({ previous, value }) => `${text(previous)?.slice(0, 12)} ${text(value)?.slice(0, 12)}`),
    [
      'undefined first-plain-',
      'undefined a-plain-map',
      'first-plain- second-plain',
      'undefined third-plain-',
      'second-plain undefined',
    ],
  )
  const found = (what: string) =>
    readdirSync(directory).filter((file) => readFileSync(join(directory, file)).includes(what))
  for (const plain of ['first-plain', 'second-plain', 'third-plain']) assert.deepEqual(found(plain), [])
  assert.deepEqual(found('a-plain-map'), ['store.db-wal'])
  assert.equal(statSync(join(directory, ENCRYPTION_FILE)).mode & 0o777, 0o600)
  await store[Symbol.asyncDispose]()
  for (const plain of ['first-plain', 'second-plain', 'third-plain']) assert.deepEqual(found(plain), [])

  await using again = await openStore({ engine: 'embedded', directory, encryption: readEncryption(directory) })
  assert.equal(text((await again.get(`${SECRET}-2`))?.value)?.length, 34_000)
})

test('each value is sealed anew and opens only in its place', async () => {
  const plain = await openStore({ engine: 'memory' })
  await using store = encryptedStore(plain, parse(configuration(provider('aesgcm', 'a'))))
  await write(store, put(SECRET, 'x'), put(`${SECRET}-2`, 'x'))
  const [one, other] = await readAll(plain, '/')
  assert.ok(one !== undefined && other !== undefined && !one.value.equals(other.value))
  assert.equal(keyIdOf(one.value), 'aesgcm:a')
  await write(plain, { type: 'put', key: `${SECRET}-2`, value: one.value })
  const isUnreadable = (error: unknown) => isStoreError(error, 'unreadable')
  await assert.rejects(store.get(`${SECRET}-2`), isUnreadable)
  await assert.rejects(store.range({ prefix: '/core/secrets/', limit: 9 }), isUnreadable)
  assert.equal(text((await store.get(SECRET))?.value), 'x')
  const seen = await watchAll(store, '/core/secrets/', 0)
  await until(() => seen.errors.length > 0)
  assert.ok(isUnreadable(seen.errors[0]))
})

test('a value that was changed does not open', async () => {
  for (const algorithm of ['aesgcm', 'secretbox']) {
    const plain = await openStore({ engine: 'memory' })
    await using store = encryptedStore(plain, parse(configuration(provider(algorithm, 'a'))))
    await write(store, put(SECRET, 'x'))
    const value = Buffer.from((await plain.get(SECRET))?.value ?? '')
    value[value.length - 1] = (value.at(-1) ?? 0) ^ 1
    await write(plain, { type: 'put', key: SECRET, value })
    await assert.rejects(store.get(SECRET), new RegExp(`cannot be decrypted with the key ${algorithm}:a`))
  }
})

test('a row whose key is not there is told by the name of the key', async () => {
  const plain = await openStore({ engine: 'memory' })
  await using store = encryptedStore(plain, parse(configuration(provider('aesgcm', 'new'))))
  await write(encryptedStore(plain, parse(configuration(provider('aescbc', 'old')))), put(SECRET))
  await assert.rejects(
    store.get(SECRET),
    /is encrypted with the key aescbc:old, which the encryption configuration lacks/,
  )
})

describe('rotation', () => {
  const steps: [string, string, string][] = [
    ['a new key before the old one', provider('aesgcm', 'new', 'old'), 'aesgcm:new'],
    ['another algorithm', `{ ${provider('aescbc', 'cbc')} }, { ${provider('aesgcm', 'old')} }`, 'aescbc:cbc'],
    ['a secretbox', `{ ${provider('secretbox', 'box')} }, { ${provider('aesgcm', 'old')} }`, 'secretbox:box'],
    ['identity: decrypted', `{ identity: {} }, { ${provider('aesgcm', 'old')} }`, ''],
  ]
  for (const [what, providers, expected] of steps) {
    test(`${what}: old rows are read, new ones written with it, and all rewritten on demand`, async () => {
      const plain = await openStore({ engine: 'memory' })
      // The same key has another place in the list, which its secret is made of.
      const old = configuration(provider('aesgcm', ...(what.startsWith('a new') ? ['x', 'old'] : ['old'])))
      const before = parse(old)
      const oldKey = before.readKeys.get('aesgcm:old')
      assert.ok(oldKey !== undefined)
      const first = encryptedStore(plain, { ...before, writeKey: (key) => before.writeKey(key) && oldKey })
      for (let n = 0; n < 250; n++) await write(first, put(`${SECRET}-${n}`, `${n}`), put(`${MAP}-${n}`, `${n}`))
      const now = parse(configuration(providers.startsWith('{') ? providers : `{ ${providers} }`))
      const second = encryptedStore(plain, now)
      await write(second, put(SECRET, 'new'))
      assert.equal(text((await second.get(`${SECRET}-7`))?.value), '7')
      assert.equal(await rewriteRows(plain, now, new AbortController().signal), 250)
      assert.equal(await rewriteRows(plain, now, new AbortController().signal), 0)
      for (const { key, value } of await allOf(plain)) {
        assert.equal(isSealed(value) ? keyIdOf(value) : '', key.startsWith('/core/secrets/') ? expected : '')
      }
      assert.equal(text((await second.get(`${SECRET}-249`))?.value), '249')
      await plain[Symbol.asyncDispose]()
    })
  }
})

describe('the configuration', () => {
  for (const [resources, sealed] of [
    ['secrets', [SECRET]],
    ['secrets, configmaps', [SECRET, MAP]],
    ['"*."', [SECRET, MAP]],
    ['"*.example.com"', ['/example.com/widgets/customresources/2fd9/-/w']],
    ['widgets.example.com', ['/example.com/widgets/customresources/2fd9/-/w']],
    ['"*.*"', [SECRET, MAP, '/example.com/widgets/customresources/2fd9/-/w']],
  ] as const) {
    test(`${resources} chooses its rows, and never an index`, () => {
      const { writeKey } = parse(configuration(provider('aesgcm', 'a'), resources))
      const keys = [SECRET, MAP, '/example.com/widgets/customresources/2fd9/-/w', '!path/core/secrets/x']
      assert.deepEqual(
        keys.filter((key) => writeKey(key) !== undefined),
        sealed,
      )
    })
  }

  for (const [text, message] of [
    ['{', 'the file: is no YAML'],
    ['apiVersion: v1', 'apiVersion: is not supported'],
    [configuration(''), 'resources[0].providers: is required'],
    [
      configuration('secretbox: { keys: [{ name: a, secret: c2VjcmV0LXNlY3JldC1zZQ== }] }'),
      'resources[0].providers[0].secretbox.keys[0].secret: is no key',
    ],
    [configuration('kms: {}'), 'resources[0].providers[0].kms: is not supported'],
    [configuration('aesgcm: { keys: [] }'), 'resources[0].providers[0].aesgcm.keys: is required'],
    [
      configuration('aesgcm: { keys: [{ secret: eA== }] }'),
      'resources[0].providers[0].aesgcm.keys[0].name: is required',
    ],
    [
      configuration('{ identity: {} }, { aescbc: { keys: [{ name: a, secret: c2VjcmV0LXdvcmQ= }] } }'),
      'resources[0].providers[1].aescbc.keys[0].secret: is no key',
    ],
  ] as const) {
    test(`refuses ${message}, and never shows a key`, () => {
      assert.throws(
        () => parse(text),
        (error) =>
          error instanceof KeelsonError &&
          error.message === `enc.yaml: ${message}` &&
          !`${error.message}${error.remedy}`.includes('c2VjcmV0'),
      )
    })
  }

  test('a file that is given is used, and none made', () => {
    const directory = newDirectory()
    const file = join(newDirectory(), 'enc.yaml')
    writeFileSync(file, configuration(provider('aescbc', 'mine')))
    assert.deepEqual([...readEncryption(directory, file).readKeys.keys()], ['aescbc:mine'])
    assert.deepEqual(readdirSync(directory), [])
    assert.throws(() => readEncryption(directory, `${file}.none`), /cannot be read: ENOENT/)
  })
})

async function allOf(store: Store) {
  return readAll(store, '/')
}
