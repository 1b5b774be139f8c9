/** What the comparison of two runs comes to, in words. */
import type { Case, Json } from './case.ts'
import { type Difference, judge } from './compare.ts'
import { type KnownPlace, keyOf, knownPlace } from './known.ts'
import type { Answers } from './run-corpus.ts'

export interface Fault {
  readonly of: Case
  /** The first is 1. */
  readonly step: number
  readonly difference: Difference
}

export interface Verdict {
  readonly faults: readonly Fault[]
  /** Known differences of all answers that some answer shows. */
  readonly everywhereSeen: ReadonlySet<string>
}

const SHOWN_OF_A_STEP = 8

export function verdictOn(cases: readonly Case[], real: Answers, own: Answers): Verdict {
  const faults: Fault[] = []
  const everywhereSeen = new Set<string>()
  for (const one of cases) {
    const [expected, given] = [real.get(one.id), own.get(one.id)]
    if (expected === undefined || given === undefined) {
      faults.push({ of: one, step: 1, difference: { at: 'is not recorded', real: undefined, own: undefined } })
      continue
    }
    for (const index of one.steps.keys()) {
      const { unexpected, seen } = judge(expected[index] ?? null, given[index] ?? null)
      for (const id of seen) everywhereSeen.add(id)
      for (const difference of unexpected) faults.push({ of: one, step: index + 1, difference })
    }
  }
  return { faults, everywhereSeen }
}

/** One text for each case that differs. */
export function inWords(faults: readonly Fault[]): string[] {
  const ofOneCase = Object.values(Object.groupBy(faults, ({ of }) => of.id))
  return ofOneCase.map((some = []) => {
    const ofOneStep = Object.values(Object.groupBy(some, ({ step }) => step))
    return [some[0]?.of.id, ...ofOneStep.map((few = []) => stepInWords(few))].join('\n  ')
  })
}

function stepInWords(faults: readonly Fault[]): string {
  const [{ of, step } = { of: undefined, step: 1 }] = faults
  const title = `step ${step} ${JSON.stringify(of?.steps[step - 1]).slice(0, 200)}`
  const shown = (value: Json | undefined) => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 600))
  const texts = faults
    .slice(0, SHOWN_OF_A_STEP)
    .map(({ difference: { at, real, own } }) => `${at}\n      real: ${shown(real)}\n      own:  ${shown(own)}`)
  return [title, ...texts].join('\n    ')
}

/** What is not known of it: differences, and known ones that are none any more. */
export function unknownFaults(
  cases: readonly Case[],
  { faults }: Verdict,
  known: readonly KnownPlace[],
): { unexpected: readonly Fault[]; gone: readonly KnownPlace[] } {
  const listed = new Set(known.map(keyOf))
  const key = ({ of, step, difference }: Fault) => keyOf(knownPlace(of.id, '', step, difference))
  const seen = new Set(faults.map(key))
  const asked = new Set(cases.map(({ id }) => id))
  return {
    unexpected: faults.filter((fault) => !listed.has(key(fault))),
    gone: known.filter((place) => asked.has(place.of) && !seen.has(keyOf(place))),
  }
}

/** `create 412, of which objects 40, names 77 ...`: cases by verb and feature. */
export function tally(cases: readonly Case[]): string {
  const verbs = Object.entries(Object.groupBy(cases, ({ verb }) => verb)).map(([verb, all = []]) => {
    const features = Object.entries(Object.groupBy(all, ({ feature }) => feature))
    return `${verb} ${all.length}: ${features.map(([feature, some = []]) => `${feature} ${some.length}`).join(', ')}`
  })
  return [`${cases.length} cases`, ...verbs].join('\n')
}
