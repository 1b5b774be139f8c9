/** Watch events as bytes. One change is encoded once per definition and form, however many watchers it goes to. */
import { encodeWatchFrame, formatApiVersion, type Json, type KubeObject } from '../machinery/index.ts'
import type { ResourceDefinition } from './definition.ts'
import type { ObjectForm } from './form.ts'
import { objectBytes, shownAs } from './form.ts'
import { protobufOf } from './protobuf-answer.ts'

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
  const object = objectBytes(definition, form, event, event.cluster)
  if (form.encoding === 'protobuf') return encodeWatchFrame(event.type, object)
  return Buffer.concat([HEADS[event.type], object, TAIL])
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

export interface Bookmark {
  readonly version: number
  readonly initialEventsEnd: boolean
}

export function bookmark(
  definition: ResourceDefinition,
  form: ObjectForm,
  { version, initialEventsEnd }: Bookmark,
): Buffer {
  const metadata = {
    resourceVersion: String(version),
    ...(initialEventsEnd && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
  }
  const object: KubeObject = { apiVersion: formatApiVersion(definition), kind: definition.names.kind, metadata }
  definition.printAsGo?.(object)
  return eventOf(form, 'BOOKMARK', shownAs(definition, form, object, version))
}

/** An event whose object is no row: a bookmark, or the Status of a failure. */
export function eventOf({ encoding }: Pick<ObjectForm, 'encoding'>, type: string, object: object): Buffer {
  if (encoding === 'protobuf') return encodeWatchFrame(type, protobufOf(object as Json))
  return Buffer.from(`${JSON.stringify({ type, object })}\n`)
}
