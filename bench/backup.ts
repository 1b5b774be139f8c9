import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bundlePath } from '../e2e/bundle.ts'
import { type Keelson, startKeelson } from '../e2e/server.ts'
import { run } from '../e2e/tools/go.ts'

/** Backs a running server up, ends it, makes another data directory in `folder`, and starts a server on that. */
export async function backUpAndRestore(server: Keelson, folder: string, tell: (step: string) => void) {
  const file = join(folder, 'backup.keelson')
  const restored = join(folder, 'restored')
  const seconds = async (...parameters: string[]): Promise<number> => {
    const begin = performance.now()
    await run(process.execPath, [await bundlePath(), ...parameters], folder)
    return Math.round((performance.now() - begin) / 100) / 10
  }
  tell('back up')
  const backupSeconds = await seconds('backup', '--data', server.data, '--to', file)
  // The copy's kubeconfig names the address of this one until the copy has its own.
  await server.stop()
  tell('restore')
  const restoreSeconds = await seconds('restore', '--from', file, '--data', restored)
  await using keelson = await startKeelson({ data: restored })
  return {
    backupSeconds,
    backupMB: Math.round((await stat(file)).size / 1_000_000),
    restoreSeconds,
    restoredStartMilliseconds: Math.round(keelson.startMilliseconds),
  }
}
