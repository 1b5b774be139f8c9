/**
 * A disk that loses power. Of a file it keeps what was there at its last sync; of every write and truncation since, it may keep
 * all, some or nothing, in any order, and of a write only some sectors. Names are kept in the order in which they were made
 * and removed, up to some point after the last sync of the directory; a synced file has its name.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from './trace.ts'

const SECTOR = 512

export type Random = () => number

/** What happens to that which was not synced. */
export type Loss = 'all is lost' | 'a prefix is kept' | 'any part is kept, torn and out of order'

type Change = Extract<Event, { type: 'write' | 'truncate' }>

interface File {
  name: string
  durable: Buffer
  pending: { at: number; change: Change }[]
}

interface NameChange {
  readonly at: number
  readonly type: 'create' | 'unlink'
  readonly name: string
  readonly file: File
}

export interface Disk {
  apply(event: Event): void
  /** Writes into the directory what could be found there if the power went now. */
  crash(directory: string, loss: Loss, random: Random): void
}

export function createDisk(): Disk {
  const names = new Map<string, File>()
  let durableNames = new Map<string, File>()
  let pendingNames: NameChange[] = []
  let at = 0

  function keepNames(changes: readonly NameChange[], kept: Map<string, File>): Map<string, File> {
    for (const { type, name, file } of changes) {
      if (type === 'create') kept.set(name, file)
      else if (kept.get(name) === file) kept.delete(name)
    }
    return kept
  }

  return {
    apply(event) {
      at++
      if (event.type === 'said') return
      if (event.type === 'syncDirectory') {
        const synced = pendingNames.filter((change) => change.at <= event.since)
        durableNames = keepNames(synced, durableNames)
        pendingNames = pendingNames.filter((change) => change.at > event.since)
        return
      }
      const known = names.get(event.file)
      if (event.type === 'create') {
        if (known !== undefined) return
        const file: File = { name: event.file, durable: Buffer.alloc(0), pending: [] }
        names.set(event.file, file)
        pendingNames.push({ at, type: 'create', name: event.file, file })
      } else if (known === undefined) {
        throw new Error(`${event.type} of ${event.file}, which does not exist`)
      } else if (event.type === 'unlink') {
        names.delete(event.file)
        pendingNames.push({ at, type: 'unlink', name: event.file, file: known })
      } else if (event.type === 'sync') {
        const synced = known.pending.filter((pending) => pending.at <= event.since)
        known.durable = changed(
          known.durable,
          synced.map(({ change }) => change),
        )
        known.pending = known.pending.filter((pending) => pending.at > event.since)
        const created = pendingNames.find((change) => change.type === 'create' && change.file === known)
        if (created !== undefined) {
          durableNames.set(known.name, known)
          pendingNames = pendingNames.filter((change) => change !== created)
        }
      } else {
        known.pending.push({ at, change: event as Change })
      }
    },
    crash(directory, loss, random) {
      const kept = loss === 'all is lost' ? 0 : Math.floor(random() * (pendingNames.length + 1))
      for (const [name, file] of keepNames(pendingNames.slice(0, kept), new Map(durableNames))) {
        const changes = survivors(
          file.pending.map(({ change }) => change),
          loss,
          random,
        )
        writeFileSync(join(directory, name), changed(file.durable, changes))
      }
    },
  }
}

function survivors(pending: readonly Change[], loss: Loss, random: Random): Change[] {
  if (loss === 'all is lost') return []
  if (loss === 'a prefix is kept') return pending.slice(0, Math.floor(random() * (pending.length + 1)))
  const probability = random()
  const some = pending.filter(() => random() < probability)
  const shuffled = some.map((change) => ({ change, order: random() })).sort((a, b) => a.order - b.order)
  return shuffled.flatMap(({ change }) => (random() < 0.7 ? [change] : torn(change, random)))
}

/** Each sector of a write arrives, or does not. */
function torn(change: Change, random: Random): Change[] {
  if (change.type === 'truncate') return [change]
  const sectors: Change[] = []
  for (let start = 0; start < change.data.length; start += SECTOR) {
    if (random() < 0.5) continue
    sectors.push({ ...change, data: change.data.subarray(start, start + SECTOR), offset: change.offset + start })
  }
  return sectors
}

function changed(content: Buffer, changes: readonly Change[]): Buffer {
  let size = content.length
  let most = size
  for (const change of changes) {
    size = change.type === 'truncate' ? change.size : Math.max(size, change.offset + change.data.length)
    most = Math.max(most, size)
  }
  const result = Buffer.alloc(most)
  content.copy(result)
  let end = content.length
  for (const change of changes) {
    if (change.type === 'write') {
      change.data.copy(result, change.offset)
      end = Math.max(end, change.offset + change.data.length)
    } else {
      // What a file gets back when it grows again is zeros.
      result.fill(0, change.size)
      end = change.size
    }
  }
  return result.subarray(0, end)
}
