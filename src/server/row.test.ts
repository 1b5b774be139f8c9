import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { KubeObject } from '../machinery/index.ts'
import { configMap } from './builtins/config-map.ts'
import type { ResourceDefinition } from './definition.ts'
import { presentObject } from './read.ts'
import { decodeRow, encodeRow, isCurrent, joinRowBytes, readHeader, rowParts, spliceWhole } from './row.ts'

const dictionary = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'a"b', '日本')),
  fc.string(),
)
const objects: fc.Arbitrary<KubeObject> = fc.record(
  {
    apiVersion: fc.constant('v1'),
    kind: fc.constant('ConfigMap'),
    metadata: fc.record(
      {
        name: fc.string(),
        namespace: fc.string(),
        uid: fc.uuid(),
        labels: dictionary,
        annotations: dictionary,
        finalizers: fc.array(fc.string(), { maxLength: 3 }),
      },
      { requiredKeys: ['name', 'uid'] },
    ),
    data: dictionary,
  },
  { requiredKeys: ['apiVersion', 'kind', 'metadata'] },
)

/** As it was sent, with what the server adds. */
function expected(object: KubeObject, cluster: string, version: string): unknown {
  const sent = JSON.parse(JSON.stringify(object)) as KubeObject
  sent.metadata.annotations = { ...sent.metadata.annotations, 'kcp.io/cluster': cluster }
  sent.metadata.resourceVersion = version
  return sent
}

test('an object comes back as it was, by bytes and by value', () => {
  fc.assert(
    fc.property(objects, (object) => {
      const value = encodeRow(configMap, object)
      assert.ok(isCurrent(configMap, value))
      const bytes = spliceWhole(configMap, { value, version: 258 }, 'root')
      assert.deepEqual(JSON.parse(bytes.toString()), expected(object, 'root', '258'))
      assert.deepEqual(decodeRow(value, 'root', 258), expected(object, 'root', '258'))
    }),
  )
})

test('what changes around an object is not stored with it', () => {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', uid: 'u', resourceVersion: '7', annotations: { 'kcp.io/cluster': 'elsewhere', mine: 'x' } },
  }
  assert.doesNotMatch(encodeRow(configMap, object).toString('latin1'), /elsewhere|resourceVersion/)
  assert.equal(object.metadata.annotations?.['kcp.io/cluster'], 'elsewhere')
})

test('the header says what selectors and the garbage collector ask', () => {
  const owner = { apiVersion: 'v1', kind: 'X', name: 'o', uid: 'owner' }
  const metadata = { name: 'a', uid: 'u', labels: { app: 'web' }, ownerReferences: [owner] }
  const value = encodeRow(configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
  assert.deepEqual(readHeader(value), { u: 'u', l: { app: 'web' }, o: ['owner'] })
})

test('what a dry run made has no resourceVersion', () => {
  const value = encodeRow(configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } })
  assert.doesNotMatch(spliceWhole(configMap, { value, version: 0 }, 'root').toString(), /resourceVersion/)
  assert.equal(decodeRow(value, 'root', 0).metadata.resourceVersion, undefined)
})

test('a row of another version of the schema is read anew', () => {
  const value = encodeRow(configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, odd: 1 })
  const other: ResourceDefinition = { ...configMap, schemaHash: 'other' }
  assert.equal(isCurrent(other, value), false)
  assert.equal(presentObject(configMap, { key: '', value, version: 1 }, 'root').odd, 1)
  assert.equal(presentObject(other, { key: '', value, version: 1 }, 'root').odd, undefined)
})

test('URLs of this server are stored without it', () => {
  let url = 'https://one:1'
  const definition: ResourceDefinition = { ...configMap, externalURL: () => url }
  const status = {
    URL: 'https://one:1/clusters/a',
    other: 'https://one:1/clusters/a',
    foreign: { URL: 'https://x/clusters/a' },
  }
  const value = encodeRow(definition, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, status })
  url = 'https://two:2'
  const moved = { ...status, URL: 'https://two:2/clusters/a' }
  assert.deepEqual(JSON.parse(spliceWhole(definition, { value, version: 1 }, 'root').toString()).status, moved)
  assert.deepEqual(decodeRow(value, 'root', 1, definition.externalURL).status, moved)
})

test('a row is the same whoever has put its parts into JSON', () => {
  fc.assert(
    fc.property(objects, (object) => {
      const { annotations, meta, rest, header } = rowParts(configMap, object)
      const bytes = (part: object) => Buffer.from(JSON.stringify(part))
      const parts = { annotations: bytes(annotations), meta: bytes(meta), rest: bytes(rest), header: bytes(header) }
      assert.deepEqual(joinRowBytes(configMap, object.kind, parts), encodeRow(configMap, object))
    }),
  )
})
