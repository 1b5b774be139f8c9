/**
 * Decides whether a history of calls to one register can be put in an order in which each takes effect at one moment between
 * its begin and its end (Wing and Gong's search, with Lowe's memory of what has been tried). Registers are independent of each
 * other: a history of many keys is linearizable if each key's is.
 */

/** What a key holds; undefined: nothing. */
export type State = string | undefined

export interface Call {
  /** Moments, of one clock that gives none twice. */
  readonly begin: number
  /** Infinity: the outcome is not known; it may have happened at any time since, or never. */
  readonly end: number
  /** The state after, when the call can have had its outcome in this state. */
  readonly apply: (state: State) => { readonly state: State } | undefined
  /** For the message of a test. */
  readonly words: string
}

export const read = (begin: number, end: number, value: State): Call => ({
  begin,
  end,
  apply: (state) => (state === value ? { state } : undefined),
  words: `read ${value}`,
})

export const write = (begin: number, end: number, value: State): Call => ({
  begin,
  end,
  apply: () => ({ state: value }),
  words: `write ${value}`,
})

/** `done`: whether it did; undefined: not known. */
export const compareAndSet = (
  begin: number,
  end: number,
  expected: State,
  value: State,
  done: boolean | undefined,
): Call => ({
  begin,
  end,
  apply: (state) => {
    if (done === false) return state === expected ? undefined : { state }
    return state === expected ? { state: value } : undefined
  },
  words: `set ${expected} to ${value}: ${done}`,
})

/** Some of the calls in a possible order. All before `first` are, and of those after it the `others`. */
interface Placed {
  readonly first: number
  readonly others: readonly number[]
  readonly state: State
}

/** Undefined when there is an order; otherwise the calls that no order could get past. */
export function violation(history: readonly Call[], initial: State = undefined): readonly string[] | undefined {
  const calls = history.toSorted((one, other) => one.begin - other.begin)
  /** The places of the calls that must be in the order. */
  const certain = calls.flatMap(({ end }, index) => (end === Number.POSITIVE_INFINITY ? [] : [index]))
  const tried = new Set<string>()
  const stack: Placed[] = [{ first: 0, others: [], state: initial }]
  let furthest = 0
  for (let placed = stack.pop(); placed !== undefined; placed = stack.pop()) {
    const { first, others, state } = placed
    const id = `${first}|${others.join()}|${state}`
    if (tried.has(id)) continue
    tried.add(id)
    furthest = Math.max(furthest, first)
    const left = certain.slice(-others.length - 1).some((index) => index >= first && !others.includes(index))
    if (!left) return undefined
    stack.push(...nextOf(calls, placed))
  }
  return calls
    .slice(Math.max(0, furthest - 3), furthest + 12)
    .map(({ begin, end, words }) => `${begin}..${end} ${words}`)
}

/** A call may be the next if no call that is left has ended before it began. */
function nextOf(calls: readonly Call[], { first, others, state }: Placed): Placed[] {
  const next: Placed[] = []
  let soonestEnd = Number.POSITIVE_INFINITY
  for (let index = first; index < calls.length; index++) {
    const call = calls[index] as Call
    if (call.begin > soonestEnd) break
    if (others.includes(index)) continue
    soonestEnd = Math.min(soonestEnd, call.end)
    const after = call.apply(state)
    if (after === undefined) continue
    next.push(place(first, [...others, index], after.state))
  }
  // The one that was begun first is tried first: it is the last that is put on the stack.
  return next.reverse()
}

function place(first: number, placed: number[], state: State): Placed {
  const others = placed.sort((a, b) => a - b)
  let prefix = first
  while (others[0] === prefix) {
    others.shift()
    prefix++
  }
  return { first: prefix, others, state }
}
