/** Conditions of exports and bindings: Ready first, the others by name, as kcp's conditions package keeps them. */
import { timestamp } from '../../server/index.ts'
import { type TenancyCondition, withCondition } from '../api/phase.ts'

export interface Fault {
  readonly reason: string
  readonly severity: 'Error' | 'Warning' | 'Info'
  readonly message: string
}

export interface Conditions {
  readonly isTrue: (type: string) => boolean
  /** Without a fault: True. */
  readonly set: (type: string, fault?: Fault) => void
  readonly list: () => TenancyCondition[]
}

export function conditionsFrom(known: readonly TenancyCondition[] = [], now: number): Conditions {
  const lastTransitionTime = timestamp(now)
  let conditions = known
  return {
    isTrue: (type) => conditions.some((condition) => condition.type === type && condition.status === 'True'),
    set: (type, fault) => {
      const status = fault === undefined ? 'True' : 'False'
      conditions = withCondition(conditions, { type, status, ...fault, lastTransitionTime })
    },
    list: () => conditions.toSorted((one, other) => rank(one).localeCompare(rank(other), 'en')),
  }
}

function rank({ type }: TenancyCondition): string {
  return type === 'Ready' ? '' : type
}
