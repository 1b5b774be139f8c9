/**
 * The process that is killed: writes to the store in the directory it is given, and says on its standard output what was
 * acknowledged ("ack <commit>") and what its watch was told ("saw <version>").
 */
import { lastVersionOf, openStore } from '../../src/storage/index.ts'
import { say } from './say.ts'
import { write } from './workload.ts'

const [directory = ''] = process.argv.slice(2)
const store = await openStore({ engine: 'embedded', directory })
await store.watch({
  prefix: '/',
  after: lastVersionOf(store.revision()),
  deliver: ({ changes }) => {
    const last = changes.at(-1)
    if (last !== undefined) say(`saw ${last.version}`)
  },
  failed: (error) => {
    throw error
  },
})
await write(store, Number.POSITIVE_INFINITY, 64, (n) => say(`ack ${n}`))
