import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../temporary-folder.ts'
import { withLock } from './lock.ts'

test('work under one lock is done one after the other', async () => {
  await using folder = await temporaryFolder()
  let atOnce = 0
  const work = async () => {
    assert.equal(++atOnce, 1)
    await sleep(20)
    atOnce--
  }
  await Promise.all([1, 2, 3].map(() => withLock(join(folder.path, 'lock'), work)))
})

test('a lock whose holder has died is taken over', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'lock')
  await writeFile(path, String(2 ** 30))
  assert.equal(await withLock(path, async () => 'done'), 'done')
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
