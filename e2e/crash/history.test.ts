/** A store is killed again and again under many clients: what they were told, over all lives, is linearizable. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type Call, compareAndSet, read, violation, write } from '../../src/storage/conformance/linearizable.ts'

const KILLS = Number(process.env.KEELSON_KILLS ?? 6)

const root = mkdtempSync(join(tmpdir(), 'keelson-history-'))
after(() => rmSync(root, { recursive: true }))

test(`the history of ${KILLS} lives that end by SIGKILL is linearizable`, async () => {
  const lines: string[] = []
  for (let round = 0; round < KILLS; round++) lines.push(...(await killAt(round, 10_000 + ((round * 7_919) % 30_000))))
  const histories = historiesOf(lines)
  const unknown = [...histories.values()].flat().filter(({ end }) => end === Number.POSITIVE_INFINITY)
  assert.ok(unknown.length > 0, 'some call was cut off')
  assert.ok(lines.length > KILLS * 200, `${lines.length} lines`)
  for (const [key, history] of histories) assert.deepEqual(violation(history), undefined, key)
})

async function killAt(round: number, size: number): Promise<string[]> {
  const file = join(root, `said-${round}`)
  const said = openSync(file, 'w+')
  const clients = spawn(
    process.execPath,
    [join(import.meta.dirname, 'clients.ts'), join(root, 'store'), String(round)],
    {
      stdio: ['ignore', said, 'inherit'],
    },
  )
  const exited = once(clients, 'exit')
  while (fstatSync(said).size < size && clients.exitCode === null) await setTimeout(1)
  clients.kill('SIGKILL')
  const [, signal] = await exited
  assert.equal(signal, 'SIGKILL')
  closeSync(said)
  return readFileSync(file, 'utf8').split('\n').slice(0, -1)
}

/** A line's number is its moment. A read that was cut off has told nothing. */
function historiesOf(lines: readonly string[]): Map<string, Call[]> {
  const ends = new Map<string, { at: number; result: string }>()
  for (const [at, line] of lines.entries()) {
    const [what, id = '', result = ''] = line.split(' ')
    if (what === 'end') ends.set(id, { at, result })
  }
  const histories = new Map<string, Call[]>()
  const nothing = (text: string) => (text === '-' ? undefined : text)
  for (const [at, line] of lines.entries()) {
    const [what, id = '', kind, key = '', value = '', expected = ''] = line.split(' ')
    if (what !== 'begin') continue
    const { at: end, result } = ends.get(id) ?? { at: Number.POSITIVE_INFINITY, result: undefined }
    const history = histories.get(key) ?? []
    histories.set(key, history)
    if (kind === 'write') history.push(write(at, end, value))
    else if (kind === 'set')
      history.push(
        compareAndSet(at, end, nothing(expected), value, result === undefined ? undefined : result === 'true'),
      )
    else if (result !== undefined) history.push(read(at, end, nothing(result)))
  }
  return histories
}
