/** How many calls a logical cluster may have under way: one whose webhooks hang holds up nobody but itself. */

export interface Gate {
  /** Resolves when it is the caller's turn; what it gives back ends the turn. @throws the signal's reason. */
  readonly enter: (cluster: string, signal: AbortSignal) => Promise<Disposable>
}

interface Queue {
  running: number
  readonly waiting: (() => void)[]
}

export function createGate(limit: number): Gate {
  const queues = new Map<string, Queue>()

  function leave(cluster: string, queue: Queue): void {
    const next = queue.waiting.shift()
    if (next !== undefined) {
      next()
      return
    }
    queue.running -= 1
    if (queue.running === 0) queues.delete(cluster)
  }

  return {
    enter: async (cluster, signal) => {
      signal.throwIfAborted()
      const queue = queues.get(cluster) ?? { running: 0, waiting: [] }
      queues.set(cluster, queue)
      if (queue.running < limit) queue.running += 1
      else await turn(queue, signal)
      return { [Symbol.dispose]: () => leave(cluster, queue) }
    },
  }
}

function turn(queue: Queue, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = (): void => {
    const place = queue.waiting.indexOf(begin)
    if (place !== -1) queue.waiting.splice(place, 1)
    reject(signal.reason as Error)
  }
  const begin = (): void => {
    signal.removeEventListener('abort', abort)
    resolve()
  }
  queue.waiting.push(begin)
  signal.addEventListener('abort', abort, { once: true })
  return promise
}
