/** Conditions of a CustomResourceDefinition, set as upstream's controllers set them. */

import type { JsonObject, KubeObject } from '../../machinery/index.ts'
import { ensureFields, type Fields, fieldsIn, objectsIn } from '../builtins/untyped.ts'
import { timestamp } from '../metadata.ts'

export interface CrdCondition {
  readonly type: 'NamesAccepted' | 'Established' | 'Terminating'
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

export function conditionOf(crd: KubeObject, type: CrdCondition['type']): Fields | undefined {
  return objectsIn(fieldsIn(crd.status).conditions).find((condition) => condition.type === type)
}

export function isConditionTrue(crd: KubeObject, type: CrdCondition['type']): boolean {
  return conditionOf(crd, type)?.status === 'True'
}

/** lastTransitionTime moves with the status alone. */
export function setCondition(crd: KubeObject, condition: CrdCondition, now: number): void {
  const status = ensureFields(crd, 'status')
  const conditions = objectsIn(status.conditions)
  const time = timestamp(now)
  const found = conditions.find(({ type }) => type === condition.type)
  const lastTransitionTime = found?.status === condition.status ? (found.lastTransitionTime ?? time) : time
  const updated: JsonObject = { lastTransitionTime: String(lastTransitionTime), ...condition }
  status.conditions =
    found === undefined
      ? [...conditions, updated]
      : conditions.map((existing) => (existing === found ? updated : existing))
}
