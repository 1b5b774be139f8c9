import { setTimeout as sleep } from 'node:timers/promises'
import { type Access, readKubeconfig } from '../e2e/kubeconfig.ts'
import { startKeelson } from '../e2e/server.ts'
import { createWorkspace } from '../e2e/workspace.ts'
import { type Job, load } from './load.ts'
import { defineRecords, recordsPath, recordTemplate } from './records.ts'
import { median } from './statistics.ts'

const rounds = 5
const writers = 256
const quietCreates = 400
/** Until all writers of the flood are at it. */
const risingMilliseconds = 1_000

/** What one tenant's flood does to the creates of another; times in milliseconds, medians over the rounds. */
export interface FloodCost {
  writers: number
  p99Alone: number
  p99InFlood: number
  /** The most that it may be: twice what it is alone, plus 10 ms. */
  p99Bound: number
  holds: boolean
  floodPerSecond: number
  samples: { alone: number[]; inFlood: number[] }
}

/** One tenant creates one object after the other, alone and while another creates with 256 writers. */
export async function benchFlood(tell: (step: string) => void): Promise<FloodCost> {
  await using keelson = await startKeelson()
  const administrator = await readKubeconfig(keelson.kubeconfig)
  const quiet = await createWorkspace(administrator, 'quiet')
  const flooding = await createWorkspace(administrator, 'flooding')
  for (const access of [quiet, flooding]) await defineRecords(access)
  tell('warm up')
  await load(flooding, creates('warm-', writers, 5_000))
  await load(quiet, creates('warm-', 1, quietCreates))
  const samples = { alone: [] as number[], inFlood: [] as number[], rate: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    samples.alone.push((await load(quiet, creates(`alone-${round}-`, 1, quietCreates))).p99)
    const flood = startFlood(flooding, round)
    await sleep(risingMilliseconds)
    samples.inFlood.push((await load(quiet, creates(`flood-${round}-`, 1, quietCreates))).p99)
    samples.rate.push(await flood.end())
    tell(
      `round ${round + 1} of ${rounds}: ${samples.alone[round]?.toFixed(1)} ms alone, ${samples.inFlood[round]?.toFixed(1)} ms in the flood`,
    )
  }
  const [p99Alone, p99InFlood] = [median(samples.alone), median(samples.inFlood)]
  const p99Bound = 2 * p99Alone + 10
  const { rate, ...kept } = samples
  return {
    writers,
    p99Alone,
    p99InFlood,
    p99Bound,
    holds: p99InFlood <= p99Bound,
    floodPerSecond: Math.round(median(rate)),
    samples: kept,
  }
}

/** Load after load until it is ended; then its creates a second. */
function startFlood(access: Access, round: number): { end: () => Promise<number> } {
  const rates: number[] = []
  let ended = false
  const running = (async () => {
    for (let burst = 0; !ended; burst++) {
      rates.push((await load(access, creates(`flood-${round}-${burst}-`, writers, 4_000))).perSecond)
    }
  })()
  return {
    end: async () => {
      ended = true
      await running
      return median(rates)
    },
  }
}

function creates(prefix: string, concurrency: number, count: number): Job {
  return { operation: 'create', path: recordsPath('churn'), concurrency, count, prefix, body: recordTemplate }
}
