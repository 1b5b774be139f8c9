import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type KubeObject, StatusError } from '../machinery/index.ts'
import { configMap } from './builtins/config-map.ts'
import { namespace as namespaces } from './builtins/namespace.ts'
import { checkIdentity, checkUid, fillNullTexts, prepareMetadataForUpdate, timestamp } from './metadata.ts'

const object = (metadata: object, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata as KubeObject['metadata'],
  ...more,
})
const refused = (code: number, message: RegExp) => (error: unknown) =>
  error instanceof StatusError && error.status.code === code && message.test(error.message)

describe('a body must be what its URL says', () => {
  const CASES: readonly [string, object, string, object | RegExp][] = [
    ['it takes the namespace of the URL', { name: 'a' }, 'a', { namespace: 'ns', name: 'a' }],
    ['it may say the same', { namespace: 'ns', name: 'a' }, 'a', { namespace: 'ns', name: 'a' }],
    ['nothing said is nothing contradicted', { namespace: '', name: 'a' }, 'a', { namespace: 'ns', name: 'a' }],
    ['no name', {}, 'a', /the name of the object \(a based on URL\) was undeterminable/],
    ['a create has no name in its URL', { name: 'a' }, '', { namespace: 'ns', name: 'a' }],
    ['another namespace', { namespace: 'other', name: 'a' }, 'a', /namespace of the provided object does not match/],
    ['another name', { name: 'b' }, 'a', /the name of the object \(b\) does not match the name on the URL \(a\)/],
  ]
  for (const [what, metadata, name, expected] of CASES) {
    test(what, () => {
      const given = object(metadata)
      const check = () => checkIdentity(configMap, given, 'ns', name)
      if (expected instanceof RegExp) assert.throws(check, refused(400, expected))
      else {
        check()
        assert.deepEqual(given.metadata, expected)
      }
    })
  }

  test('a cluster-scoped object has no namespace', () => {
    const given: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', namespace: '' } }
    checkIdentity(namespaces, given, '', 'a')
    assert.deepEqual(given.metadata, { name: 'a' })
    const placed: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', namespace: 'b' } }
    checkIdentity(namespaces, placed, '', 'a')
    assert.deepEqual(placed.metadata, { name: 'a' })
  })

  test('it is of the URL’s version and kind', () => {
    for (const more of [{ apiVersion: 'v2' }, { kind: 'Secret' }]) {
      assert.throws(
        () => checkIdentity(configMap, object({ name: 'a' }, more), 'ns', 'a'),
        refused(400, /API version|cannot be handled as a ConfigMap/),
      )
    }
  })
})

describe('an update', () => {
  const old = object({
    name: 'a',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2030-01-01T00:00:00Z',
    annotations: { 'kcp.io/cluster': 'root', mine: 'x' },
  })
  const update = (metadata: object): KubeObject['metadata'] => {
    const given = object(metadata)
    prepareMetadataForUpdate(given, old)
    return given.metadata
  }

  test('keeps what the server says, and lets the rest be said', () => {
    const { annotations, ...kept } = update({
      name: 'a',
      creationTimestamp: '1999-01-01T00:00:00Z',
      generation: 5,
      selfLink: '/x',
      labels: { a: 'b' },
      annotations: { 'kcp.io/cluster': 'other' },
    })
    const { uid, resourceVersion, creationTimestamp } = old.metadata
    assert.deepEqual(kept, { name: 'a', labels: { a: 'b' }, uid, resourceVersion, creationTimestamp })
    assert.deepEqual(annotations, { 'kcp.io/cluster': 'root' })
  })

  test('of another object by the same name is a conflict', () => {
    assert.throws(
      () => checkUid(configMap, object({ name: 'a', uid: 'other' }), old),
      refused(409, /UID in precondition: other, UID in object meta: u/),
    )
    assert.equal(update({ name: 'a', uid: '' }).uid, 'u')
  })
})

test('times are whole seconds', () => assert.equal(timestamp(1_999), '1970-01-01T00:00:01Z'))

test('a null label or annotation is empty', () => {
  const given = object({ labels: { a: null, b: 'c' }, annotations: { d: null } })
  fillNullTexts(given)
  assert.deepEqual(given.metadata, { labels: { a: '', b: 'c' }, annotations: { d: '' } })
})
