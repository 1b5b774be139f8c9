/**
 * One read of one connection can bring hundreds of requests: so many of them begin in a turn of the event loop, and what comes
 * on other connections is looked at in between. (The process's own controllers have a pace of their own.)
 */
const BEGUN_IN_A_TURN = 16

/** Begins what it is given, in that order, at once unless this turn has begun enough. */
export function createBeginning(): (begin: () => void) => void {
  let waiting: (() => void)[] = []
  let begun = 0

  function turn(): void {
    begun = 0
    const rest = waiting
    waiting = []
    for (const [index, begin] of rest.entries()) {
      if (begun === BEGUN_IN_A_TURN) {
        waiting = [...rest.slice(index), ...waiting]
        return
      }
      count()
      begin()
    }
  }

  function count(): void {
    if (begun++ === 0) setImmediate(turn)
  }

  return (begin) => {
    if (begun >= BEGUN_IN_A_TURN || waiting.length > 0) waiting.push(begin)
    else {
      count()
      begin()
    }
  }
}
