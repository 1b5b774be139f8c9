/** Turns changes of rows into the events that one watcher's selectors see. */
import type { Change } from '../../storage/index.ts'
import type { AnsweredRow } from '../answer.ts'
import type { ResourceContext } from '../context.ts'
import { type ObjectForm, withoutHeadings } from '../form.ts'
import { ALL_CLUSTERS, clusterOfKey } from '../keys.ts'
import type { Selection } from '../selection.ts'
import { type Bookmark, bookmark, type EventType, encodeEvent, eventBytes } from '../watch-events.ts'

export interface Sender {
  readonly deliver: (change: Pick<Change, 'key' | 'version' | 'value' | 'previous'>) => void
  /** ADDED, for a row that was there before the watch. */
  readonly initial: (row: AnsweredRow) => Buffer
  readonly bookmark: (mark: Bookmark) => Buffer
}

export interface SenderOptions {
  readonly form: ObjectForm
  readonly selection: Selection
  readonly push: (event: Buffer) => void
}

export function createSender(
  { definition, cluster, parts }: ResourceContext,
  { form, selection, push }: SenderOptions,
): Sender {
  const counted = parts.watchEvents(definition)
  const bare = withoutHeadings(form)
  let next = form
  const formNow = (): ObjectForm => {
    const now = next
    next = bare
    return now
  }
  const clusterOf = (key: string): string => (cluster === ALL_CLUSTERS ? clusterOfKey(definition, key) : cluster)

  function send(type: EventType, key: string, value: Buffer, version: number): void {
    counted()
    push(encodeEvent(definition, formNow(), { type, cluster: clusterOf(key), value, version }))
  }

  return {
    deliver: ({ key, value, previous, version }) => {
      const before = previous !== undefined && selection.matches(key, previous)
      const now = value !== undefined && selection.matches(key, value)
      if (now) send(before ? 'MODIFIED' : 'ADDED', key, value, version)
      else if (before) send('DELETED', key, previous, version)
    },
    initial: ({ key, value, version }) => {
      counted()
      return eventBytes(definition, formNow(), { type: 'ADDED', cluster: clusterOf(key), value, version })
    },
    bookmark: (mark) => bookmark(definition, formNow(), mark),
  }
}
