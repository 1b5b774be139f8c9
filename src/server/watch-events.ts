/** Watch events as bytes. One change is encoded once per definition and form, however many watchers it goes to. */
import type { KubeObject } from '../machinery/index.ts'
import type { ResourceDefinition } from './definition.ts'
import type { ObjectForm } from './form.ts'
import { objectBytes } from './form.ts'

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED'

export interface EventSource {
  readonly type: EventType
  readonly cluster: string
  readonly value: Buffer
  readonly version: number
}

const HEADS: Readonly<Record<EventType, Buffer>> = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
}
const TAIL = Buffer.from('}\n')

type Encoded = WeakMap<Buffer, WeakMap<ResourceDefinition, Map<string, Buffer>>>

/**
 * By value, because each state is one Buffer whoever looks at it; then by who serves it, form and type. All watchers of a
 * change are told in one turn of the event loop, after which it is forgotten: values may live as long as their rows.
 */
let encoded: Encoded | undefined

function encodedThisTurn(): Encoded {
  if (encoded === undefined) {
    encoded = new WeakMap()
    setImmediate(() => {
      encoded = undefined
    })
  }
  return encoded
}

export function encodeEvent(definition: ResourceDefinition, form: ObjectForm, event: EventSource): Buffer {
  const key = `${event.type} ${event.version} ${form.key}`
  const known = knownOf(definition, event.value)
  const found = known.get(key)
  if (found !== undefined) return found
  const bytes = eventBytes(definition, form, event)
  known.set(key, bytes)
  return bytes
}

export function eventBytes(definition: ResourceDefinition, form: ObjectForm, event: EventSource): Buffer {
  return Buffer.concat([HEADS[event.type], objectBytes(definition, form, event, event.cluster), TAIL])
}

function knownOf(definition: ResourceDefinition, value: Buffer): Map<string, Buffer> {
  const all = encodedThisTurn()
  let served = all.get(value)
  if (served === undefined) {
    served = new WeakMap()
    all.set(value, served)
  }
  let known = served.get(definition)
  if (known === undefined) {
    known = new Map()
    served.set(definition, known)
  }
  return known
}

export function bookmark(
  definition: ResourceDefinition,
  apiVersion: string,
  version: number,
  initialEventsEnd: boolean,
): Buffer {
  const metadata = {
    resourceVersion: String(version),
    ...(initialEventsEnd && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
  }
  return eventLine('BOOKMARK', { apiVersion, kind: definition.names.kind, metadata })
}

export function eventLine(type: string, object: KubeObject | object): Buffer {
  return Buffer.from(`${JSON.stringify({ type, object })}\n`)
}
