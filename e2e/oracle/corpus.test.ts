/** Keelson answers as the real kube-apiserver does: to the whole corpus as it is recorded, and to a part of it live. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBuilt } from '../tools/build.ts'
import { everywhere } from './compare.ts'
import { corpus } from './corpus/all.ts'
import { listedDifferences } from './differences.ts'
import { keyOf, knownPlaces } from './known.ts'
import { readRecordings } from './recording.ts'
import { type Answers, runCorpus } from './run-corpus.ts'
import { startOwn, startReal } from './targets.ts'
import { inWords, tally, unknownFaults, verdictOn } from './verdict.ts'

/** The whole corpus is asked live by .ci/full. */
const whole = process.env.KEELSON_ORACLE === 'live'
const SAMPLE = 50

const all = Object.values(corpus).flat()

test('no two cases share an id, and what is known to differ is listed', async () => {
  assert.deepEqual(
    all.map(({ id }) => id).filter((id, index, ids) => ids.indexOf(id) !== index),
    [],
  )
  const listed = await listedDifferences()
  const known = await knownPlaces()
  assert.deepEqual(
    Object.keys(everywhere).filter((id) => !listed.has(id)),
    [],
  )
  assert.deepEqual(
    known.filter(({ of, difference }) => !listed.has(difference) || !all.some(({ id }) => id === of)),
    [],
    'each line of e2e/oracle/known.jsonl names a case and an id in docs/compatibility.md',
  )
})

test('the corpus', async (context) => {
  await using own = await startOwn()
  const given = await runCorpus(own.connection, all)
  context.diagnostic(tally(all))

  await context.test('is answered as recorded of kube-apiserver', async () => {
    const recorded = await readRecordings(Object.keys(corpus))
    await assertAgreed(all, recorded, given)
    assert.deepEqual([...verdictOn(all, recorded, given).everywhereSeen].sort(), Object.keys(everywhere).sort())
  })

  const built = await isBuilt('kube-apiserver', 'kube-controller-manager', 'etcd')
  if (whole || built) {
    await context.test(`is answered as a running kube-apiserver does, ${whole ? 'all of it' : 'in part'}`, async () => {
      await using real = await startReal()
      const sample = whole ? all : all.filter((_, index) => index % SAMPLE === 0)
      const expected = await runCorpus(real.connection, sample)
      await assertAgreed(sample, expected, given)
      const recorded = await readRecordings(Object.keys(corpus))
      const stale = verdictOn(sample, expected, recorded).faults
      assert.deepEqual(inWords(stale), [], 'the recording is what the real server says: node e2e/oracle/record.ts')
    })
  }
})

async function assertAgreed(cases: typeof all, real: Answers, own: Answers): Promise<void> {
  const { unexpected, gone } = unknownFaults(cases, verdictOn(cases, real, own), await knownPlaces())
  const texts = [
    ...inWords(unexpected),
    ...gone.map((place) => `${keyOf(place)} agrees now: take its line out of e2e/oracle/known.jsonl`),
  ]
  const remedy = 'see one with: node e2e/oracle/judge.ts --unknown <words of its id>'
  assert.ok(
    texts.length === 0,
    `${texts.length} faults in ${cases.length} cases; ${remedy}\n${texts.slice(0, 20).join('\n')}`,
  )
}
