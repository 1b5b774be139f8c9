/** A store whose rows are encrypted at rest, on every engine: values are sealed on their way in and opened on their way out. */
import type { Change, Commit, CommitResult, Operation, Row, Store, WatchBatch } from '../store.ts'
import type { Encryption } from './configuration.ts'
import { isSealed, seal, unseal } from './seal.ts'

export function encryptedStore(store: Store, { writeKey, readKeys }: Encryption): Store {
  const opened = (key: string, value: Buffer): Buffer => (isSealed(value) ? unseal(readKeys, key, value) : value)
  const openedRow = (row: Row): Row => (isSealed(row.value) ? { ...row, value: opened(row.key, row.value) } : row)

  function sealed(commit: Commit): Commit {
    if (!commit.operations.some((operation) => operation.type === 'put' && writeKey(operation.key) !== undefined))
      return commit
    const operations = commit.operations.map((operation): Operation => {
      const key = operation.type === 'put' ? writeKey(operation.key) : undefined
      if (operation.type !== 'put' || key === undefined) return operation
      return { ...operation, value: seal(key, operation.key, operation.value) }
    })
    return { ...commit, operations }
  }

  const changeSealed = ({ value, previous }: Change): boolean =>
    (value !== undefined && isSealed(value)) || (previous !== undefined && isSealed(previous))
  /** All watches of a prefix are handed one batch: it is opened once. */
  const batches = new WeakMap<WatchBatch, WatchBatch>()
  function openedBatch(batch: WatchBatch): WatchBatch {
    if (!batch.changes.some(changeSealed)) return batch
    let plain = batches.get(batch)
    if (plain === undefined) {
      const changes = batch.changes.map((change) => ({
        ...change,
        value: change.value && opened(change.key, change.value),
        previous: change.previous && opened(change.key, change.previous),
      }))
      plain = { changes, revision: batch.revision }
      batches.set(batch, plain)
    }
    return plain
  }

  return {
    revision: () => store.revision(),
    compacted: () => store.compacted(),
    ...(store.fresh !== undefined && { fresh: store.fresh }),
    async get(key) {
      const row = await store.get(key)
      return row && openedRow(row)
    },
    async range(request) {
      const page = await store.range(request)
      if (!page.rows.some(({ value }) => isSealed(value))) return page
      return { ...page, rows: page.rows.map(openedRow) }
    },
    count: (prefix, enough) => store.count(prefix, enough),
    occupied: (prefixes, beyond) => store.occupied(prefixes, beyond),
    async commit(commit): Promise<CommitResult> {
      const result = await store.commit(sealed(commit))
      if (result.ok || result.row === undefined) return result
      return { ...result, row: openedRow(result.row) }
    },
    async watch(request) {
      // What cannot be opened is thrown, and ends the watch as `failed`.
      return store.watch({ ...request, deliver: (batch) => request.deliver(openedBatch(batch)) })
    },
    compact: (before) => store.compact(before),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}
