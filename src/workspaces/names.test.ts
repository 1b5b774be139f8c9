import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isClusterName, joinPath, newClusterName, parentPath } from './names.ts'

test('a logical cluster’s name is 16 characters of base 36, from the SHA-224 of what is random', () => {
  assert.equal(
    newClusterName(() => Buffer.alloc(32)),
    newClusterName(() => Buffer.alloc(32)),
  )
  const names = new Set(Array.from({ length: 1000 }, () => newClusterName()))
  assert.equal(names.size, 1000)
  for (const name of names) assert.match(name, /^[a-z0-9]{16}$/)
})

test('paths lead down and up', () => {
  assert.equal(joinPath('root:acme', 'shop'), 'root:acme:shop')
  assert.deepEqual(
    [parentPath('root:acme:shop'), parentPath('root:acme'), parentPath('root')],
    ['root:acme', 'root', undefined],
  )
})

test('a name of a logical cluster is one segment', () => {
  for (const name of ['root', '1a2b', 'a-b', 'a'.repeat(63)]) assert.equal(isClusterName(name), true, name)
  for (const name of ['', '*', 'a:b', '-a', 'a-', 'A', 'a/b', '..', 'a'.repeat(64), 'a\n'])
    assert.equal(isClusterName(name), false, name)
})
