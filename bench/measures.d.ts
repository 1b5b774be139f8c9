/** What is measured, in the order of the table, with what design asks for. */
export interface Measure {
  readonly title: string
  readonly unit: '/s' | 'ms' | 'MB'
  /** Whether more is better, as of requests in a second, or less, as of time and memory. */
  readonly more: boolean
  /** How many times better than kube-apiserver Keelson must be. */
  readonly timesBetter?: number
  /** The most that Keelson may take, in the unit. */
  readonly atMost?: number
}
export declare const measures: {
  start: {
    title: string
    unit: 'ms'
    more: false
    atMost: number
  }
  resident: {
    title: string
    unit: 'MB'
    more: false
    atMost: number
  }
  proportional: {
    title: string
    unit: 'MB'
    more: false
  }
  create1: {
    title: string
    unit: '/s'
    more: true
    timesBetter: number
  }
  create32: {
    title: string
    unit: '/s'
    more: true
    timesBetter: number
  }
  create256: {
    title: string
    unit: '/s'
    more: true
    timesBetter: number
  }
  get1: {
    title: string
    unit: '/s'
    more: true
  }
  get32: {
    title: string
    unit: '/s'
    more: true
    timesBetter: number
  }
  list: {
    title: string
    unit: 'ms'
    more: false
    timesBetter: number
  }
  listExact: {
    title: string
    unit: 'ms'
    more: false
    timesBetter: number
  }
  watch: {
    title: string
    unit: 'ms'
    more: false
  }
}
export type MeasureName = keyof typeof measures
