/** Where two answers differ, and which of that is known. */
import type { Json, Step } from './case.ts'

export interface Difference {
  /** `body.metadata.name`, `headers.warning`, `status`. */
  readonly at: string
  /** Undefined: absent. */
  readonly real: Json | undefined
  readonly own: Json | undefined
}

export function compare(real: Json | undefined, own: Json | undefined, at = ''): Difference[] {
  if (real === own) return []
  if (!isContainer(real) || !isContainer(own) || Array.isArray(real) !== Array.isArray(own)) return [{ at, real, own }]
  const [left, right] = [new Map(Object.entries(real)), new Map(Object.entries(own))]
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
    compare(left.get(key), right.get(key), at === '' ? key : `${at}.${key}`),
  )
}

function isContainer(value: Json | undefined): value is Json[] | { [key: string]: Json } {
  return typeof value === 'object' && value !== null
}

/** Differences of every answer, by their ids in docs/compatibility.md. */
const EVERYWHERE: Readonly<Record<string, readonly string[]>> = {
  'flow-control-headers': ['headers.x-kubernetes-pf-flowschema-uid', 'headers.x-kubernetes-pf-prioritylevel-uid'],
}

export interface Judgement {
  readonly unexpected: readonly Difference[]
  /** Ids of known differences that were seen. */
  readonly seen: ReadonlySet<string>
  /** Known differences that this step names and that are not there any more. */
  readonly gone: readonly string[]
}

export function judge(step: Step, real: Json, own: Json): Judgement {
  const named = Object.entries(step.differs ?? {})
  const rules = [...named, ...Object.entries(EVERYWHERE)].flatMap(([id, places]) =>
    places.map((place) => ({ id, place })),
  )
  const used = new Set<string>()
  const seen = new Set<string>()
  const unexpected = compare(real, own).filter(({ at }) => {
    const rule = rules.find(({ place }) => at === place || at.startsWith(`${place}.`))
    if (rule === undefined) return true
    used.add(`${rule.id} ${rule.place}`)
    seen.add(rule.id)
    return false
  })
  const gone = named.flatMap(([id, places]) =>
    places.filter((place) => !used.has(`${id} ${place}`)).map((place) => `${id} at ${place}`),
  )
  return { unexpected, seen, gone }
}
