/**
 * Writes to a store whose disk is made to fail, and says on its standard output what came of it: "ack <commit>", or the reason
 * of a failure. With a third argument everything is encrypted as that file says. After one that leaves the store usable it tries again, until so many commits are acknowledged.
 */
import { openStore, readEncryption, StoreError } from '../../src/storage/index.ts'
import { say } from '../crash/say.ts'
import { write } from '../crash/workload.ts'

const reasonOf = (error: unknown) => (error instanceof StoreError ? error.reason : String(error))

const [directory = '', commits = '', keys] = process.argv.slice(2)
const encryption = keys === undefined ? undefined : readEncryption(directory, keys)
await using store = await openStore({ engine: 'embedded', directory, ...(encryption && { encryption }) })
for (let attempt = 0; attempt < 100; attempt++) {
  try {
    await write(store, Number(commits), 1, (n) => say(`ack ${n}`))
    break
  } catch (error) {
    say(reasonOf(error))
    const read = await store.get('/last').then((row) => `read ${row?.value}`, reasonOf)
    say(read)
    if (read === 'failed') break
  }
}
