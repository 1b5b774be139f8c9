/** A file that a flag of the command line names. */
import { readFile } from 'node:fs/promises'
import { KeelsonError } from '../machinery/index.ts'

export async function readFlagFile(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new KeelsonError(
      `${flag} ${path} cannot be read: ${code ?? 'unknown error'}`,
      'name a file that this user may read',
    )
  }
}
