/**
 * Prints where Keelson's answers differ from the real server's: recorded ones, or with --live those of a server that is
 * started now. Words narrow the cases by their ids; --unknown leaves out what e2e/oracle/known.jsonl lists.
 *
 *     node e2e/oracle/judge.ts create/names widget
 *
 * --accept writes the list anew for those cases: what is new in them becomes the difference of that id, or where it is
 * empty that of the case's other places; what agrees by now goes.
 */
import { parseArgs } from 'node:util'
import { temporaryFolder } from '../temporary-folder.ts'
import { buildKeelson } from './build.ts'
import { corpus } from './corpus/all.ts'
import { keyOf, knownPlace, knownPlaces, writeKnownPlaces } from './known.ts'
import { readRecordings } from './recording.ts'
import { type Answers, runCorpus } from './run-corpus.ts'
import { startOwn, startReal } from './targets.ts'
import { inWords, tally, unknownFaults, verdictOn } from './verdict.ts'

const { values, positionals } = parseArgs({
  options: { live: { type: 'boolean' }, unknown: { type: 'boolean' }, accept: { type: 'string' } },
  allowPositionals: true,
})
const cases = Object.values(corpus)
  .flat()
  .filter(({ id }) => positionals.every((word) => id.includes(word)))
await using folder = await temporaryFolder()
await using own = await startOwn(await buildKeelson(folder.path))
const begin = performance.now()
const given = await runCorpus(own.connection, cases)
const seconds = ((performance.now() - begin) / 1000).toFixed(1)
const verdict = verdictOn(cases, values.live ? await live() : await readRecordings(Object.keys(corpus)), given)
const known = await knownPlaces()
const { unexpected, gone } = unknownFaults(cases, verdict, known)
const shown = inWords(values.unknown ? unexpected : verdict.faults)
for (const text of shown) console.log(text)
for (const place of gone) console.log(`${keyOf(place)} agrees now`)
console.log(tally(cases))
console.log(`${shown.length} of ${cases.length} cases differ; Keelson took ${seconds} s`)
process.exitCode = shown.length === 0 ? 0 : 1
if (values.accept !== undefined) await accept(values.accept)

async function accept(difference: string): Promise<void> {
  const before = new Map(known.map(({ of, difference: id }) => [of, id]))
  const added = unexpected.map((fault) => {
    const id = difference === '' ? before.get(fault.of.id) : difference
    if (id === undefined) throw new Error(`${fault.of.id} has no difference yet: --accept needs its id`)
    return knownPlace(fault.of.id, id, fault.step, fault.difference)
  })
  await writeKnownPlaces([...known.filter((place) => !gone.includes(place)), ...added])
}

async function live(): Promise<Answers> {
  await using real = await startReal()
  return await runCorpus(real.connection, cases)
}
