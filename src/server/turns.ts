/**
 * Turns at writing: so many writes are on their way at once (two of the store's groups: one that is being synced, one that
 * gathers), and while several logical clusters write, one group, with so many of each. One
 * tenant's flood then waits in a queue of its own, before its bodies are read, and another's write finds the event loop
 * and the store's writer nearly free. Who writes alone has all of it.
 *
 * Upstream's priority and fairness (apiserver/pkg/util/flowcontrol) has as many queues by configuration; here a queue exists
 * while somebody waits in it.
 */
const ALONE = 64
const AT_ONCE = 32
const OF_EACH = 4
/** Several logical clusters write: another one has written so lately. */
const LATELY_MS = 500
/** What holds its turn for this long waits for somebody else (a webhook, which may itself want to write): the next goes on. */
const LONG_MS = 50

export interface Turns {
  /** Does the work when it is the logical cluster's turn. Rejects with the signal's reason if it is aborted before. */
  take<T>(cluster: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

interface Waiting {
  readonly begin: () => void
}

export function createTurns(now: () => number = () => performance.now()): Turns {
  const active = new Map<string, number>()
  /** The one whose turn is next comes first. */
  const queues = new Map<string, Waiting[]>()
  let running = 0
  let latest = ''
  let otherAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  const several = (): boolean => now() - otherAt < LATELY_MS

  function note(cluster: string): void {
    if (cluster === latest) return
    if (latest !== '') otherAt = now()
    latest = cluster
  }

  function begin(cluster: string): void {
    running++
    active.set(cluster, (active.get(cluster) ?? 0) + 1)
  }

  function end(cluster: string): void {
    running--
    const left = (active.get(cluster) ?? 1) - 1
    if (left === 0) active.delete(cluster)
    else active.set(cluster, left)
    while (queues.size > 0 && admitNext()) {}
    if (queues.size > 0) timer?.refresh()
    else {
      // A timer that was cleared cannot be refreshed.
      clearTimeout(timer)
      timer = undefined
    }
  }

  /** Who has nothing on its way comes in as soon as there is any place, however much others had begun while they were alone. */
  function mayBegin(cluster: string): boolean {
    const own = active.get(cluster) ?? 0
    if (own === 0 || !several()) return running < ALONE
    return running < AT_ONCE && own < OF_EACH
  }

  /** Says whether there was one that may begin. */
  function admitNext(): boolean {
    if (running >= ALONE) return false
    for (const [cluster, queue] of queues) {
      if (!mayBegin(cluster)) continue
      admit(cluster, queue)
      return true
    }
    return false
  }

  function admit(cluster: string, queue: Waiting[]): void {
    const next = queue.shift()
    // Whoever had a turn goes to the end.
    queues.delete(cluster)
    if (queue.length > 0) queues.set(cluster, queue)
    begin(cluster)
    next?.begin()
  }

  function overdue(): void {
    const [first] = queues
    if (first === undefined) return
    admit(...first)
    if (queues.size > 0) timer?.refresh()
  }

  function wait(cluster: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const queue = queues.get(cluster) ?? []
      queues.set(cluster, queue)
      const leave = (): void => {
        const place = queue.indexOf(waiting)
        queue.splice(place, 1)
        if (queue.length === 0) queues.delete(cluster)
        reject(signal.reason)
      }
      const waiting: Waiting = {
        begin: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      queue.push(waiting)
      if (timer === undefined) timer = setTimeout(overdue, LONG_MS).unref()
      else timer.refresh()
    })
  }

  return {
    async take(cluster, signal, work) {
      note(cluster)
      if (!queues.has(cluster) && mayBegin(cluster)) begin(cluster)
      else {
        signal.throwIfAborted()
        await wait(cluster, signal)
      }
      try {
        return await work()
      } finally {
        end(cluster)
      }
    },
  }
}
