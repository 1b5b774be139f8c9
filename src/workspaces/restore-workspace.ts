/**
 * Brings one workspace back from a backup, with all workspaces below it, into a store in which its path is free: the same
 * logical clusters, names, UIDs and times; only resourceVersions are new. What lies outside is neither written nor needed,
 * but the parent: a binding to an export elsewhere is back as it was, whether that export still is there or not.
 */
import { KeelsonError } from '../machinery/index.ts'
import { objectKey, pathKey } from '../server/index.ts'
import {
  type Encryption,
  MAX_OPERATIONS,
  missingKey,
  type Operation,
  type Precondition,
  type Row,
  readBackup,
  readBackupEncryption,
  type Store,
  unescapeSegment,
  unsealRow,
} from '../storage/index.ts'
import { TENANCY_GROUP } from './api/groups.ts'
import { parentPath } from './names.ts'

/** With room for the largest row beside it. */
const BATCH_BYTES = 256 * 1024

const WORKSPACES = { group: TENANCY_GROUP, names: { plural: 'workspaces' }, identity: 'builtin', namespaced: false }

export interface RestoreRequest {
  /** The backup. */
  readonly file: string
  /** For example `root:acme`. */
  readonly path: string
  readonly store: Store
  /** Of the store, by which the backup may be encrypted, too: beside those that the backup itself holds. */
  readonly readKeys?: Encryption['readKeys']
  readonly signal: AbortSignal
}

export interface RestoredWorkspace {
  readonly workspaces: number
  readonly rows: number
}

/** Throws a KeelsonError, and has then written nothing. */
export async function restoreWorkspace(request: RestoreRequest): Promise<RestoredWorkspace> {
  const { file, path, store, signal } = request
  const found = await findWorkspaces(request)
  const entry = { path: pathKey(path), workspace: found.workspaceKey }
  const keys = new Map([...(request.readKeys ?? []), ...(await readBackupEncryption(file, signal))])
  await assertReadable(request, found, keys)
  const last: Row[] = []
  let rows = 0
  let batch: Operation[] = []
  let bytes = 0
  const flush = async (preconditions: readonly Precondition[] = []): Promise<void> => {
    const result = await store.commit({ lane: path, preconditions, operations: batch })
    if (!result.ok) throw inUse(path)
    rows += batch.length
    batch = []
    bytes = 0
  }
  const put = async ({ key, value }: Row): Promise<void> => {
    if (batch.length === MAX_OPERATIONS - 28 || bytes + value.length > BATCH_BYTES) await flush()
    batch.push({ type: 'put', key, value })
    bytes += key.length + value.length
  }
  for await (const item of readBackup(file, signal)) {
    if (item.type !== 'rows') continue
    for (const row of item.rows) {
      if (row.key === entry.path || row.key === entry.workspace) last.push(unsealRow(row, keys))
      else if (belongs(row.key, found)) await put(unsealRow(row, keys))
    }
  }
  if (batch.length > 0) await flush()
  // Nobody can come in before all of it is there; who is interrupted before does it again.
  for (const row of last) await put(row)
  await flush(last.map(({ key }) => ({ type: 'absent', key })))
  return { workspaces: found.clusters.size, rows }
}

/** Throws a KeelsonError for rows that could not be decrypted, before anything is written. */
async function assertReadable(
  { file, signal }: RestoreRequest,
  found: Found,
  keys: Encryption['readKeys'],
): Promise<void> {
  for await (const item of readBackup(file, signal)) {
    if (item.type !== 'rows') continue
    for (const row of item.rows) {
      const missing = belongs(row.key, found) ? missingKey(row, keys) : undefined
      if (missing !== undefined)
        throw new KeelsonError(
          `the backup ${file} is encrypted with the key ${missing}, which is neither in it nor the store's`,
          'give a configuration that has the key, too: --encryption-provider-config',
        )
    }
  }
}

interface Found {
  /** Logical clusters by their names. */
  readonly clusters: ReadonlySet<string>
  /** Keys of their paths. */
  readonly paths: ReadonlySet<string>
  readonly workspaceKey: string
}

async function findWorkspaces({ file, path, store, signal }: RestoreRequest): Promise<Found> {
  const parent = parentPath(path)
  if (parent === undefined) throw new KeelsonError(`${path} cannot be restored alone`, 'restore the whole store')
  const clusters = new Set<string>()
  const paths = new Set<string>()
  let parentCluster: string | undefined
  for await (const item of readBackup(file, signal)) {
    if (item.type !== 'rows') continue
    for (const { key, value } of item.rows) {
      if (!key.startsWith(pathKey(''))) continue
      if (key === pathKey(parent)) parentCluster = value.toString()
      if (key !== pathKey(path) && !key.startsWith(pathKey(`${path}:`))) continue
      clusters.add(value.toString())
      paths.add(key)
    }
  }
  if (!paths.has(pathKey(path)) || parentCluster === undefined)
    throw new KeelsonError(`the backup ${file} has no workspace ${path}`, 'name a workspace by its whole path')
  const workspaceKey = objectKey(WORKSPACES, parentCluster, '', path.slice(parent.length + 1))
  if ((await store.get(pathKey(parent)))?.value.toString() !== parentCluster) {
    throw new KeelsonError(
      `${parent} is not there, or is another workspace than in the backup`,
      `restore ${parent} instead, or the whole store into a new directory`,
    )
  }
  for (const key of [pathKey(path), workspaceKey]) if ((await store.get(key)) !== undefined) throw inUse(path)
  return { clusters, paths, workspaceKey }
}

/** Where a key of an index names the logical cluster of the object that it tells of; in all others it is the first segment. */
const CLUSTER_SEGMENT: Readonly<Record<string, number>> = { '!binding': 3, '!slice': 3, '!identity': 2 }

function belongs(key: string, { clusters, paths }: Found): boolean {
  if (key.startsWith(pathKey(''))) return paths.has(key)
  const segments = key.split('/')
  const cluster = key.startsWith('/') ? segments[4] : segments[CLUSTER_SEGMENT[segments[0] ?? ''] ?? 1]
  return cluster !== undefined && clusters.has(unescapeSegment(cluster))
}

function inUse(path: string): KeelsonError {
  return new KeelsonError(`the workspace ${path} is there`, 'delete it first, and wait until it is gone')
}
