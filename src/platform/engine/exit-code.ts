/** What a run ends with: docs/reference/platform.md has the table for users. */
import type { ItemResult } from './apply-plan.ts'
import type { Item } from './plan.ts'

export const EXIT = {
  ok: 0,
  error: 1,
  /** Of plan and drift with --detailed-exitcode. */
  changes: 2,
  partial: 3,
  blocked: 4,
  locked: 5,
  timeout: 6,
  stale: 7,
} as const

export function planExitCode(items: readonly Item[], { detailed }: { readonly detailed: boolean }): number {
  const has = (outcome: Item['outcome']) => items.some((item) => item.outcome === outcome)
  if (has('unknown')) return EXIT.error
  if (has('blocked')) return EXIT.blocked
  return has('change') && detailed ? EXIT.changes : EXIT.ok
}

/** What failed weighs more than what waits for a decision, and that more than what only takes longer. */
export function applyExitCode(results: readonly ItemResult[]): number {
  const has = (...outcomes: ItemResult['outcome'][]) => results.some(({ outcome }) => outcomes.includes(outcome))
  if (has('failed', 'unknown')) return results.some(({ touched }) => touched) ? EXIT.partial : EXIT.error
  if (has('blocked')) return EXIT.blocked
  return has('timeout') ? EXIT.timeout : EXIT.ok
}
