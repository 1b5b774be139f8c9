/** The list of known differences, as docs/compatibility.md has it: the first cell of each row of its tables is an id. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const page = join(import.meta.dirname, '../../docs/compatibility.md')

/** @example (await listedDifferences()).has('established') */
export async function listedDifferences(): Promise<ReadonlySet<string>> {
  return idsIn(await readFile(page, 'utf8'))
}

export function idsIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, id = '']) => id))
}
