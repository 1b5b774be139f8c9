/**
 * Prints where Keelson's answers differ from the real server's: recorded ones, or with --live those of a server that is
 * started now. Words narrow the cases by their ids.
 *
 *     node e2e/oracle/judge.ts create/names widget
 */
import { parseArgs } from 'node:util'
import { temporaryFolder } from '../temporary-folder.ts'
import { buildKeelson } from './build.ts'
import { corpus } from './corpus/all.ts'
import { readRecordings } from './recording.ts'
import { type Answers, runCorpus } from './run-corpus.ts'
import { startOwn, startReal } from './targets.ts'
import { tally, verdictOn } from './verdict.ts'

const { values, positionals } = parseArgs({ options: { live: { type: 'boolean' } }, allowPositionals: true })
const cases = Object.values(corpus)
  .flat()
  .filter(({ id }) => positionals.every((word) => id.includes(word)))
await using folder = await temporaryFolder()
await using own = await startOwn(await buildKeelson(folder.path))
const begin = performance.now()
const given = await runCorpus(own.connection, cases)
const seconds = ((performance.now() - begin) / 1000).toFixed(1)
const { faults } = verdictOn(cases, values.live ? await live() : await readRecordings(Object.keys(corpus)), given)
for (const [id, text] of faults) console.log(`${id}\n  ${text}`)
console.log(tally(cases))
console.log(`${faults.size} of ${cases.length} cases differ; Keelson took ${seconds} s`)
process.exitCode = faults.size === 0 ? 0 : 1

async function live(): Promise<Answers> {
  await using real = await startReal()
  return runCorpus(real.connection, cases)
}
