/** Files stay short enough to be one idea: half of them under 120 lines, none above 400 (tests: 500); generated ones are left out. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { committedFiles } from './committed-files.ts'

export const MEDIAN = 120
export const MOST = 400
const MOST_OF_TESTS = 500

function mostOf(file: string): number {
  return file.endsWith('.test.ts') ? MOST_OF_TESTS : MOST
}

/** One line for each limit that is broken; `lengths` are lines by file. */
export function tooLong(lengths: ReadonlyMap<string, number>): string[] {
  const sorted = [...lengths.values()].sort((one, other) => one - other)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  return [
    ...[...lengths]
      .filter(([file, lines]) => lines > mostOf(file))
      .map(([file, lines]) => `${file} has ${lines} lines, more than ${mostOf(file)}`),
    ...(median < MEDIAN ? [] : [`half of the files have ${median} lines or more; it must be fewer than ${MEDIAN}`]),
  ]
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  const files = committedFiles().filter((file) => /\.(?:ts|go)$/.test(file) && !/generated/.test(file))
  const lengths = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1]))
  const broken = tooLong(lengths)
  for (const line of broken) console.error(line)
  console.log(`${files.length} sources, ${broken.length} limits of length broken`)
  process.exitCode = broken.length === 0 ? 0 : 1
}
