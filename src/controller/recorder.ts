/**
 * Events of objects, as client-go's recorder writes them (tools/record): what is said again is counted in the event that is
 * there. An event's name is made of what it says, so nothing has to be remembered to find it again, by whatever process.
 */
import { createHash } from 'node:crypto'
import { type Client, resourceRef } from '../client/index.ts'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { formatTime } from './clock.ts'
import { find } from './find.ts'
import { errorLog, type Log, messageOf } from './log.ts'

interface CoreEvent extends KubeObject {
  readonly count?: number
  readonly lastTimestamp?: string
}

export const EVENTS = resourceRef<CoreEvent>('v1', 'events', { namespaced: true })

export interface EventRecorder {
  /** Never rejects: what cannot be told is logged. `reason` is CamelCase, `message` holds nothing secret. */
  readonly event: (
    client: Client,
    object: KubeObject,
    event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
  ) => Promise<void>
}

export interface EventRecorderOptions {
  /** Who tells. */
  readonly component: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log?: Log
}

/** The same of the same object is told once in so many milliseconds. */
const REPEAT = 10_000
/** Upstream's limit (pkg/apis/core/validation/events.go). */
const MESSAGE_LIMIT = 1024

export function eventRecorder({ component, now, log = errorLog }: EventRecorderOptions): EventRecorder {
  return {
    async event(client, object, { type, reason, message }) {
      const { name = '', namespace, uid = '', resourceVersion } = object.metadata
      const said = createHash('sha256')
        .update(JSON.stringify([component, uid, type, reason, message]))
        .digest('hex')
      const place = { name: `${name}.${said.slice(0, 16)}`, namespace: namespace ?? 'default' }
      const time = formatTime(now())
      try {
        const known = await find(client, EVENTS, place.name, place)
        if (known !== undefined) {
          if (now() - Date.parse(known.lastTimestamp ?? '') < REPEAT) return
          const count = (known.count ?? 1) + 1
          await client.patch(EVENTS, place.name, 'merge', { count, lastTimestamp: time }, place)
          return
        }
        const { apiVersion, kind } = object
        await client.create(EVENTS, {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: place,
          involvedObject: { apiVersion, kind, name, namespace, uid, resourceVersion },
          type,
          reason,
          message: message.slice(0, MESSAGE_LIMIT),
          source: { component },
          reportingComponent: component,
          firstTimestamp: time,
          lastTimestamp: time,
          count: 1,
        } as CoreEvent)
      } catch (error) {
        // Another has said it first, or the place is going with the object.
        if (isStatus(error, 'AlreadyExists') || isStatus(error, 'NotFound') || isStatus(error, 'Conflict')) return
        log.info('cannot record event', { name, reason, error: messageOf(error) })
      }
    },
  }
}
