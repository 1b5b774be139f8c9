import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  absentOwnerKey,
  clusterOfKey,
  deletionKey,
  epochKey,
  keyOfOwnerIndex,
  objectKey,
  ownerIndexKey,
  ownerIndexPrefix,
  pathKey,
  rangePrefix,
} from './keys.ts'

const things = { group: 'example.com', names: { plural: 'things' }, identity: 'customresources', namespaced: true }
const roots = { ...things, namespaced: false }

test('one API across all logical clusters is one range, and a namespace is a range in it', () => {
  assert.equal(rangePrefix(things, '*', ''), '/example.com/things/customresources/')
  assert.equal(rangePrefix(things, 'root', ''), '/example.com/things/customresources/root/')
  assert.equal(rangePrefix(things, 'root', 'a'), '/example.com/things/customresources/root/a/')
  assert.equal(rangePrefix(roots, 'root', 'a'), '/example.com/things/customresources/root/')
  assert.equal(objectKey(things, 'root', 'a', 'b'), '/example.com/things/customresources/root/a/b')
  assert.equal(objectKey(roots, 'root', '', 'b'), '/example.com/things/customresources/root/-/b')
  assert.equal(objectKey({ ...things, group: '' }, 'root', 'a', 'b'), '/core/things/customresources/root/a/b')
})

test('rows of an index, and of another definition, lie where those say', () => {
  const index = { ...roots, rowPrefix: '!deleting/' }
  assert.equal(rangePrefix(index, 'root', ''), '!deleting/root/')
  assert.equal(objectKey(index, 'root', '', 'a/b'), '!deleting/root/a%2Fb')
  const stored = { definition: things } as never
  assert.equal(
    rangePrefix({ ...things, group: 'other', storedForm: stored }, 'root', ''),
    rangePrefix(things, 'root', ''),
  )
})

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('/', '..', '%', '%2F', '*', '!', '-'))

test('no name, namespace or logical cluster leads out of its place', () => {
  fc.assert(
    fc.property(text, text, text, text, text, (cluster, other, namespace, name, uid) => {
      const key = objectKey(things, cluster, namespace, name)
      assert.match(key, /^[!-~]*$/)
      assert.ok(key.startsWith(rangePrefix(things, '*', '')))
      assert.equal(clusterOfKey(things, key), cluster)
      assert.equal(key.split('/').length, 7)
      if (cluster !== other) {
        assert.notEqual(key, objectKey(things, other, namespace, name))
        if (other !== '*') assert.ok(!key.startsWith(rangePrefix(things, other, '')))
        assert.ok(!epochKey(cluster, namespace).startsWith(epochKey(other)))
        assert.ok(!ownerIndexKey(cluster, uid, key).startsWith(ownerIndexPrefix(other, uid)))
        assert.notEqual(deletionKey(cluster, key), deletionKey(other, key))
        assert.notEqual(absentOwnerKey(cluster, uid), absentOwnerKey(other, uid))
        assert.notEqual(pathKey(cluster), pathKey(other))
      }
      if (cluster !== '*' && namespace !== '') assert.ok(key.startsWith(rangePrefix(things, cluster, namespace)))
      assert.equal(keyOfOwnerIndex(ownerIndexPrefix(cluster, uid), ownerIndexKey(cluster, uid, key)), key)
    }),
  )
})
