/** The corpus sees faults: each of these edits of the server's sources makes some case differ. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryFolder } from '../temporary-folder.ts'
import { buildKeelson } from './build.ts'
import { corpus } from './corpus/all.ts'
import { knownPlaces } from './known.ts'
import { type Mutation, mutations } from './mutations.ts'
import { readRecordings } from './recording.ts'
import { runCorpus } from './run-corpus.ts'
import { startOwn } from './targets.ts'
import { unknownFaults, verdictOn } from './verdict.ts'

/** Two at a time in .ci/run, which takes seconds; all of them in .ci/full. */
const all = process.env.KEELSON_ORACLE === 'live'
const chosen = all ? mutations : mutations.filter((_, index) => index % 17 === 0)

test('there are fifty mutations', () => assert.ok(mutations.length >= 50, `${mutations.length}`))

test('a server with a fault is told apart', { concurrency: 2 }, async (context) => {
  const recorded = await readRecordings(Object.keys(corpus))
  const known = await knownPlaces()
  const tests = chosen.map((mutation) =>
    context.test(`${mutation.file}: ${mutation.replace.trim() || `without ${mutation.find.trim()}`}`, async () => {
      assert.ok(await isSeen(mutation), `none of the cases ${mutation.seenBy} sees it`)
    }),
  )
  await Promise.all(tests)

  async function isSeen(mutation: Mutation): Promise<boolean> {
    const cases = Object.values(corpus)
      .flat()
      .filter(({ id }) => mutation.seenBy.some((word) => id.includes(word)))
    await using folder = await temporaryFolder()
    await using own = await startOwn(await buildKeelson(folder.path, [mutation]))
    const given = await runCorpus(own.connection, cases)
    return unknownFaults(cases, verdictOn(cases, recorded, given), known).unexpected.length > 0
  }
})
