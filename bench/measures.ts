/** What is measured, in the order of the table, with what design asks for. */
export interface Measure {
  readonly title: string
  readonly unit: '/s' | 'ms' | 'MB' | 'kB' | 'µs'
  /** Whether more is better, as of requests in a second, or less, as of time and memory. */
  readonly more: boolean
  /** How many times better than kube-apiserver Keelson must be. */
  readonly timesBetter?: number
  /** The most that Keelson may take, in the unit. */
  readonly atMost?: number
}

export const measures = {
  start: { title: 'from nothing to /readyz', unit: 'ms', more: false, atMost: 300 },
  resident: { title: 'idle: resident memory', unit: 'MB', more: false, atMost: 120 },
  proportional: { title: 'idle: proportional memory', unit: 'MB', more: false },
  create1: { title: 'create, concurrency 1', unit: '/s', more: true, timesBetter: 2 },
  create32: { title: 'create, concurrency 32', unit: '/s', more: true, timesBetter: 3 },
  create256: { title: 'create, concurrency 256', unit: '/s', more: true, timesBetter: 3 },
  get1: { title: 'get, concurrency 1', unit: '/s', more: true },
  get32: { title: 'get, concurrency 32', unit: '/s', more: true, timesBetter: 5 },
  list: { title: 'list of 5,000', unit: 'ms', more: false, timesBetter: 6 },
  listExact: { title: 'list of 5,000 as of an earlier resourceVersion', unit: 'ms', more: false, timesBetter: 4 },
  watch: { title: 'one event to 100 watchers', unit: 'ms', more: false },
} satisfies Record<string, Measure>

export type MeasureName = keyof typeof measures
