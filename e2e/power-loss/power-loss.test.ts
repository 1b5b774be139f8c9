/**
 * Power is lost: the writes and syncs of a run are recorded at the boundary of the operating system, and disks are rebuilt as
 * they could be found after losing power at some moment. All that was acknowledged until then must be there.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { verify } from '../crash/workload.ts'
import { createDisk, type Loss, type Random } from './disk.ts'
import { type Event, recordRun } from './trace.ts'

const CRASHES = 75
/** Enough to see that it is lost. */
const CRASHES_WITHOUT_FSYNC = 18
const LOSSES: readonly Loss[] = ['all is lost', 'a prefix is kept', 'any part is kept, torn and out of order']

const root = mkdtempSync(join(tmpdir(), 'keelson-power-'))
after(() => rmSync(root, { recursive: true }))

test('what was acknowledged survives the loss of power at any moment', async () => {
  const events = await record('full')
  assert.deepEqual(await loseAgainAndAgain(events, CRASHES), [])
})

test('without fsync it does not: the test above can fail', async () => {
  const events = await record('off')
  assert.equal(
    events.some(({ type, ...event }) => type === 'sync' && 'file' in event && event.file === 'store.db-wal'),
    false,
  )
  const lost = await loseAgainAndAgain(events, CRASHES_WITHOUT_FSYNC)
  assert.ok(lost.length > 6, `${lost.length} of ${CRASHES_WITHOUT_FSYNC} crashes lost what was acknowledged`)
})

async function record(synchronous: 'full' | 'off'): Promise<Event[]> {
  const directory = join(root, `recorded-${synchronous}`)
  const writer = join(import.meta.dirname, 'writer.ts')
  return await recordRun(join(root, `${synchronous}.trace`), directory, [
    process.execPath,
    writer,
    directory,
    synchronous,
  ])
}

/** Returns what was wrong after which crashes. */
async function loseAgainAndAgain(events: readonly Event[], crashes: number): Promise<string[]> {
  const random = randomFrom(20_261_117)
  const moments = Array.from({ length: crashes }, () => Math.floor(random() * events.length)).sort((a, b) => a - b)
  const disk = createDisk()
  const wrong: string[] = []
  let acked = 0
  let next = 0
  for (const [crash, moment] of moments.entries()) {
    for (; next <= moment; next++) {
      const event = events[next] as Event
      disk.apply(event)
      if (event.type === 'said') acked = Number(event.text.slice('ack '.length))
    }
    const directory = join(root, 'crashed')
    mkdirSync(directory)
    const loss = LOSSES[crash % LOSSES.length] as Loss
    disk.crash(directory, loss, random)
    try {
      await verify(directory, acked, 0)
    } catch (error) {
      wrong.push(`event ${moment} of ${events.length}, ${loss}: ${(error as Error).message}`)
    }
    rmSync(directory, { recursive: true })
  }
  return wrong
}

/** A sequence of numbers in [0, 1) that is the same each time (mulberry32). */
function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
