/** `keelson store rewrite`: has every row encrypted as the configuration says now, and leaves nothing of the earlier ones. */
import { readEncryption } from '../encryption/key-file.ts'
import { rewriteRows } from '../encryption/rewrite.ts'
import { openStore } from '../open.ts'
import { compactStore } from './compact.ts'
import { assertDataDirectory } from './exclusively.ts'

/** Returns how many rows were written. Throws a KeelsonError when the directory is in use, or is no data directory. */
export async function rewriteStore(
  directory: string,
  encryptionFile: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  assertDataDirectory(directory)
  const encryption = readEncryption(directory, encryptionFile)
  let written = 0
  {
    await using store = await openStore({ engine: 'embedded', directory }, { signal })
    written = await rewriteRows(store, encryption, signal)
    // A revision without a change: the newest one's states before stay when the history is forgotten.
    await store.commit({ lane: '', preconditions: [], operations: [{ type: 'delete', key: '!nothing' }] })
  }
  // The states before are history, and their bytes may lie in free pages.
  if (written > 0) compactStore(directory)
  return written
}
