/** What strace cannot do: writes that are short or torn, a sync that fails once, a disk that fills in the midst of a write, a clock that jumps. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openStore } from '../../src/storage/index.ts'
import { verify } from '../crash/workload.ts'
import { buildShim, runWithFault } from './shim.ts'

const COMMITS = 150
const faultyWriter = join(import.meta.dirname, 'faulty-writer.ts')
const endlessWriter = join(import.meta.dirname, '../crash/writer.ts')

const root = mkdtempSync(join(tmpdir(), 'keelson-shim-'))
let shim = ''
before(async () => {
  shim = await buildShim(root)
})
after(() => rmSync(root, { recursive: true }))

const newDirectory = () => mkdtempSync(join(root, 'store-'))
const acknowledged = (said: readonly string[]) =>
  said.reduce((most, line) => (line.startsWith('ack ') ? Math.max(most, Number(line.slice(4))) : most), 0)
const seen = (said: readonly string[]) =>
  said.reduce((most, line) => (line.startsWith('saw ') ? Math.max(most, Number(line.slice(4))) : most), 256)

test('writes that come back short are finished', async () => {
  for (const every of [2, 3, 7]) {
    const directory = newDirectory()
    const { code, said } = await runWithFault(shim, `short:${every}`, directory, faultyWriter, String(COMMITS))
    assert.deepEqual([code, acknowledged(said)], [0, COMMITS - 1])
    await verify(directory, COMMITS - 1, 256)
  }
})

test('a process that is killed in the midst of a write loses nothing acknowledged, whichever write it is', async () => {
  let most = 0
  for (const nth of [1, 2, 3, 5, 8, 13, 40, 101, 333, 1_000, 1_777]) {
    const directory = newDirectory()
    const { signal, said } = await runWithFault(shim, `torn:${nth}`, directory, endlessWriter)
    assert.equal(signal, 'SIGKILL')
    most = Math.max(most, acknowledged(said))
    await verify(directory, acknowledged(said), seen(said))
  }
  assert.ok(most > 100, `${most} commits were acknowledged before the last of the kills`)
})

test('a disk that fills in the midst of a write refuses commits, and takes them again when there is space', async () => {
  const directory = newDirectory()
  const { code, said } = await runWithFault(shim, 'full:100:9', directory, faultyWriter, String(COMMITS))
  assert.equal(code, 0)
  assert.ok(said.includes('full'), said.join())
  assert.equal(acknowledged(said), COMMITS - 1)
  await verify(directory, COMMITS - 1, 256)
})

test('a sync that fails once ends the store, though the next would succeed', async () => {
  const directory = newDirectory()
  const { said } = await runWithFault(shim, 'fsync:60', directory, faultyWriter, String(COMMITS))
  assert.ok(said.includes('failed'), said.join())
  assert.ok(acknowledged(said) > 10 && acknowledged(said) < 60, `${acknowledged(said)} commits`)
  await verify(directory, acknowledged(said), 256)
})

test('a wall clock that jumps by years ages no history', async () => {
  const directory = newDirectory()
  const { code, said } = await runWithFault(shim, 'clock', directory, faultyWriter, String(COMMITS))
  assert.deepEqual([code, acknowledged(said)], [0, COMMITS - 1])
  await verify(directory, COMMITS - 1, 256)
  await using store = await openStore({ engine: 'embedded', directory })
  assert.equal(store.compacted(), 0)
  const clock = await runWithFault(shim, 'clock', directory, join(import.meta.dirname, 'clock.ts'))
  assert.ok(new Set(clock.said).size > 1, `the years were ${clock.said}`)
})
