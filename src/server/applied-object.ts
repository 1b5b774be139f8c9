/** What an apply comes to, made an object of its kind: on the event loop, or on the thread beside it. */
import type { KubeObject } from '../machinery/index.ts'
import { isFields } from './builtins/untyped.ts'
import { fillNullTexts } from './metadata.ts'
import { conformTo, type Form } from './submitted.ts'

export interface ConformedApply {
  /** `unknown field "spec.x"`, for each. */
  readonly faults: readonly string[]
  /** Whether it has nulls that its schema may not allow. */
  readonly restored: boolean
}

/** Drops what the kind does not know, and fills in what it always has. */
export function conformApplied(form: Form, object: KubeObject): ConformedApply {
  fillNullTexts(object)
  const sent = form.builtIn ? undefined : structuredClone(object)
  const faults = conformTo(form, object)
  return { faults, restored: sent !== undefined && restoreNulls(sent, object) }
}

/**
 * Upstream drops the nulls of custom resources when it decodes a body, and not from what an apply comes to: what loses its
 * last part is null, and refused where the schema does not allow that. Whether `to` got one back.
 */
function restoreNulls(from: unknown, to: unknown): boolean {
  if (Array.isArray(from) && Array.isArray(to)) {
    return from.map((item, index) => restoreNulls(item, to[index])).includes(true)
  }
  if (!isFields(from) || !isFields(to)) return false
  let restored = false
  for (const [key, value] of Object.entries(from)) {
    if (value === null && to[key] === undefined) {
      to[key] = null
      restored = true
    } else if (restoreNulls(value, to[key])) restored = true
  }
  return restored
}
