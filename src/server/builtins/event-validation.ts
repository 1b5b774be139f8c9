/** What an Event must hold, in core's form (pkg/apis/core/validation/events.go). Clients of events.k8s.io are held to more. */
import { isDeepStrictEqual } from 'node:util'
import {
  FIELD_IMMUTABLE,
  fieldInvalid,
  fieldRequired,
  isDNS1123Subdomain,
  isQualifiedName,
  type KubeObject,
  type StatusCause,
} from '../../machinery/index.ts'
import { fieldsIn, isAbsent, isFields, textIn } from './untyped.ts'

const NAMESPACE_MISMATCH = 'does not match event.namespace'

function atMost(field: string, text: string, limit: number): StatusCause[] {
  return text.length > limit ? [fieldInvalid(field, '', `can have at most ${limit} characters`)] : []
}

function presentAndAtMost(field: string, value: unknown, limit: number): StatusCause[] {
  const text = textIn(value)
  return text === '' ? [fieldRequired(field, '')] : atMost(field, text, limit)
}

/** Events of the new kind carry an eventTime and say who reports what. */
function validateReporting(event: KubeObject, controllerField: string): StatusCause[] {
  const controller = textIn(event.reportingComponent)
  return [
    ...(controller === '' ? [fieldRequired(controllerField, '')] : []),
    ...isQualifiedName(controller).map((message) => fieldInvalid(controllerField, controller, message)),
    ...presentAndAtMost('reportingInstance', event.reportingInstance, 128),
    ...presentAndAtMost('action', event.action, 128),
    ...presentAndAtMost('reason', event.reason, 128),
    ...atMost('message', textIn(event.message), 1024),
  ]
}

function validateCommon(event: KubeObject, strict: boolean): StatusCause[] {
  const namespace = event.metadata.namespace ?? ''
  const involved = textIn(fieldsIn(event.involvedObject).namespace)
  const mismatch = fieldInvalid('involvedObject.namespace', involved, NAMESPACE_MISMATCH)
  const causes: StatusCause[] = []
  if (isAbsent(event.eventTime)) {
    if (involved === '' ? namespace !== 'default' : involved !== namespace) causes.push(mismatch)
  } else {
    if (involved === '' && namespace !== 'default' && namespace !== 'kube-system') causes.push(mismatch)
    causes.push(...validateReporting(event, strict ? 'reportingController' : 'reportingComponent'))
  }
  return [...causes, ...isDNS1123Subdomain(namespace).map((message) => fieldInvalid('namespace', namespace, message))]
}

function validateSeries(event: KubeObject): StatusCause[] {
  if (!isFields(event.series)) return []
  const { count, lastObservedTime } = event.series
  return [
    ...(typeof count === 'number' && count >= 2 ? [] : [fieldInvalid('series.count', '', 'should be at least 2')]),
    ...(isAbsent(lastObservedTime) ? [fieldRequired('series.lastObservedTime', '')] : []),
  ]
}

/** Fields of the old kind of event, which the new API does not write. */
function validateUnset(event: KubeObject): StatusCause[] {
  const source = fieldsIn(event.source)
  const set = {
    firstTimestamp: !isAbsent(event.firstTimestamp),
    lastTimestamp: !isAbsent(event.lastTimestamp),
    count: typeof event.count === 'number' && event.count !== 0,
    source: textIn(source.component) !== '' || textIn(source.host) !== '',
  }
  return Object.entries(set)
    .filter(([, isSet]) => isSet)
    .map(([field]) => fieldInvalid(field, '', 'needs to be unset'))
}

export function validateEvent(event: KubeObject, strict: boolean): StatusCause[] {
  const causes = validateCommon(event, strict)
  if (!strict) return causes
  const type = textIn(event.type)
  return [
    ...causes,
    ...validateSeries(event),
    ...(isAbsent(event.eventTime) ? [fieldRequired('eventTime', '')] : []),
    ...(type === 'Normal' || type === 'Warning' ? [] : [fieldInvalid('type', '', `has invalid value: ${type}`)]),
    ...validateUnset(event),
  ]
}

/** Field of the internal type, which upstream's messages name: field of core/v1. */
const IMMUTABLE = {
  involvedObject: 'involvedObject',
  reason: 'reason',
  message: 'message',
  source: 'source',
  firstTimestamp: 'firstTimestamp',
  lastTimestamp: 'lastTimestamp',
  count: 'count',
  type: 'type',
  eventTime: 'eventTime',
  action: 'action',
  related: 'related',
  reportingController: 'reportingComponent',
  reportingInstance: 'reportingInstance',
} as const

/** Absent, null and empty are the same to Go. */
function comparable(value: unknown): unknown {
  if (isFields(value) && Object.keys(value).length === 0) return undefined
  return value === null || value === '' || value === 0 ? undefined : value
}

export function validateEventUpdate(event: KubeObject, old: KubeObject, strict: boolean): StatusCause[] {
  const causes = validateCommon(event, strict)
  if (!strict) return causes
  const series = isDeepStrictEqual(event.series, old.series) ? [] : validateSeries(event)
  const changed = Object.entries(IMMUTABLE).filter(
    ([, field]) => !isDeepStrictEqual(comparable(event[field]), comparable(old[field])),
  )
  return [...causes, ...series, ...changed.map(([name, field]) => fieldInvalid(name, event[field], FIELD_IMMUTABLE))]
}
