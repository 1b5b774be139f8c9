/** Ranges of sizes and costs (cel-go checker/cost.go). Infinity stands for what has no bound. */

export interface Range {
  readonly min: number
  readonly max: number
}

export const UNKNOWN: Range = { min: 0, max: Number.POSITIVE_INFINITY }
export const ZERO: Range = { min: 0, max: 0 }

export function fixed(amount: number): Range {
  return { min: amount, max: amount }
}

export function plus(...ranges: readonly Range[]): Range {
  let min = 0
  let max = 0
  for (const range of ranges) {
    min += range.min
    max += range.max
  }
  return { min, max }
}

/** Nothing, however often, is nothing. */
function product(left: number, right: number): number {
  return left === 0 || right === 0 ? 0 : left * right
}

export function times(left: Range, right: Range): Range {
  return { min: product(left.min, right.min), max: product(left.max, right.max) }
}

/** So much for each, rounded up. */
export function scaled({ min, max }: Range, factor: number): Range {
  return { min: Math.ceil(product(min, factor)), max: Math.ceil(product(max, factor)) }
}

export function union(left: Range, right: Range): Range {
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) }
}
