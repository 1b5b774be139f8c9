/** Files that hold secrets: readable by their owner alone, and either whole or absent whenever the process may end. */
import { randomBytes } from 'node:crypto'
import { chmod, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KeelsonError, makeDirectories } from '../../machinery/index.ts'

export interface OwnerOnlyFile {
  readonly path: string
  readonly content: string
}

/**
 * Replaces the files one after the other in the order given, each atomically (temporary file, fsync, rename). The slow
 * part, fsync, is done for all of them at once.
 */
export async function writeOwnerOnly(files: readonly OwnerOnlyFile[]): Promise<void> {
  const suffix = `.${randomBytes(6).toString('hex')}.tmp`
  try {
    await Promise.all(files.map(({ path, content }) => writeDurably(path + suffix, content)))
    for (const { path } of files) await rename(path + suffix, path)
  } catch (error) {
    await Promise.all(files.map(({ path }) => rm(path + suffix, { force: true }).catch(() => undefined)))
    throw unusable(files[0]?.path ?? '', 'write', error)
  }
}

async function writeDurably(path: string, content: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(content)
  await file.sync()
}

/** Makes the directory, with its parents, enterable by its owner alone. */
export async function ensureOwnerOnlyDirectory(path: string): Promise<void> {
  try {
    const made = makeDirectories(path, 0o700)
    if (!made) await chmod(path, 0o700)
  } catch (error) {
    throw unusable(path, 'write', error)
  }
}

/** The file's text; undefined when there is none. */
export async function readOwnerOnly(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw unusable(path, 'read', error)
  }
}

function unusable(path: string, action: 'read' | 'write', error: unknown): KeelsonError {
  const reason = codeOf(error) ?? String(error)
  const remedy =
    action === 'read'
      ? `make it a file that the current user can read, or remove it`
      : `make ${dirname(path)} writable for the current user and check that its disk has room`
  return new KeelsonError(`cannot ${action} ${path}: ${reason}`, remedy, { cause: error })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
