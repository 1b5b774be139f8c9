/** Which logical cluster a URL names: `/clusters/<path or name>/…`, as in kcp; a bare URL is the shard's own. */
import { badRequest, notFound } from '../machinery/index.ts'
import type { Store } from '../storage/index.ts'
import { ALL_CLUSTERS, pathKey } from './keys.ts'

/** What a URL without `/clusters/` talks to: the shard's own administration, as in kcp. */
export const SHARD_CLUSTER = 'system:admin'
export const ROOT_CLUSTER = 'root'

const PREFIX = '/clusters/'
const SEGMENT = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const PATH = new RegExp(`^${SEGMENT}(?::${SEGMENT})*$`)

export interface Scope {
  /** The logical cluster's name, or `*`. */
  readonly cluster: string
  /** What is left of the URL's path. */
  readonly path: string
}

/** Cuts the first `/clusters/<…>` off; a second one inside is an unknown path further on. */
export async function findScope(path: string, store: Store): Promise<Scope> {
  if (!path.startsWith(PREFIX)) return { cluster: SHARD_CLUSTER, path }
  const end = path.indexOf('/', PREFIX.length)
  const named = decode(end === -1 ? path.slice(PREFIX.length) : path.slice(PREFIX.length, end))
  const rest = end === -1 ? '/' : path.slice(end)
  if (named === ALL_CLUSTERS) return { cluster: ALL_CLUSTERS, path: rest }
  if (!PATH.test(named)) {
    throw badRequest(`invalid cluster: ${JSON.stringify(named)} does not match the regex ${PATH.source}`)
  }
  return { cluster: isClusterName(named) ? named : await resolvePath(named, store), path: rest }
}

/** A single segment is a name, and so is `system:<x>`. */
function isClusterName(path: string): boolean {
  return !path.includes(':') || /^system:[^:]+$/.test(path)
}

async function resolvePath(path: string, store: Store): Promise<string> {
  const row = await store.get(pathKey(path))
  if (row === undefined) throw notFound({ group: 'tenancy.kcp.io', resource: 'workspaces' }, path)
  return row.value.toString()
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw badRequest(`invalid cluster: ${JSON.stringify(segment)} is not a valid URL segment`)
  }
}
