/**
 * After a key or the choice of resources has changed, rows are rewritten while the store serves, a page in each turn of the event loop.
 * A row tells for which configuration that has been done. Only where one process has the store: of several, others may go on
 * writing with the key that they know.
 */
import type { Store } from '../store.ts'
import type { Encryption } from './configuration.ts'
import { rewriteRows } from './rewrite.ts'

const MARK = '!encryption/written'

export interface Rewriting {
  /** Tells how many rows were rewritten, if any had to be looked at. */
  readonly rewritten: (rows: number) => void
  readonly failed: (error: unknown) => void
}

/** Disposing ends it; what is left is done after the next start. */
export function keepCurrent(store: Store, encryption: Encryption, { rewritten, failed }: Rewriting): AsyncDisposable {
  const stop = new AbortController()

  async function look(): Promise<void> {
    const mark = await store.get(MARK)
    if (mark?.value.toString() === encryption.id) return
    // A store that nobody has written to has nothing to rewrite.
    const rows = store.revision() === 1 ? undefined : await rewriteRows(store, encryption, stop.signal)
    const put = { type: 'put', key: MARK, value: Buffer.from(encryption.id) } as const
    await store.commit({ lane: MARK, preconditions: [], operations: [put] })
    if (rows !== undefined) rewritten(rows)
  }

  const looking = look().catch((error) => {
    if (!stop.signal.aborted) failed(error)
  })
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await looking
    },
  }
}
