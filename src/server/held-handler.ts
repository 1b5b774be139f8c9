/**
 * A server listens before it knows all that it answers by: its own address is part of that. Who asks in between waits, as a
 * credential that is not known yet would be refused, and a refusal is believed.
 */
import type { Handler } from '../machinery/index.ts'

export interface HeldHandler {
  readonly handler: Handler
  /** From now on requests are answered at once; those that wait, too. */
  readonly begin: () => void
}

export function heldHandler(answer: Handler): HeldHandler {
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  let current: Handler = async (request) => {
    await begun
    return answer(request)
  }
  return {
    handler: (request) => current(request),
    begin() {
      current = answer
      resolve()
    },
  }
}
