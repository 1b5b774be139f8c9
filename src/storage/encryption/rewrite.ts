/** Has every row written as the encryption configuration would write it now: after a key or the choice of resources has changed. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Row, Store } from '../store.ts'
import type { Encryption } from './configuration.ts'
import { encryptedStore } from './encrypted-store.ts'
import { idOf, isSealed, keyIdOf } from './seal.ts'

const PAGE = 500
/** Of one commit; its rows are one range's, some at a time. */
const BATCH_BYTES = 512 * 1024
const BATCH = 100

/** Returns how many rows were written. Each gets a new version, as it does upstream when objects are replaced for this. */
export async function rewriteRows(store: Store, encryption: Encryption, signal: AbortSignal): Promise<number> {
  const encrypted = encryptedStore(store, encryption)
  let written = 0
  let after: string | undefined
  for (;;) {
    signal.throwIfAborted()
    const page = await store.range({ prefix: '/', limit: PAGE, ...(after !== undefined && { after }) })
    const stale = page.rows.filter((row) => isStale(row, encryption))
    for (const batch of batches(stale)) written += await rewrite(encrypted, batch, signal)
    after = page.rows.at(-1)?.key
    if (!page.more || after === undefined) return written
    // Others come in between.
    await nextTurn()
  }
}

function isStale({ key, value }: Row, { writeKey }: Encryption): boolean {
  const wanted = writeKey(key)
  return wanted === undefined ? isSealed(value) : !isSealed(value) || keyIdOf(value) !== idOf(wanted)
}

function* batches(rows: readonly Row[]): Generator<readonly Row[]> {
  let batch: Row[] = []
  let bytes = 0
  for (const row of rows) {
    if (batch.length > 0 && (batch.length === BATCH || bytes + row.value.length > BATCH_BYTES)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(row)
    bytes += row.value.length
  }
  if (batch.length > 0) yield batch
}

/** Others may write meanwhile: then what they have written is what is rewritten. */
async function rewrite(store: Store, stale: readonly Row[], signal: AbortSignal): Promise<number> {
  for (;;) {
    signal.throwIfAborted()
    const rows = (await Promise.all(stale.map(({ key }) => store.get(key)))).filter((row) => row !== undefined)
    const { ok } = await store.commit({
      lane: 'rewrite',
      preconditions: rows.map(({ key, version }) => ({ type: 'version', key, version })),
      operations: rows.map(({ key, value }) => ({ type: 'put', key, value })),
    })
    if (ok) return rows.length
  }
}
