/**
 * What a commit means, the same on every engine: limits, preconditions, and counters. The writer calls `judge` with its own
 * view of the rows, at the moment of the commit.
 */
import { StoreError } from './errors.ts'
import { assertKey } from './keys.ts'
import {
  type Commit,
  MAX_COMMIT_BYTES,
  MAX_OPERATIONS,
  type Operation,
  type Precondition,
  type Version,
} from './store.ts'

/** The writer's view: every commit that came before. */
export interface View {
  version(key: string): Version | undefined
  value(key: string): Buffer | undefined
  /** The first key that begins with the prefix. */
  first(prefix: string): string | undefined
}

export type Verdict =
  /** `sums` holds a counter's new row by the place of its `add`. */
  | { readonly ok: true; readonly sums: ReadonlyMap<number, Buffer> }
  /** `failed` as in CommitResult; `key` is that of the row there, if any. */
  | { readonly ok: false; readonly failed: number; readonly key: string }

const NO_SUMS: ReadonlyMap<number, Buffer> = new Map()

/** Throws a StoreError `tooLarge`, or a TypeError for what no caller should send. */
export function checkLimits(commit: Commit): void {
  if (commit.operations.length > MAX_OPERATIONS) {
    throw new StoreError(
      'tooLarge',
      `a commit holds at most ${MAX_OPERATIONS} operations, not ${commit.operations.length}`,
    )
  }
  let bytes = 0
  for (const precondition of commit.preconditions) {
    const key = precondition.type === 'noneUnder' ? precondition.prefix : precondition.key
    assertKey(key)
    bytes += key.length
  }
  for (const operation of commit.operations) {
    const key = operation.type === 'deletePrefix' ? operation.prefix : operation.key
    assertKey(key)
    if (key === '') throw new TypeError('an operation needs a key')
    bytes += key.length + (operation.type === 'put' ? operation.value.length : 0)
  }
  if (bytes > MAX_COMMIT_BYTES) {
    throw new StoreError('tooLarge', `a commit holds at most ${MAX_COMMIT_BYTES} bytes, not ${bytes}`)
  }
}

export function judge(commit: Commit, view: View): Verdict {
  for (const [index, precondition] of commit.preconditions.entries()) {
    const { holds, key } = judgeOne(precondition, view)
    if (!holds) return { ok: false, failed: index, key }
  }
  if (!commit.operations.some((operation) => operation.type === 'add')) return { ok: true, sums: NO_SUMS }
  return addUp(commit, view)
}

function judgeOne(precondition: Precondition, view: View): { holds: boolean; key: string } {
  if (precondition.type === 'noneUnder') {
    const key = view.first(precondition.prefix)
    return { holds: key === undefined, key: key ?? '' }
  }
  const { key } = precondition
  const version = view.version(key)
  switch (precondition.type) {
    case 'version':
      return { holds: version === precondition.version, key }
    case 'absent':
      return { holds: version === undefined, key }
    case 'present':
      return { holds: version !== undefined, key }
  }
}

/** Adds are judged in their place: each sees what the operations before it in the same commit do. */
function addUp(commit: Commit, view: View): Verdict {
  const sums = new Map<number, Buffer>()
  for (const [place, operation] of commit.operations.entries()) {
    if (operation.type !== 'add') continue
    const earlier = earlierValue(commit.operations, place, operation.key, sums)
    const sum = addTo(earlier === 'untouched' ? view.value(operation.key) : earlier, operation)
    if (sum === undefined) {
      return { ok: false, failed: commit.preconditions.length + place, key: operation.key }
    }
    sums.set(place, Buffer.from(String(sum), 'latin1'))
  }
  return { ok: true, sums }
}

function earlierValue(
  operations: readonly Operation[],
  before: number,
  key: string,
  sums: ReadonlyMap<number, Buffer>,
): Buffer | undefined | 'untouched' {
  for (let place = before - 1; place >= 0; place--) {
    const operation = operations[place] as Operation
    if (operation.type === 'deletePrefix') {
      if (key.startsWith(operation.prefix)) return undefined
    } else if (operation.key === key) {
      if (operation.type === 'put') return operation.value
      return operation.type === 'add' ? sums.get(place) : undefined
    }
  }
  return 'untouched'
}

function addTo(row: Buffer | undefined, add: { delta: number; max?: number }): number | undefined {
  const text = row === undefined ? '0' : row.toString('latin1')
  if (!/^\d{1,16}$/.test(text)) return undefined
  const sum = Number(text) + add.delta
  return Number.isSafeInteger(sum) && sum >= 0 && sum <= (add.max ?? Number.MAX_SAFE_INTEGER) ? sum : undefined
}
