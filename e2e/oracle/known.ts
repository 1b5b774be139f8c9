/**
 * Which known difference a case shows. `known.txt` has a line a case: its id and, after a space, the id of the difference in
 * docs/compatibility.md. A case that no longer differs must leave the list.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const file = join(import.meta.dirname, 'known.txt')

/** Ids of differences by the ids of the cases. */
export async function knownCases(): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), line.slice(space + 1)]
    }),
  )
}
