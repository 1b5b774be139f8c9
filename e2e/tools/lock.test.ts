import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../temporary-folder.ts'
import { withLock } from './lock.ts'

test('work under one lock is done one after the other', async () => {
  await using folder = await temporaryFolder()
  let atOnce = 0
  const work = async () => {
    assert.equal(++atOnce, 1)
    // As others get a turn.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
    atOnce--
  }
  await Promise.all([1, 2, 3].map(() => withLock(join(folder.path, 'lock'), work)))
})

test('a lock whose holder has died is free, and not before', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'lock')
  const module = JSON.stringify(join(import.meta.dirname, 'lock.ts'))
  const script = `import { withLock } from ${module}
    await withLock(${JSON.stringify(path)}, async () => { console.log('held'); await new Promise((r) => setTimeout(r, 2 ** 30)) })`
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'exit')
  await once(holder.stdout, 'data')
  let hasDied = false
  const taken = withLock(path, async () => assert.ok(hasDied))
  await new Promise((resolve) => setImmediate(resolve))
  hasDied = true
  holder.kill('SIGKILL')
  await ended
  await taken
})

test('a lock is given back when the work fails', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'lock')
  await assert.rejects(
    withLock(path, () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(await withLock(path, async () => 'done'), 'done')
})
