import { type MeasureName } from './measures.ts'
/** What was measured of one server, round by round. */
export type Samples = Record<MeasureName, number[]>
/** One line of the result. */
export interface Comparison {
  measure: MeasureName
  title: string
  unit: string
  /** Medians. */
  kubeApiserver: number
  keelson: number
  /** How many times better Keelson is: the median over the rounds. */
  timesBetter: number
  /** What design asks for, in words. */
  required?: string
  holds?: boolean
  samples: {
    kubeApiserver: number[]
    keelson: number[]
  }
}
export declare function noSamples(): Samples
export declare function compare(kubeApiserver: Samples, keelson: Samples): Comparison[]
/** The result as a Markdown table. */
export declare function markdown(comparisons: Comparison[]): string
