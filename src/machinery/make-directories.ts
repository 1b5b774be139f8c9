import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * The directory and its parents, as `mkdir -p`; false where it was there already. Throws what mkdir(2) answers.
 *
 * Node's `recursive` tries for ever where a file system refuses with ENOENT below a directory that is there, as /proc does.
 *
 * @param mode of those that are made
 */
export function makeDirectories(path: string, mode = 0o777): boolean {
  try {
    mkdirSync(path, { mode })
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(path).isDirectory()) return false
    const parent = dirname(path)
    if (code !== 'ENOENT' || parent === path || existsSync(parent)) throw error
    makeDirectories(parent, mode)
    return makeDirectories(path, mode)
  }
}
