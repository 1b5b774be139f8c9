/** Who is asked again when somebody after it has changed the object (…/admission/reinvocation.go, reinvocationcontext.go). */

export interface Reinvocation {
  /** The second round: only who asked for it, and only after a change. */
  readonly isReinvoke: boolean
  readonly due: ReadonlySet<string>
  /** The object has changed: who was asked before and wants so is asked again. */
  readonly changed: () => void
  readonly asked: (id: string, wantsAgain: boolean) => void
}

export interface Rounds {
  readonly round: (isReinvoke: boolean) => Reinvocation
  readonly isDue: () => boolean
}

/** One plugin's: its webhooks, or its policies. */
export function createRounds(): Rounds {
  let previous = new Set<string>()
  const due = new Set<string>()
  let anyChange = false
  return {
    isDue: () => anyChange,
    round: (isReinvoke) => ({
      isReinvoke,
      due,
      changed: () => {
        anyChange = true
        for (const id of previous) due.add(id)
        previous = new Set()
      },
      asked: (id, wantsAgain) => {
        if (wantsAgain) previous.add(id)
      },
    }),
  }
}
