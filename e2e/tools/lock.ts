import { open, readFile, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const pollMilliseconds = 250

/** Runs `work` while no other process runs anything under the same lock file; waits as long as the holder lives. */
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
  try {
    const file = await open(path, 'wx')
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function holderLives(path: string): Promise<boolean> {
  const holder = Number(await readFile(path, 'utf8').catch(() => ''))
  // An empty file is one whose holder has yet to write its number.
  if (!holder) return true
  try {
    process.kill(holder, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
