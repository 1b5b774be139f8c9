/**
 * Counters, gauges and histograms in Prometheus' text format. Of our own because each request pays for them: prom-client sorts
 * and joins the labels of every observation, where here a series is found once and then only added to.
 */

export interface Family {
  /** The lines of it, `# HELP` and `# TYPE` included; empty while nothing was counted. */
  readonly render: () => string
}

export interface Counter extends Family {
  /** @param values of the labels, in their order. */
  readonly add: (values: readonly string[], amount?: number) => void
  /** A series to keep, for what counts often: finding it costs more than adding to it. */
  readonly of: (values: readonly string[]) => { value: number }
}

export interface Histogram extends Family {
  readonly observe: (values: readonly string[], value: number) => void
  /** As a counter's. */
  readonly of: (values: readonly string[]) => (value: number) => void
}

export interface FamilyOptions {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  /** Label values that stand for all further ones when there are too many series. */
  readonly overflow?: readonly string[]
}

/** What tenants can make up (resources, verbs) must not grow without end. */
const MOST_SERIES = 2000

function seriesOf<T>(
  { labels, overflow }: FamilyOptions,
  create: () => T,
): { all: Map<string, T>; of: (values: readonly string[]) => T } {
  const all = new Map<string, T>()
  const rest = (overflow ?? labels.map(() => 'other')).join('\u0000')
  const of = (values: readonly string[]): T => {
    const wanted = values.join('\u0000')
    const key = all.has(wanted) || all.size < MOST_SERIES ? wanted : rest
    const found = all.get(key)
    if (found !== undefined) return found
    const created = create()
    all.set(key, created)
    return created
  }
  return { all, of }
}

export function counter(options: FamilyOptions, type: 'counter' | 'gauge' = 'counter'): Counter {
  const { all, of } = seriesOf(options, () => ({ value: 0 }))
  return {
    of,
    add: (values, amount = 1) => {
      of(values).value += amount
    },
    render: () =>
      headed(
        options,
        type,
        [...all].map(([key, { value }]) => sample(options.name, labelText(options.labels, key), value)),
      ),
  }
}

/** What is measured when it is asked for, by the values of its labels. */
export function gauge(
  options: FamilyOptions,
  measure: () => readonly (readonly [readonly string[], number])[],
): Family {
  return {
    render: () =>
      headed(
        options,
        'gauge',
        measure().map(([values, value]) =>
          sample(options.name, labelText(options.labels, values.join('\u0000')), value),
        ),
      ),
  }
}

interface Buckets {
  readonly counts: Float64Array
  sum: number
  count: number
}

/** @param bounds of the buckets, ascending. */
export function histogram(options: FamilyOptions, bounds: readonly number[]): Histogram {
  const { all, of } = seriesOf<Buckets>(options, () => ({ counts: new Float64Array(bounds.length), sum: 0, count: 0 }))
  const observe = (series: Buckets, value: number): void => {
    series.count++
    series.sum += value
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++
    if (bucket < bounds.length) series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
  }
  return {
    observe: (values, value) => observe(of(values), value),
    of: (values) => {
      const series = of(values)
      return (value) => observe(series, value)
    },
    render: () =>
      headed(
        options,
        'histogram',
        [...all].flatMap(([key, series]) => bucketLines(options, bounds, key, series)),
      ),
  }
}

function bucketLines(
  { name, labels }: FamilyOptions,
  bounds: readonly number[],
  key: string,
  series: Buckets,
): string[] {
  const text = labelText(labels, key)
  let sum = 0
  const lines = bounds.map((bound, index) => {
    sum += series.counts[index] ?? 0
    return sample(`${name}_bucket`, [...text, `le="${bound}"`], sum)
  })
  return [
    ...lines,
    sample(`${name}_bucket`, [...text, 'le="+Inf"'], series.count),
    sample(`${name}_sum`, text, series.sum),
    sample(`${name}_count`, text, series.count),
  ]
}

function headed({ name, help }: FamilyOptions, type: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`
}

function sample(name: string, labels: readonly string[], value: number): string {
  return `${name}${labels.length === 0 ? '' : `{${labels.join()}}`} ${value}`
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

function labelText(labels: readonly string[], key: string): string[] {
  const values = key.split('\u0000')
  return labels.map(
    (label, index) => `${label}="${(values[index] ?? '').replace(/[\\"\n]/g, (one) => ESCAPES[one] ?? one)}"`,
  )
}
