/** Where a list goes on: opaque to clients, as upstream's (apiserver/pkg/storage/continue.go). */
import { badRequest } from '../machinery/index.ts'

export interface ContinueToken {
  /** The revision that all pages show. */
  readonly revision: number
  /** The last key of the page before. */
  readonly after: string
}

export function encodeContinue({ revision, after }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString('base64url')
}

/** `prefix` is what the list is about: a token cannot lead out of it. */
export function decodeContinue(text: string, prefix: string): ContinueToken {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
    if (v === 'meta.k8s.io/v1' && Number.isSafeInteger(rv) && typeof start === 'string' && start.startsWith(prefix)) {
      return { revision: rv as number, after: start }
    }
  } catch {
    // Answered below, like every other text that is no token of ours.
  }
  throw badRequest('continue key is not valid: the token was not given by this server for this list')
}
