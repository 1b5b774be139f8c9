/** Carries out many cases against one server, several at a time. */
import type { Case, Json } from './case.ts'
import type { Connection } from './connection.ts'
import { runCase } from './run-case.ts'

const AT_ONCE = 24

/** Comparable answers by the id of the case: one for each of its steps. */
export type Answers = ReadonlyMap<string, readonly Json[]>

export async function runCorpus(connection: Connection, cases: readonly Case[]): Promise<Answers> {
  const answers = new Map<string, readonly Json[]>()
  const waiting = cases.values()
  const work = async () => {
    for (const one of waiting) {
      answers.set(one.id, await runCase(connection, one).catch((error: unknown) => [{ failed: String(error) }]))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return answers
}
