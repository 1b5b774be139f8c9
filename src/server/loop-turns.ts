/** Turns of the event loop for work that is done a step at a time: each turn has one step of all that wait, the rest is others'. */
const waiting: (() => void)[] = []

/** Resolves in a later turn. */
export function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  waiting.push(resolve)
  if (waiting.length === 1) setImmediate(letOneGo)
  return promise
}

function letOneGo(): void {
  waiting.shift()?.()
  // An immediate that is set here is of the next turn.
  if (waiting.length > 0) setImmediate(letOneGo)
}

/** Carries out steps of some hundred microseconds each. */
export async function inTurns<T>(steps: Generator<undefined, T>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await nextTurn()
  }
}

/** For a thread that has nothing else to do. */
export function atOnce<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
