/**
 * The process that is killed: writes to the store in the directory it is given, and says on its standard output what was
 * acknowledged ("ack <commit>") and what its watch was told ("saw <version>").
 */
import { writeSync } from 'node:fs'
import { lastVersionOf, openStore } from '../../src/storage/index.ts'
import { write } from './workload.ts'

const [directory = ''] = process.argv.slice(2)
const store = await openStore({ engine: 'embedded', directory })
await store.watch({
  prefix: '/',
  after: lastVersionOf(store.revision()),
  deliver: ({ changes }) => {
    const last = changes.at(-1)
    if (last !== undefined) writeSync(1, `saw ${last.version}\n`)
  },
  failed: (error) => {
    throw error
  },
})
await write(store, Number.POSITIVE_INFINITY, 64, (n) => writeSync(1, `ack ${n}\n`))
