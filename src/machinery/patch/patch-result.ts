/** What a patch comes to: the new value, or the status code and message that kube-apiserver answers. */
import type { Json } from '../object.ts'
import type { Result } from '../result.ts'

export interface PatchError {
  readonly code: 400 | 413 | 422 | 500
  readonly message: string
}

export type PatchResult<T extends Json = Json> = Result<T, PatchError>

export function patchFailed(code: PatchError['code'], message: string): { ok: false; error: PatchError } {
  return { ok: false, error: { code, message } }
}

/**
 * A well-formed patch that does not apply. Upstream hides which operation failed and why: it answers with
 * NewGenericServerResponse(422), whose message is always this one (apiserver/pkg/endpoints/handlers/patch.go).
 */
export const PATCH_DOES_NOT_APPLY = patchFailed(422, 'the server rejected our request due to an error in our request')
