/** The real server's answers, kept in the repository: a line a case, sorted, so that a change is a readable difference. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Case, Json } from './case.ts'
import type { Answers } from './run-corpus.ts'

const folder = join(import.meta.dirname, 'recorded')

/** Headers that nearly every answer has are not written down again and again. */
const USUAL: Readonly<Record<string, string>> = {
  'audit-id': '<uid>',
  'cache-control': 'no-cache, private',
  'content-type': 'application/json',
  'x-kubernetes-pf-flowschema-uid': '<uid>',
  'x-kubernetes-pf-prioritylevel-uid': '<uid>',
}

async function readRecording(name: string): Promise<Answers> {
  const lines = (await readFile(join(folder, `${name}.jsonl`), 'utf8')).trimEnd().split('\n')
  return new Map(
    lines.map((line) => {
      const [id, answers] = JSON.parse(line) as [string, Json[]]
      return [id, answers.map((answer) => revive(answer))]
    }),
  )
}

/** All of them as one. */
export async function readRecordings(names: readonly string[]): Promise<Answers> {
  const all = await Promise.all(names.map((name) => readRecording(name)))
  return new Map(all.flatMap((answers) => [...answers]))
}

export async function writeRecording(name: string, cases: readonly Case[], answers: Answers): Promise<void> {
  const lines = cases
    .map(({ id }) => JSON.stringify([id, (answers.get(id) ?? []).map((answer) => reduce(answer))]))
    .sort()
  await writeFile(join(folder, `${name}.jsonl`), `${lines.join('\n')}\n`)
}

interface Headed {
  headers: { [name: string]: Json }
}

function hasHeaders(answer: Json): answer is { [key: string]: Json } & Headed {
  return typeof answer === 'object' && answer !== null && 'headers' in answer
}

/** A header that is missing although usual is written down as null. */
function reduce(answer: Json): Json {
  if (!hasHeaders(answer)) return answer
  const { headers } = answer
  const names = [...new Set([...Object.keys(headers), ...Object.keys(USUAL)])]
  const unusual = names.filter((name) => headers[name] !== USUAL[name]).map((name) => [name, headers[name] ?? null])
  return { ...answer, headers: Object.fromEntries(unusual) }
}

function revive(answer: Json): Json {
  if (!hasHeaders(answer)) return answer
  const all = Object.entries({ ...USUAL, ...answer.headers }).filter(([, value]) => value !== null)
  return { ...answer, headers: Object.fromEntries(all) }
}
