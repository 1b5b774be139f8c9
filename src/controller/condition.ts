/** Conditions as Kubernetes keeps them (api-conventions, "Typical status properties"): one of a type, in order of arrival. */
import { formatTime } from './clock.ts'

/** metav1.Condition, and the shapes of kinds that came before it. */
export interface ConditionLike {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

/**
 * The list with the condition in it. `lastTransitionTime` moves only when the status does; nothing else changes the list,
 * so an equal condition gives the same list back. `now` in milliseconds since the epoch.
 */
export function setCondition<C extends ConditionLike>(
  conditions: readonly C[],
  next: Omit<C, 'lastTransitionTime'>,
  now: number,
): readonly C[] {
  const previous = findCondition(conditions, next.type)
  const moved = previous === undefined || previous.status !== next.status
  const lastTransitionTime = moved ? formatTime(now) : previous.lastTransitionTime
  const condition = { ...next, lastTransitionTime } as unknown as C
  if (previous === undefined) return [...conditions, condition]
  if (isSame(previous, condition)) return conditions
  return conditions.map((each) => (each === previous ? condition : each))
}

export function findCondition<C extends ConditionLike>(conditions: readonly C[], type: string): C | undefined {
  return conditions.find((condition) => condition.type === type)
}

export function isTrue(conditions: readonly ConditionLike[], type: string): boolean {
  return findCondition(conditions, type)?.status === 'True'
}

function isSame(one: object, other: object): boolean {
  const left = one as Readonly<Record<string, unknown>>
  const right = other as Readonly<Record<string, unknown>>
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => left[key] === right[key])
}
