import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { markRun, wasKilled } from './run-mark.ts'

describe('the mark of a run', () => {
  let folder = ''
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'keelson-mark-'))
  })
  after(() => fs.rmSync(folder, { recursive: true }))

  test('says that it lives, and is gone when it has ended', () => {
    {
      using _mark = markRun(folder, 'mine')
      assert.equal(wasKilled(folder, 'mine'), false)
    }
    assert.equal(wasKilled(folder, 'mine'), false)
    assert.deepEqual(fs.readdirSync(folder), [])
  })

  test('says nothing of runs that were never here', () => {
    assert.equal(wasKilled(folder, 'another'), false)
    assert.equal(wasKilled(path.join(folder, 'nowhere'), 'another'), false)
  })

  test('outlives a run that is killed, and tells it', async () => {
    const module = JSON.stringify(path.join(import.meta.dirname, 'run-mark.ts'))
    const script = `import { markRun } from ${module}; markRun(${JSON.stringify(folder)}, 'killed'); process.kill(process.pid, 'SIGKILL')`
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    await assert.rejects(run, { signal: 'SIGKILL' })
    assert.equal(wasKilled(folder, 'killed'), true)
  })
})
