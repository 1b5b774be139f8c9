/**
 * What is counted of controllers' queues, under upstream's names (component-base/metrics/prometheus/workqueue). Counted by
 * the process, as there; what is measured is measured when it is asked for.
 */
import { counter, type Family, gauge, histogram } from '../machinery/index.ts'

const LABELS = ['name'] as const
const SECONDS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10]

/** What a queue can be asked. */
export interface MeasuredQueue {
  /** Requests that wait for a worker. */
  readonly waiting: () => number
  /** When each request that is worked on was begun, by performance.now. */
  readonly begun: () => readonly number[]
}

export interface QueueMetrics extends Disposable {
  readonly added: () => void
  readonly retried: () => void
  /** After so many milliseconds in the queue. */
  readonly taken: (milliseconds: number) => void
  /** After so many milliseconds of work. */
  readonly done: (milliseconds: number) => void
}

const queues = new Map<MeasuredQueue, string>()

const adds = counter({
  name: 'workqueue_adds_total',
  help: 'Total number of adds handled by workqueue',
  labels: LABELS,
})
const retries = counter({
  name: 'workqueue_retries_total',
  help: 'Total number of retries handled by workqueue',
  labels: LABELS,
})
const waited = histogram(
  {
    name: 'workqueue_queue_duration_seconds',
    help: 'How long in seconds an item stays in workqueue before being requested.',
    labels: LABELS,
  },
  SECONDS,
)
const worked = histogram(
  {
    name: 'workqueue_work_duration_seconds',
    help: 'How long in seconds processing an item from workqueue takes.',
    labels: LABELS,
  },
  SECONDS,
)
const depth = measured('workqueue_depth', 'Current depth of workqueue', ({ waiting }) => waiting())
const unfinished = measured(
  'workqueue_unfinished_work_seconds',
  "How many seconds of work has done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.",
  ({ begun }) => begun().reduce((sum, start) => sum + secondsSince(start), 0),
)
const longest = measured(
  'workqueue_longest_running_processor_seconds',
  'How many seconds has the longest running processor for workqueue been running.',
  ({ begun }) => begun().reduce((most, start) => Math.max(most, secondsSince(start)), 0),
)

const FAMILIES: readonly Family[] = [adds, depth, longest, waited, retries, unfinished, worked]

/** The metrics of all controllers of this process, in Prometheus' text format. */
export function workqueueMetrics(): string {
  return FAMILIES.map(({ render }) => render()).join('')
}

/** @param name of the controller. Disposing ends what is measured of the queue; its counters stay. */
export function measureQueue(name: string, queue: MeasuredQueue): QueueMetrics {
  const labels = [name]
  queues.set(queue, name)
  return {
    added: () => adds.add(labels),
    retried: () => retries.add(labels),
    taken: (milliseconds) => waited.observe(labels, milliseconds / 1000),
    done: (milliseconds) => worked.observe(labels, milliseconds / 1000),
    [Symbol.dispose]: () => queues.delete(queue),
  }
}

/** Queues of one name are one series. */
function measured(name: string, help: string, measure: (queue: MeasuredQueue) => number): Family {
  return gauge({ name, help, labels: LABELS }, () => {
    const sums = new Map<string, number>()
    for (const [queue, of] of queues) sums.set(of, (sums.get(of) ?? 0) + measure(queue))
    return [...sums].map(([of, sum]) => [[of], sum])
  })
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000
}
