/** Commits as etcd's watch tells them: whole, in order, with the states before them. */
import type { Revision } from '../store.ts'
import type { EtcdClient } from './client.ts'
import { changesOf, decodeRecord, type PlacedChange, type RowEvent } from './commit-record.ts'
import { placeIn, unwrap } from './envelope.ts'
import { decodeFormat } from './format.ts'
import { CODES, GrpcError } from './grpc.ts'
import type { Layout } from './layout.ts'
import type { WatchEvent } from './messages.ts'
import type { Numbering } from './numbering.ts'

export interface FedCommit {
  readonly revision: Revision
  /** Undefined: rows were written by something else. */
  readonly id: string | undefined
  readonly changes: readonly PlacedChange[]
}

export interface Feed {
  readonly commits: readonly FedCommit[]
  /** All of this revision of etcd's and those before it has been told. */
  readonly through: number
}

/** What was asked for has been compacted: the oldest revision of etcd's that is left. */
export class CompactedFeed extends Error {
  readonly oldest: number

  constructor(oldest: number) {
    super(`etcd has compacted its history up to revision ${oldest}`)
    this.oldest = oldest
  }
}

export interface FeedSource {
  readonly client: EtcdClient
  readonly layout: Layout
  readonly numbering: Numbering
}

/** From a revision of etcd's on. Throws a CompactedFeed, a GrpcError when the member ends it, or a KeelsonError. */
export async function* feedFrom(source: FeedSource, start: number, signal: AbortSignal): AsyncGenerator<Feed> {
  const { client, layout } = source
  let events: WatchEvent[] = []
  let through = start - 1
  for await (const answer of client.watch(layout.start, layout.end, start, signal)) {
    if (answer.canceled) {
      if (answer.compactRevision > 0) throw new CompactedFeed(answer.compactRevision)
      throw new GrpcError(CODES.unavailable, `the watch was cancelled: ${answer.cancelReason}`, true)
    }
    if (answer.created) {
      yield { commits: [], through }
      continue
    }
    events.push(...answer.events)
    if (answer.fragment) continue
    const last = events.at(-1)?.kv.modRevision
    // Without events it is a word of progress: the member has told all of this revision.
    through = Math.max(through, last ?? answer.revision)
    const commits = commitsOf(events, source)
    events = []
    yield { commits, through }
  }
}

/** Throws a KeelsonError when the format has been raised to one that this version does not know. */
function commitsOf(events: readonly WatchEvent[], { layout, numbering }: FeedSource): FedCommit[] {
  const commits: FedCommit[] = []
  for (const { kv, deleted } of events) if (kv.key === layout.format && !deleted) decodeFormat(kv.value)
  for (let begin = 0, end = 0; begin < events.length; begin = end) {
    const at = (events[begin] as WatchEvent).kv.modRevision
    while (events[end]?.kv.modRevision === at) end++
    const group = events.slice(begin, end)
    const recorded = group.find(({ kv }) => kv.key === layout.commit)
    const record = recorded === undefined || recorded.deleted ? undefined : decodeRecord(recorded.kv.value)
    const rows = group.flatMap((event) => rowEventOf(event, layout) ?? [])
    if (record === undefined && rows.length === 0) continue
    const revision = numbering.toStore(at)
    commits.push({ revision, id: record?.id, changes: changesOf(record, rows, revision) })
  }
  return commits
}

function rowEventOf({ kv, deleted, previous }: WatchEvent, layout: Layout): RowEvent | undefined {
  const key = layout.keyOf(kv.key)
  if (key === undefined) return undefined
  return {
    key,
    value: deleted ? undefined : unwrap(kv.value),
    place: deleted ? 0 : placeIn(kv.value),
    previous: previous && unwrap(previous.value),
  }
}
