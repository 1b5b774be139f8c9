/** `admin.kubeconfig`: clusters, users and contexts with kcp's names, so that its kubectl plugins find their way. */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse, stringify } from 'yaml'
import { KeelsonError } from '../../machinery/index.ts'
import type { HashedToken } from '../authentication/hashed-tokens.ts'
import { type AdminTokens, ensureAdminTokens, hashAdminTokens } from './admin-tokens.ts'
import { readOwnerOnly, writeOwnerOnly } from './owner-only-file.ts'

export interface AdminKubeconfigSettings {
  /** The data directory: the hashes of the tokens are kept there. */
  readonly directory: string
  /** Default: `<directory>/admin.kubeconfig`. */
  readonly path?: string
  /** `https://host:port`, without a path. */
  readonly url: string
  /** PEM. */
  readonly caCertificate: string
}

interface NamedCluster {
  name: string
  cluster: { server?: string; 'certificate-authority-data'?: string; [field: string]: unknown }
}
interface NamedUser {
  name: string
  user: { token?: string; [field: string]: unknown }
}
interface NamedContext {
  name: string
  context: { cluster?: string; user?: string; [field: string]: unknown }
}
export interface Kubeconfig {
  apiVersion: 'v1'
  kind: 'Config'
  clusters: NamedCluster[]
  users: NamedUser[]
  contexts: NamedContext[]
  'current-context': string
  [field: string]: unknown
}

/**
 * Writes the kubeconfig, or brings the one that is there up to date: its tokens stay valid, and what the user and `kubectl ws`
 * have added to it stays, now at the server's current URL. Returns what the server must know of the tokens.
 */
export async function ensureAdminKubeconfig(settings: AdminKubeconfigSettings): Promise<HashedToken[]> {
  const { directory, url, caCertificate, path = join(directory, 'admin.kubeconfig') } = settings
  const present = parseKubeconfig(path, await readOwnerOnly(path))
  const tokenOf = (name: string) => {
    const token = present?.users.find((entry) => entry.name === name)?.user.token
    return typeof token === 'string' ? token : undefined
  }
  const known = Object.entries({ 'kcp-admin': tokenOf('kcp-admin'), 'shard-admin': tokenOf('shard-admin') })
  const tokens = await ensureAdminTokens(
    join(directory, '.admin-token-store'),
    Object.fromEntries(known.filter(([, token]) => token !== undefined)),
  )
  const wanted = adminKubeconfig(url, caCertificate, tokens)
  const merged = present === undefined ? wanted : merge(present, wanted, url)
  if (!isDeepStrictEqual(merged, present)) await writeOwnerOnly([{ path, content: stringify(merged) }])
  return hashAdminTokens(tokens)
}

/** A kubeconfig with the administrators' credentials for the server at `url`. */
export function adminKubeconfig(url: string, caCertificate: string, tokens: AdminTokens): Kubeconfig {
  const data = Buffer.from(caCertificate).toString('base64')
  const cluster = (name: string, server: string) => ({
    name,
    cluster: { 'certificate-authority-data': data, server },
  })
  const context = (name: string, clusterName: string, user: string) => ({
    name,
    context: { cluster: clusterName, user },
  })
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      cluster('root', `${url}/clusters/root`),
      cluster('base', url),
      cluster('system:admin', `${url}/clusters/system:admin`),
    ],
    users: [
      { name: 'kcp-admin', user: { token: tokens['kcp-admin'] } },
      { name: 'shard-admin', user: { token: tokens['shard-admin'] } },
    ],
    contexts: [
      context('root', 'root', 'kcp-admin'),
      context('base', 'base', 'kcp-admin'),
      context('shard-base', 'base', 'shard-admin'),
      context('system:admin', 'system:admin', 'shard-admin'),
    ],
    'current-context': 'root',
  }
}

function merge(present: Kubeconfig, wanted: Kubeconfig, url: string): Kubeconfig {
  const data = wanted.clusters[0]?.cluster['certificate-authority-data']
  const formerUrl = present.clusters.find(({ name }) => name === 'base')?.cluster.server
  const moved = present.clusters.map((entry) => {
    const { server } = entry.cluster
    if (formerUrl === undefined || server === undefined) return entry
    if (server !== formerUrl && !server.startsWith(`${formerUrl}/`)) return entry
    const cluster = {
      ...entry.cluster,
      server: url + server.slice(formerUrl.length),
      'certificate-authority-data': data,
    }
    return { ...entry, cluster }
  })
  const contexts = replaceByName(present.contexts, wanted.contexts)
  const current = contexts.some(({ name }) => name === present['current-context']) ? present : wanted
  return {
    ...present,
    clusters: replaceByName(moved as NamedCluster[], wanted.clusters),
    users: replaceByName(present.users, wanted.users),
    contexts,
    'current-context': current['current-context'],
  }
}

/** Each wanted entry in the place of the present one of its name, or at the end. Extra fields of a context (`namespace`) stay. */
function replaceByName<T extends NamedCluster | NamedUser | NamedContext>(
  present: readonly T[],
  wanted: readonly T[],
): T[] {
  const kept = present.map((entry) => {
    const replacement = wanted.find(({ name }) => name === entry.name)
    if (replacement === undefined) return entry
    if (!('context' in entry) || !('context' in replacement)) return replacement
    return { ...entry, context: { ...entry.context, ...replacement.context } }
  })
  return [...kept, ...wanted.filter(({ name }) => !present.some((entry) => entry.name === name))]
}

function parseKubeconfig(path: string, text: string | undefined): Kubeconfig | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const remedy = 'repair the file, or remove it: the next start writes a new one with new credentials'
  let value: unknown
  try {
    value = parse(text)
  } catch {
    // Not passed on as the cause: the parser's message quotes the line, which may be a token.
    throw new KeelsonError(`${path} is not valid YAML`, remedy)
  }
  if (!isKubeconfig(value)) throw new KeelsonError(`${path} is not a kubeconfig`, remedy)
  return value
}

function isKubeconfig(value: unknown): value is Kubeconfig {
  if (!isRecord(value) || value.kind !== 'Config') return false
  return isListOf(value.clusters, 'cluster') && isListOf(value.users, 'user') && isListOf(value.contexts, 'context')
}

function isListOf(value: unknown, field: string): boolean {
  return (
    Array.isArray(value) &&
    value.every((entry) => isRecord(entry) && typeof entry.name === 'string' && isRecord(entry[field]))
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
