/** Where two answers differ, and which of that is known of all answers. */
import type { Json } from './case.ts'

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

/** Differences that many answers have, by their ids in docs/compatibility.md: the places, `*` for any step of the way. */
export const everywhere: Readonly<Record<string, readonly string[]>> = {
  'flow-control-headers': ['headers.x-kubernetes-pf-flowschema-uid', 'headers.x-kubernetes-pf-prioritylevel-uid'],
}

const patterns = Object.entries(everywhere).flatMap(([id, places]) =>
  places.map((place) => ({
    id,
    pattern: new RegExp(`^${place.replaceAll('.', '\\.').replaceAll('*', '[^.]+')}$`),
  })),
)

export interface Judgement {
  readonly unexpected: readonly Difference[]
  /** Ids of `everywhere` that were seen. */
  readonly seen: readonly string[]
}

export function judge(real: Json, own: Json): Judgement {
  const seen = new Set<string>()
  const unexpected = compare(real, own).filter(({ at }) => {
    const known = patterns.find(({ pattern }) => pattern.test(at))
    if (known !== undefined) seen.add(known.id)
    return known === undefined
  })
  return { unexpected, seen: [...seen] }
}
