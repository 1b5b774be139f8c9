/** One at a time: whoever changes a cluster writes so into its mark first, and what it has become last. */
import { setTimeout as sleep } from 'node:timers/promises'
import { operationFailed } from '../provider-error.ts'
import { advance, isHeld, type Mark, type MarkContent, type Marks, readMarks, removeMark } from './marks.ts'
import { beginOperation } from './operators.ts'
import type { KindWorld } from './world.ts'

export interface Held extends AsyncDisposable {
  readonly mark: Mark
  /** Whether nobody has taken the cluster away. */
  readonly isMine: (signal: AbortSignal) => Promise<boolean>
  /** The end, well or not: how things are from now on. Throws where somebody else has taken over. */
  readonly finish: (content: Partial<MarkContent>, signal: AbortSignal) => Promise<void>
  /** All marks are gone: there is nothing to give back. */
  readonly forget: () => void
}

/** Milliseconds in which a mark is given back when the call itself is over. */
const GIVING_BACK = 10_000

/** Undefined: somebody else was first; look again. */
export async function hold(
  { docker }: KindWorld,
  { current }: Marks,
  content: Partial<MarkContent>,
  signal: AbortSignal,
): Promise<Held | undefined> {
  const operator = beginOperation()
  let isOver = false
  let mark: Mark | undefined
  try {
    mark = await advance(docker, current, { ...withoutOperator(current), ...content, operator: operator.id }, signal)
  } finally {
    if (mark === undefined) operator[Symbol.dispose]()
  }
  if (mark === undefined) return undefined
  const held = mark
  const { externalName } = held

  async function giveBack(given: Partial<MarkContent>, within: AbortSignal): Promise<boolean> {
    const next = await advance(docker, held, { ...withoutOperator(held), ...given }, within)
    if (next === undefined) return false
    isOver = true
    await removeMark(docker, held, within)
    return true
  }

  return {
    mark: held,
    async isMine(within) {
      const marks = (await readMarks(docker, externalName, within)).get(externalName)
      return marks?.current.volume === held.volume
    },
    async finish(given, within) {
      if (!(await giveBack(given, within))) throw takenOver(externalName)
    },
    forget() {
      isOver = true
    },
    async [Symbol.asyncDispose]() {
      // What cannot be told is found out: the process that is named there is at work on it no more.
      using _ = operator
      if (isOver) return
      const within = AbortSignal.timeout(GIVING_BACK)
      try {
        // Whoever has taken over waits until this mark is gone.
        if (!(await giveBack({}, within))) await removeMark(docker, held, within)
      } catch {
        // As above.
      }
    },
  }
}

export function takenOver(externalName: string): Error {
  return operationFailed(`cluster ${externalName} was taken away while it was worked on`)
}

function withoutOperator({ phase, tags, spec, message, attempt }: Mark): MarkContent {
  return { phase, tags, spec, message, attempt }
}

/** Milliseconds between two looks at what somebody else is at. */
const LOOKS = [20, 50, 100, 200, 400, 800]

/** Waits a little longer each time. */
export function patience(signal: AbortSignal): () => Promise<void> {
  let looks = 0
  return async () => {
    await sleep(LOOKS[Math.min(looks++, LOOKS.length - 1)], undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw error
    })
  }
}

/** Whether others are at work under marks of before. */
export function othersAt({ all, current }: Marks): boolean {
  return all.some((mark) => mark !== current && isHeld(mark))
}
