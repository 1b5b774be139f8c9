/**
 * Records what the real kube-apiserver answers to the corpus, to be replayed where it is not built:
 *
 *     node e2e/oracle/record.ts [create watch ...]
 */
import { corpus } from './corpus/all.ts'
import { writeRecording } from './recording.ts'
import { runCorpus } from './run-corpus.ts'
import { startReal } from './targets.ts'

const wanted = process.argv.slice(2)
const names = Object.keys(corpus).filter((name) => wanted.length === 0 || wanted.includes(name))
await using real = await startReal()
for (const name of names) {
  const cases = corpus[name] ?? []
  const answers = await runCorpus(real.connection, cases)
  await writeRecording(name, cases, answers)
  console.log(`${name}: ${cases.length} cases`)
}
