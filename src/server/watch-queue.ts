/**
 * What waits to be written to one watcher. Bounded in bytes: a client that reads too slowly loses its watch and resumes
 * from the last version that it saw, instead of filling the server's memory.
 */
export interface WatchQueue extends AsyncIterable<Buffer> {
  readonly push: (event: Buffer) => void
  /** Ends the stream after what is queued. */
  readonly end: () => void
  readonly ended: boolean
}

const LIMIT_BYTES = 16 * 1024 * 1024

export function createWatchQueue(overflow: () => Buffer, limit = LIMIT_BYTES): WatchQueue {
  let queued: Buffer[] = []
  let bytes = 0
  let ended = false
  let wake: (() => void) | undefined

  function notify(): void {
    const waiting = wake
    wake = undefined
    waiting?.()
  }

  async function* read(): AsyncGenerator<Buffer> {
    for (;;) {
      if (queued.length > 0) {
        const batch = queued.length === 1 ? queued[0] : Buffer.concat(queued)
        queued = []
        bytes = 0
        if (batch !== undefined) yield batch
      } else if (ended) return
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  }

  return {
    push: (event) => {
      if (ended) return
      queued.push(event)
      bytes += event.length
      if (bytes > limit) {
        queued = [overflow()]
        ended = true
      }
      notify()
    },
    end: () => {
      ended = true
      notify()
    },
    get ended() {
      return ended
    },
    [Symbol.asyncIterator]: read,
  }
}
