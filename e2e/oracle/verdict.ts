/** What the comparison of two runs comes to, in words. */
import type { Case, Json } from './case.ts'
import { type Difference, judge } from './compare.ts'
import type { Answers } from './run-corpus.ts'

export interface Verdict {
  /** One text for each case that differs. */
  readonly faults: ReadonlyMap<string, string>
  /** Known differences of all answers that some answer shows. */
  readonly everywhereSeen: ReadonlySet<string>
}

export function verdictOn(cases: readonly Case[], real: Answers, own: Answers): Verdict {
  const faults = new Map<string, string>()
  const everywhereSeen = new Set<string>()
  for (const one of cases) {
    const [expected, given] = [real.get(one.id), own.get(one.id)]
    if (expected === undefined || given === undefined) {
      faults.set(one.id, 'is not recorded: run node e2e/oracle/record.ts')
      continue
    }
    const texts: string[] = []
    for (const [index, step] of one.steps.entries()) {
      const { unexpected, seen } = judge(expected[index] ?? null, given[index] ?? null)
      for (const id of seen) everywhereSeen.add(id)
      const title = `step ${index + 1} ${JSON.stringify(step).slice(0, 200)}`
      if (unexpected.length > 0) texts.push([title, ...unexpected.slice(0, 8).map(inWords)].join('\n    '))
    }
    if (texts.length > 0) faults.set(one.id, texts.join('\n  '))
  }
  return { faults, everywhereSeen }
}

function inWords({ at, real, own }: Difference): string {
  const shown = (value: Json | undefined) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 600))
  return `${at}\n      real: ${shown(real)}\n      own:  ${shown(own)}`
}

/** What is not known of it: cases that differ, and known ones that do not any more. */
export function unknownFaults(
  cases: readonly Case[],
  { faults }: Verdict,
  known: ReadonlyMap<string, string>,
): string[] {
  const unexpected = [...faults].filter(([id]) => !known.has(id)).map(([id, text]) => `${id}\n  ${text}`)
  const gone = cases
    .filter(({ id }) => known.has(id) && !faults.has(id))
    .map(({ id }) => `${id} agrees now: take its line out of e2e/oracle/known.txt`)
  return [...unexpected, ...gone]
}

/** `create 412, of which objects 40, names 77 ...`: cases by verb and feature. */
export function tally(cases: readonly Case[]): string {
  const verbs = Object.entries(Object.groupBy(cases, ({ verb }) => verb)).map(([verb, all = []]) => {
    const features = Object.entries(Object.groupBy(all, ({ feature }) => feature))
    return `${verb} ${all.length}: ${features.map(([feature, some = []]) => `${feature} ${some.length}`).join(', ')}`
  })
  return [`${cases.length} cases`, ...verbs].join('\n')
}
