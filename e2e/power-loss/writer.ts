/** The process whose system calls are recorded: commits in bursts, is closed and opened again, and compacts on its way. */
import { type Faults, openStore } from '../../src/storage/index.ts'
import { say } from '../crash/say.ts'
import { write } from '../crash/workload.ts'

const [directory = '', synchronous = ''] = process.argv.slice(2)
const faults: Faults = synchronous === 'off' ? { synchronous } : {}

for (const [until, width] of [
  [60, 1],
  [300, 7],
  [500, 24],
] as const) {
  await using store = await openStore({ engine: 'embedded', directory, faults })
  await write(store, until, width, (n) => say(`ack ${n}`))
  await store.compact(until - 50)
}
