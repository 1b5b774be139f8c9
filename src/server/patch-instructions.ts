/** The body of a patch that is no apply: on the event loop, or on the thread beside it. */
import { badRequest, decodeJson, duplicateFields, goJsonError, goKind, type Json } from '../machinery/index.ts'
import { isFields } from './builtins/untyped.ts'

export const JSON_PATCH = 'application/json-patch+json'
export const MERGE_PATCH = 'application/merge-patch+json'
export const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json'

export interface PatchInstructions {
  readonly instructions: Json
  /** `duplicate field "spec.size"` */
  readonly faults: readonly string[]
}

/** A patch is JSON, of the form that its type has; each type has its own words for what is none. */
export function decodeInstructions(body: Buffer, type: string): PatchInstructions {
  const text = body.toString('utf8')
  const decoded = decodeJson(text)
  const prefix = type === STRATEGIC_MERGE_PATCH ? '' : 'error decoding patch: '
  if (!decoded.ok) throw badRequest(prefix + goJsonError(text))
  const { value } = decoded
  const fits = value === null || (type === JSON_PATCH ? Array.isArray(value) : isFields(value))
  if (!fits) {
    const form = type === JSON_PATCH ? '[]handlers.jsonPatchOp' : 'map[string]interface {}'
    throw badRequest(`${prefix}json: cannot unmarshal ${goKind(value)} into Go value of type ${form}`)
  }
  return { instructions: value, faults: type === MERGE_PATCH ? duplicateFields(text, value) : [] }
}
