/** Commits on their way to the writer and back. What comes together goes in one message. */
import type { Commit, CommitResult } from '../store.ts'
import { encodeCommits, type Sent, type ToWriter } from './wire.ts'

/** While the writer is busy, so many commits are worth a message before the event loop's turn is over. */
const BATCH = 8

interface Pending {
  readonly commit: Commit
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: Error) => void
}

export interface Outbox {
  put(commit: Commit): Promise<CommitResult>
  commitOf(id: number): Commit
  /** Whoever takes a commit out settles it. */
  take(id: number): Pending
  fail(error: Error): void
  drained(): Promise<void>
}

export function createOutbox(writer: { post(message: ToWriter): void; hold(): void; release(): void }): Outbox {
  const pending = new Map<number, Pending>()
  let unsent: Sent[] = []
  let lastId = 0
  let scheduled = false
  let whenDrained: (() => void) | undefined

  function send(): void {
    if (unsent.length === 0) return
    const { message, sent } = encodeCommits(unsent)
    unsent = []
    for (const { id, commit } of sent) pending.set(id, { ...(pending.get(id) as Pending), commit })
    writer.post(message)
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    // An idle writer gets its commit at once; a busy one is sent what has gathered when the loop has had its turn.
    const later = pending.size === unsent.length ? queueMicrotask : setImmediate
    later(() => {
      scheduled = false
      send()
    })
  }

  function settled(): void {
    if (pending.size > 0) return
    writer.release()
    whenDrained?.()
  }

  return {
    put(commit) {
      return new Promise((resolve, reject) => {
        if (pending.size === 0) writer.hold()
        const id = ++lastId
        pending.set(id, { commit, resolve, reject })
        unsent.push({ id, commit })
        if (unsent.length >= BATCH) send()
        else schedule()
      })
    },
    commitOf: (id) => (pending.get(id) as Pending).commit,
    take(id) {
      const taken = pending.get(id) as Pending
      pending.delete(id)
      settled()
      return taken
    },
    fail(error) {
      if (pending.size === 0) return
      unsent = []
      for (const { reject } of pending.values()) reject(error)
      pending.clear()
      settled()
    },
    drained() {
      if (pending.size === 0) return Promise.resolve()
      return new Promise((resolve) => {
        whenDrained = resolve
      })
    },
  }
}
