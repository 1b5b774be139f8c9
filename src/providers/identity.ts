import { createHash } from 'node:crypto'
import type { Result } from '../machinery/index.ts'

/** Which object a cluster belongs to. It is all that is needed to find the cluster in the world. */
export interface ClusterIdentity {
  /** The organization's name: `acme`. */
  org: string
  /** The path of the workspace that the object is in: `root:acme:platform-team`. */
  workspace: string
  /** `ControlCenter` or `Platform`. */
  kind: string
  name: string
}

/**
 * GKE allows 40 characters in a cluster's name, and kind puts `-external-load-balancer` (23) behind it for a hostname of at
 * most 63 (RFC 1123): with 40 one name fits every provider.
 */
const MAX_EXTERNAL_NAME = 40
const PREFIX = 'keelson-'
const HASH_DIGITS = 12

/**
 * The name of the cluster in its provider: `keelson-<name>-<hash12>`, lower case, at most 40 characters. The same identity
 * has the same name for ever; the hash keeps apart names that are cut short or live in other workspaces.
 *
 * @example externalNameOf({ org: 'acme', workspace: 'root:acme', kind: 'ControlCenter', name: 'emea' }) // keelson-emea-…
 */
export function externalNameOf({ org, workspace, kind, name }: ClusterIdentity): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([org, workspace, kind, name]))
    .digest('hex')
  const room = MAX_EXTERNAL_NAME - PREFIX.length - 1 - HASH_DIGITS
  const readable = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, room)
    .replaceAll(/^-+|-+$/g, '')
  return `${PREFIX}${readable === '' ? '' : `${readable}-`}${hash.slice(0, HASH_DIGITS)}`
}

/** The value of `keelson-id`: `acme/root:acme:platform-team/Platform/shop-dev`, in the characters that AWS allows in tags. */
export function formatIdentity({ org, workspace, kind, name }: ClusterIdentity): string {
  return [org, workspace, kind, name].join('/')
}

/** The inverse of formatIdentity; anything else is an error, as tags can be edited by hand. */
export function parseIdentity(text: string): Result<ClusterIdentity> {
  const [org, workspace, kind, name, ...rest] = text.split('/')
  if (!org || !workspace || !kind || !name || rest.length > 0) {
    return { ok: false, error: `"${text}" is not org/workspace/kind/name` }
  }
  return { ok: true, value: { org, workspace, kind, name } }
}
