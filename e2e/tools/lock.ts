import { randomUUID } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMilliseconds = 250

/**
 * Runs `work` while nobody else runs anything under the same lock file; waits as long as the holder lives. It saves work
 * that would be done twice: two who find a dead holder at the same moment may both go on.
 */
export async function withLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  while (!(await tryLock(path))) {
    if (!(await holderLives(path))) await rm(path, { force: true })
    else await sleep(pollMilliseconds)
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function tryLock(path: string): Promise<boolean> {
  const claim = `${path}.${randomUUID()}`
  await writeFile(claim, String(process.pid))
  try {
    // Unlike open with O_EXCL, a link makes the file appear together with its content.
    await link(claim, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(claim)
  }
}

async function holderLives(path: string): Promise<boolean> {
  const holder = await readFile(path, 'utf8').then(Number, () => undefined)
  if (holder === undefined) return false
  try {
    process.kill(holder, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
