/** A writer is killed with SIGKILL under load, again and again: what was acknowledged is there, and watches go on exactly. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { verify } from './workload.ts'

const KILLS = 20

const root = mkdtempSync(join(tmpdir(), 'keelson-kill-'))
const directory = join(root, 'store')
after(() => rmSync(root, { recursive: true }))

test(`a writer that is killed ${KILLS} times loses nothing acknowledged`, async () => {
  let acked = 0
  let saw = 256
  let before = 1
  for (let round = 0; round < KILLS; round++) {
    const lines = await killAt(1_000 + ((round * 9_973) % 40_000))
    for (const line of lines) {
      const [what, number] = line.split(' ')
      if (what === 'ack') acked = Math.max(acked, Number(number))
      else saw = Math.max(saw, Number(number))
    }
    const revision = await verify(directory, acked, saw)
    assert.ok(revision > before, 'each round has written something')
    before = revision
  }
  assert.ok(acked > 1_000, `${acked} commits were acknowledged in all`)
})

/** Runs the writer until it has said so many bytes, and returns what it had said in whole lines when it was dead. */
async function killAt(size: number): Promise<string[]> {
  const said = openSync(join(root, 'said'), 'w+')
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), directory], {
    stdio: ['ignore', said, 'inherit'],
  })
  const exited = once(writer, 'exit')
  while (fstatSync(said).size < size && writer.exitCode === null) await setTimeout(1)
  writer.kill('SIGKILL')
  const [, signal] = await exited
  assert.equal(signal, 'SIGKILL')
  closeSync(said)
  return readFileSync(join(root, 'said'), 'utf8').split('\n').slice(0, -1)
}
