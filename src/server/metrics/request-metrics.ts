/** What is counted of requests, under kube-apiserver's names (apiserver/pkg/endpoints/metrics). Never a logical cluster. */

import { counter, type Family, gauge, histogram } from '../../machinery/index.ts'
import type { ResourceDefinition } from '../definition.ts'
import type { RequestRecord } from '../request-record.ts'
import type { RequestInfo } from '../route.ts'

const LABELS = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const
const WITH_DRY_RUN = ['verb', 'dry_run', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const
const SECONDS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]
const SIZES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

const METHODS: ReadonlyMap<string, string> = new Map([
  ['get', 'GET'],
  ['list', 'LIST'],
  ['watch', 'WATCH'],
  ['create', 'POST'],
  ['update', 'PUT'],
  ['patch', 'PATCH'],
  ['delete', 'DELETE'],
  ['deletecollection', 'DELETECOLLECTION'],
])
const READS = new Set(['GET', 'HEAD', 'OPTIONS'])
const NO_LABELS: readonly string[] = ['other', '', '', '', '', '', 'apiserver']

/** What one request counts in. */
interface Series {
  readonly total: { value: number }
  readonly seconds: (seconds: number) => void
  readonly bytes: ((bytes: number) => void) | undefined
}

export interface RequestMetrics {
  readonly families: readonly Family[]
  readonly begin: (record: RequestRecord) => void
  /** Counts the events that a watch of the kind is sent. */
  readonly watchEvents: (definition: ResourceDefinition) => () => void
  /** A watch has begun: no longer in flight, but long-running. */
  readonly running: (record: RequestRecord) => void
  readonly end: (record: RequestRecord, status: number, bytes: number, milliseconds: number) => void
}

export function requestMetrics(): RequestMetrics {
  const overflow = (labels: readonly string[]): readonly string[] =>
    labels.map((label) => (label === 'component' ? 'apiserver' : 'other'))
  const total = counter({
    name: 'apiserver_request_total',
    help: 'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    labels: [...WITH_DRY_RUN, 'code'],
    overflow: overflow([...WITH_DRY_RUN, 'code']),
  })
  const seconds = histogram(
    {
      name: 'apiserver_request_duration_seconds',
      help: 'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
      labels: WITH_DRY_RUN,
      overflow: overflow(WITH_DRY_RUN),
    },
    SECONDS,
  )
  const sizes = histogram(
    {
      name: 'apiserver_response_sizes',
      help: 'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
      labels: LABELS,
      overflow: overflow(LABELS),
    },
    SIZES,
  )
  const longRunning = counter(
    {
      name: 'apiserver_longrunning_requests',
      help: 'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
      labels: LABELS,
      overflow: overflow(LABELS),
    },
    'gauge',
  )
  const events = counter({
    name: 'apiserver_watch_events_total',
    help: 'Number of events sent in watch clients',
    labels: ['group', 'version', 'resource'],
  })
  let reading = 0
  let writing = 0
  const inFlight = gauge(
    {
      name: 'apiserver_current_inflight_requests',
      help: 'Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
      labels: ['request_kind'],
    },
    () => [
      [['mutating'], writing],
      [['readOnly'], reading],
    ],
  )
  const count = ({ method }: RequestRecord, step: number): void => {
    if (READS.has(method)) reading += step
    else writing += step
  }
  const seriesFor = (record: RequestRecord, status: number): Series => {
    const labels = labelsOf(record)
    const [verb = '', ...rest] = labels
    const withDryRun = [verb, record.dryRun ? 'All' : '', ...rest]
    return {
      total: total.of([...withDryRun, String(status)]),
      seconds: seconds.of(withDryRun),
      bytes: verb === 'GET' || verb === 'LIST' ? sizes.of(labels) : undefined,
    }
  }
  // Joining the labels of each request anew would be a tenth of what a get takes.
  const known = new WeakMap<ResourceDefinition, Map<string, Series>>()
  const seriesOf = (record: RequestRecord, status: number): Series => {
    const { definition, info } = record
    if (definition === undefined || info === undefined || info.subresource !== '') return seriesFor(record, status)
    let ofKind = known.get(definition)
    if (ofKind === undefined) {
      ofKind = new Map()
      known.set(definition, ofKind)
    }
    // Each of these has few values, whatever clients send.
    const flags = (record.isApply ? 1 : 0) + (record.dryRun ? 2 : 0) + scopeOf(info) * 4
    const key = `${info.verb} ${status} ${flags}`
    let series = ofKind.get(key)
    if (series === undefined) {
      series = seriesFor(record, status)
      ofKind.set(key, series)
    }
    return series
  }
  return {
    families: [total, seconds, sizes, longRunning, inFlight, events],
    watchEvents: ({ group, version, names }) => {
      const series = events.of([group, version, names.plural])
      return () => {
        series.value++
      }
    },
    begin: (record) => count(record, 1),
    running: (record) => {
      count(record, -1)
      longRunning.add(labelsOf(record))
    },
    end: (record, status, bytes, milliseconds) => {
      if (record.longRunning) longRunning.add(labelsOf(record), -1)
      else count(record, -1)
      const series = seriesOf(record, status)
      series.total.value++
      series.seconds(milliseconds / 1000)
      series.bytes?.(bytes)
    },
  }
}

/** Of what is not served there is one series alone: its names are whatever the client made up. */
function labelsOf({ info, definition, isApply, nonResourcePath }: RequestRecord): readonly string[] {
  if (info === undefined) return NO_LABELS
  const verb = isApply ? 'APPLY' : (METHODS.get(info.verb) ?? 'other')
  if (definition === undefined) return [verb, '', '', '', nonResourcePath, '', 'apiserver']
  const { group, version, names, subresources } = definition
  const scope = SCOPES[scopeOf(info)] ?? ''
  const subresource = Object.hasOwn(subresources, info.subresource) ? info.subresource : ''
  return [verb, group, version, names.plural, subresource, scope, 'apiserver']
}

const SCOPES = ['resource', 'namespace', 'cluster'] as const

function scopeOf({ name, namespace, verb }: RequestInfo): 0 | 1 | 2 {
  return name !== '' || verb === 'create' ? 0 : namespace !== '' ? 1 : 2
}
