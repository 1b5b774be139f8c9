import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { archiveOf, firstFileOf } from './tar.ts'

test('what is put into an archive comes out of it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), (content) => {
      const archive = archiveOf('kubeadm.conf', content)
      assert.equal(archive.length % 512, 0)
      assert.equal(firstFileOf(archive)?.toString(), content)
    }),
  )
})

test('an archive is one that tar reads', () => {
  const listed = execFileSync('tar', ['-tvf', '-'], { input: archiveOf('kubeadm.conf', 'text') }).toString()
  assert.match(listed, /^-rw-r--r-- .* 4 .* kubeadm\.conf\n$/)
})

test('folders before a file are passed over, and what is no archive holds none', () => {
  const folder = archiveOf('pki/', '')
  folder.write('5', 156, 'latin1')
  const archive = Buffer.concat([folder.subarray(0, 512), archiveOf('ca.crt', 'pem')])
  assert.equal(firstFileOf(archive)?.toString(), 'pem')
  for (const other of ['', 'x'.repeat(600), '\0'.repeat(1024)]) assert.equal(firstFileOf(Buffer.from(other)), undefined)
})
