import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { makeDirectories } from './make-directories.ts'

const folder = mkdtempSync(join(tmpdir(), 'keelson-directories-'))
after(() => rmSync(folder, { recursive: true }))

describe('makeDirectories', () => {
  it('makes a directory with its parents, once', () => {
    const path = join(folder, 'a/b/c')
    assert.deepEqual([makeDirectories(path, 0o700), makeDirectories(path, 0o700)], [true, false])
    for (const each of [path, join(folder, 'a')]) assert.equal(statSync(each).mode & 0o777, 0o700)
  })

  it('refuses where a file has the name, or that of a parent', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    assert.throws(() => makeDirectories(file), { code: 'EEXIST' })
    assert.throws(() => makeDirectories(join(file, 'below')), { code: 'ENOTDIR' })
  })

  it('refuses where the file system takes none', () => {
    assert.throws(() => makeDirectories('/proc/keelson/data'), /mkdir/)
  })
})
