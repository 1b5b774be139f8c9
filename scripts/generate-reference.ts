/**
 * Writes docs/reference from the program: commands from their help, kinds from what a workspace's API says of itself, failures
 * from machinery/errors.ts. With `--check` it writes nothing and fails when a page is not what would be written.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { cliReference } from './reference/cli.ts'
import { errorsReference } from './reference/errors.ts'
import { controlCenterKindsReference, kindsReference } from './reference/kinds.ts'

const folder = new URL('../docs/reference/', import.meta.url)
const check = process.argv.includes('--check')

const pages = {
  'cli.md': await cliReference(),
  'errors.md': await errorsReference(new URL('../src/machinery/errors.ts', import.meta.url)),
  'kinds.md': await kindsReference(),
  'control-center-kinds.md': await controlCenterKindsReference(),
}

let stale = 0
for (const [name, text] of Object.entries(pages)) {
  const page = `<!-- Generated: node scripts/generate-reference.ts -->\n${text}`
  const file = new URL(name, folder)
  const present = await readFile(file, 'utf8').catch(() => '')
  if (present === page) continue
  stale += 1
  if (check)
    console.error(`docs/reference/${name} is not what the program says; run node scripts/generate-reference.ts`)
  else await writeFile(file, page)
}
console.log(`${Object.keys(pages).length} pages of reference, ${stale} ${check ? 'stale' : 'written'}`)
process.exitCode = check && stale > 0 ? 1 : 0
