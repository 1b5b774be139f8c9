/** What a data directory holds beside the store: the authority, keys, hashes of tokens, kubeconfigs. Small, and all of it. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { BackedUpFile } from './format.ts'

/** The store's own, and whose it is. */
const LEFT_OUT = /^(?:store\.db(?:-wal|-shm)?|lock(?:-journal)?|pid)$/

export async function* dataFiles(directory: string): AsyncGenerator<BackedUpFile> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(directory, path).split(sep).join('/')
    if (!entry.isFile() || LEFT_OUT.test(name)) continue
    const { mode } = await stat(path)
    yield { path: name, mode: mode & 0o777, content: await readFile(path) }
  }
}

export async function writeDataFile(directory: string, { path, mode, content }: BackedUpFile): Promise<void> {
  const target = join(directory, path)
  // A path that leads out of the directory is no file of a data directory.
  if (relative(directory, target).startsWith('..')) throw new Error(`${path} lies outside the data directory`)
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  await writeFile(target, content, { mode, flush: true })
}
