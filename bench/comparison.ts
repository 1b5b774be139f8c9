import { type Measure, type MeasureName, measures } from './measures.ts'
import { median } from './statistics.ts'

/** What was measured of one server, round by round. */
export type Samples = Record<MeasureName, number[]>

/** One line of the result. */
export interface Comparison {
  measure: string
  title: string
  unit: string
  /** Medians. */
  kubeApiserver: number
  keelson: number
  /** Keelson on an etcd, where that was measured, too. */
  keelsonOnEtcd?: number
  /** How many times better Keelson is: the median over the rounds. */
  timesBetter: number
  /** What design asks for, in words. */
  required?: string
  holds?: boolean
  samples: { kubeApiserver: number[]; keelson: number[]; keelsonOnEtcd?: number[] }
}

export function noSamples(): Samples {
  return {
    start: [],
    resident: [],
    proportional: [],
    create1: [],
    create32: [],
    create256: [],
    get1: [],
    get32: [],
    list: [],
    listExact: [],
    watch: [],
  }
}

export function compare(kubeApiserver: Samples, keelson: Samples): Comparison[] {
  return Object.entries(measures).map(([name, measure]) => {
    const key = name as MeasureName
    return compareOne(key, measure, kubeApiserver[key], keelson[key])
  })
}

export function compareOne(name: string, measure: Measure, theirs: number[], ours: number[]): Comparison {
  // Pair by pair, because the two samples of a round were taken one right after the other.
  const ratios = ours.map((own, round) =>
    measure.more ? own / (theirs[round] ?? Number.NaN) : (theirs[round] ?? Number.NaN) / own,
  )
  const comparison = {
    measure: name,
    title: measure.title,
    unit: measure.unit,
    kubeApiserver: median(theirs),
    keelson: median(ours),
    timesBetter: median(ratios),
    samples: { kubeApiserver: theirs, keelson: ours },
  }
  const { atMost, timesBetter } = measure
  if (atMost !== undefined) {
    return { ...comparison, required: `at most ${atMost} ${measure.unit}`, holds: comparison.keelson <= atMost }
  }
  if (timesBetter !== undefined) {
    return { ...comparison, required: `${timesBetter}×`, holds: comparison.timesBetter >= timesBetter }
  }
  return comparison
}

/** The result as a Markdown table. */
export function markdown(comparisons: Comparison[]): string {
  const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
  const onEtcd = comparisons.some(({ keelsonOnEtcd }) => keelsonOnEtcd !== undefined)
  const rows = comparisons.map(
    ({ title, unit, kubeApiserver, keelson, keelsonOnEtcd, timesBetter, required, holds }) => [
      `${title}, ${unit}`,
      number(kubeApiserver),
      number(keelson),
      ...(onEtcd ? [keelsonOnEtcd === undefined ? '–' : number(keelsonOnEtcd)] : []),
      `${timesBetter.toFixed(1)}×`,
      required ?? '–',
      holds === undefined ? '–' : holds ? 'yes' : '**no**',
    ],
  )
  const head = [
    '',
    'kube-apiserver + etcd',
    'Keelson',
    ...(onEtcd ? ['Keelson on etcd'] : []),
    'times better',
    'required',
    'holds',
  ]
  return [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}
