/** v1 and events.k8s.io/v1 Event: the same rows, in core's form, served in both groups (pkg/apis/events/v1/conversion.go). */
import {
  ageOf,
  formatApiVersion,
  type Json,
  type JsonObject,
  type KubeObject,
  messageOf,
  printAsGo,
} from '../../machinery/index.ts'
import type { PrinterColumn } from '../definition.ts'
import type { Expiry } from '../expiry/expiries.ts'
import { builtIn } from './built-in.ts'
import { NAME } from './columns.ts'
import { validateEvent, validateEventUpdate } from './event-validation.ts'
import { fieldsIn, isAbsent, isFields, textIn } from './untyped.ts'

/** Fields that are called differently: in core, and in events.k8s.io. */
const RENAMED = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const

/** What is always printed in the one form need not be in the other. */
function renamed(object: KubeObject, { group, version, names }: Form): KubeObject {
  const fields: JsonObject = { apiVersion: formatApiVersion({ group, version }) }
  for (const [field, value] of Object.entries(object)) {
    if (field !== 'apiVersion') fields[names.get(field) ?? field] = value as Json
  }
  const table = messageOf(group, version, 'Event')
  if (table !== undefined) printAsGo(table, fields)
  return fields as unknown as KubeObject
}

interface Form {
  readonly group: string
  readonly version: string
  readonly names: ReadonlyMap<string, string>
}

const CORE: Form = { group: '', version: 'v1', names: new Map(RENAMED.map(([core, events]) => [events, core])) }
const EVENTS: Form = { group: 'events.k8s.io', version: 'v1', names: new Map(RENAMED) }

const toCore = (object: KubeObject) => renamed(object, CORE)
const fromCore = (object: KubeObject) => renamed(object, EVENTS)

function firstSeen(event: KubeObject, now: number): string {
  return ageOf(isAbsent(event.firstTimestamp) ? event.eventTime : event.firstTimestamp, now)
}

function lastSeen(event: KubeObject, now: number): string {
  if (isFields(event.series)) return ageOf(event.series.lastObservedTime, now)
  return isAbsent(event.lastTimestamp) ? firstSeen(event, now) : ageOf(event.lastTimestamp, now)
}

/** Events of the new API have no count: they happened once. */
function countOf(event: KubeObject): number {
  const count = isFields(event.series) ? event.series.count : event.count
  if (typeof count === 'number' && (count !== 0 || isFields(event.series))) return count
  return isFields(event.series) ? 0 : 1
}

function sourceOf(event: KubeObject): string {
  const source = fieldsIn(event.source)
  const component = textIn(source.component) || textIn(event.reportingComponent)
  const instance = textIn(source.host) || textIn(event.reportingInstance)
  return instance === '' ? component : `${component}, ${instance}`
}

function targetOf(event: KubeObject): string {
  const { kind, name } = fieldsIn(event.involvedObject)
  return textIn(name) === '' ? textIn(kind).toLowerCase() : `${textIn(kind).toLowerCase()}/${textIn(name)}`
}

const text = (
  name: string,
  description: string,
  cell: NonNullable<PrinterColumn['cell']>,
  priority = 0,
): PrinterColumn => ({ name, type: 'string', description, priority, cell })

const COLUMNS: readonly PrinterColumn[] = [
  text('Last Seen', 'The time at which the most recent occurrence of this event was recorded.', lastSeen),
  text('Type', 'Type of this event (Normal, Warning), new types could be added in the future', (event) =>
    textIn(event.type),
  ),
  text(
    'Reason',
    "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
    (event) => textIn(event.reason),
  ),
  text('Object', 'The object that this event is about.', targetOf),
  text(
    'Subobject',
    'If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: "spec.containers{name}" (where "name" refers to the name of the container that triggered the event) or if no container name is specified "spec.containers[2]" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.',
    (event) => textIn(fieldsIn(event.involvedObject).fieldPath),
    1,
  ),
  text('Source', 'The component reporting this event. Should be a short machine understandable string.', sourceOf, 1),
  text('Message', 'A human-readable description of the status of this operation.', (event) =>
    textIn(event.message).trim(),
  ),
  text(
    'First Seen',
    'The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)',
    firstSeen,
    1,
  ),
  text('Count', 'The number of times this event has occurred.', countOf, 1),
  { ...NAME, priority: 1 },
]

const REFERENCE_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const

/** `--event-ttl`, counted from the last write. */
const EVENT_TTL = 60 * 60_000
const expiry: Expiry = { at: (_event, now) => now + EVENT_TTL }

const EVENT = {
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  shortNames: ['ev'],
  nameRule: 'PathSegment',
  createOnUpdate: true,
} as const

export const coreEvent = builtIn({
  ...EVENT,
  group: '',
  columns: COLUMNS,
  selectableFields: [
    ...REFERENCE_FIELDS.map((field) => `involvedObject.${field}`),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  // pkg/registry/core/event/strategy.go, ToSelectableFields
  computedFields: { source: (event) => textIn(fieldsIn(event.source).component) || textIn(event.reportingComponent) },
  strategy: {
    expiry,
    validate: (event) => validateEvent(event, false),
    validateUpdate: (event, old) => validateEventUpdate(event, old, false),
  },
})

const FIELDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(REFERENCE_FIELDS.map((field) => [`regarding.${field}`, `involvedObject.${field}`])),
  reason: 'reason',
  reportingController: 'reportingComponent',
  type: 'type',
}

export const event = builtIn({
  ...EVENT,
  group: 'events.k8s.io',
  columns: COLUMNS.map((column) => ({ ...column, cell: (object, now) => column.cell?.(toCore(object), now) ?? null })),
  selectableFields: Object.keys(FIELDS),
  nameRule: 'DNS1123Subdomain',
  storedForm: { definition: coreEvent, toStored: toCore, fromStored: fromCore, fields: FIELDS },
  strategy: {
    expiry,
    validate: (object) => validateEvent(toCore(object), true),
    validateUpdate: (object, old) => validateEventUpdate(toCore(object), toCore(old), true),
  },
})
