/** The disk fails while the store writes: strace has the system calls return errors. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openStore, readEncryption } from '../../src/storage/index.ts'
import { verify } from '../crash/workload.ts'
import { recordRun } from './trace.ts'

const COMMITS = 200

const root = mkdtempSync(join(tmpdir(), 'keelson-disk-'))
after(() => rmSync(root, { recursive: true }))

test('a failed fsync ends the store, and what was acknowledged before is there on its next start', async () => {
  const { directory, said } = await writeWith('inject=fsync:error=EIO:when=60+')
  const acked = said.filter((text) => text.startsWith('ack '))
  assert.deepEqual(said.slice(acked.length), ['failed', 'failed'])
  assert.ok(acked.length > 10 && acked.length < 60, `${acked.length} commits were acknowledged`)
  await verify(directory, acked.length, 0)
})

test('likewise when it is encrypted', async () => {
  const keys = join(root, 'encryption.yaml')
  const secret = Buffer.alloc(32, 'k').toString('base64')
  writeFileSync(
    keys,
    `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources: [{ resources: ['*.*'], providers: [aesgcm: { keys: [{ name: a, secret: ${secret} }] }] }]
`,
  )
  const { directory, said } = await writeWith('inject=fsync:error=EIO:when=60+', keys)
  const acked = said.filter((text) => text.startsWith('ack '))
  assert.deepEqual(said.slice(acked.length), ['failed', 'failed'])
  assert.ok(acked.length > 10 && acked.length < 60, `${acked.length} commits were acknowledged`)
  await verify(directory, acked.length, 0, readEncryption(directory, keys))
  await using sealed = await openStore({ engine: 'embedded', directory })
  assert.doesNotMatch(String((await sealed.get('/last'))?.value), /^\d+$/)
})

test('a full disk refuses commits with nothing written, and takes them again when there is space', async () => {
  const { directory, said } = await writeWith('inject=pwrite64:error=ENOSPC:when=100..107')
  const first = said.indexOf('full')
  assert.ok(first > 10, said.join())
  assert.equal(said[first + 1], `read ${first}`)
  assert.deepEqual(
    said.filter((text) => text.startsWith('ack ')),
    Array.from({ length: COMMITS - 1 }, (_, n) => `ack ${n + 1}`),
  )
  await verify(directory, COMMITS - 1, 0)
})

async function writeWith(fault: string, ...settings: string[]): Promise<{ directory: string; said: string[] }> {
  const directory = mkdtempSync(join(root, 'store-'))
  const writer = join(import.meta.dirname, 'faulty-writer.ts')
  const command = ['-e', fault, process.execPath, writer, directory, String(COMMITS), ...settings]
  const events = await recordRun(join(root, 'trace'), directory, command)
  return { directory, said: events.flatMap((event) => (event.type === 'said' ? [event.text.trim()] : [])) }
}
