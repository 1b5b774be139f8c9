/**
 * Cases that nobody thought of: both servers get the same, a hundred of them where the real one is built, a thousand in
 * .ci/run, ten thousand in .ci/full. KEELSON_SEED repeats a run.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBuilt } from '../tools/build.ts'
import type { Json } from './case.ts'
import { generatedCases } from './generated.ts'
import { type Answers, runCorpus } from './run-corpus.ts'
import { startOwn, startReal } from './targets.ts'
import { inWords, tally, verdictOn } from './verdict.ts'

const count = Number(process.env.KEELSON_GENERATED ?? 100)
const seed = Number(process.env.KEELSON_SEED ?? 20_361)
/** One kind of case after another is made until that many differ: enough to see what is wrong. */
const SHOWN = 8

test('generated requests are answered as a running kube-apiserver answers them', async (context) => {
  const cases = generatedCases(seed, count)
  assert.equal(cases.length, count)
  context.diagnostic(`seed ${seed}`)
  context.diagnostic(tally(cases))
  if (!(await isBuilt('kube-apiserver', 'kube-controller-manager', 'etcd'))) {
    context.diagnostic(
      'kube-apiserver is not built here: node e2e/tools/build.ts kube-apiserver kube-controller-manager etcd',
    )
    return
  }
  await using real = await startReal()
  const expected = unordered(await runCorpus(real.connection, cases))
  await using own = await startOwn()
  const { faults } = verdictOn(cases, expected, unordered(await runCorpus(own.connection, cases)))
  const texts = inWords(faults)
  const shown = texts.slice(0, SHOWN).join('\n')
  assert.equal(texts.length, 0, `${texts.length} of ${count} differ, with the seed ${seed}:\n${shown}`)
})

/** Upstream goes through a schema's properties in the order of a Go map, which is another each time: causes have none. */
function unordered(answers: Answers): Answers {
  return new Map([...answers].map(([id, steps]) => [id, steps.map(withoutOrder)]))
}

function withoutOrder(answer: Json): Json {
  const { body } = answer as { body?: { message?: Json; details?: { causes?: Json[] } } }
  const causes = body?.details?.causes
  if (body === undefined || causes === undefined || causes.length < 2) return answer
  causes.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
  // The message has the same texts in the same order.
  body.message = String(body.message).replace(/\[.*\]$/s, '[causes]')
  return answer
}
