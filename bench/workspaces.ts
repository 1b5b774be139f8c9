import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readKubeconfig } from '../e2e/kubeconfig.ts'
import { requestObject } from '../e2e/request.ts'
import { type Keelson, startKeelson } from '../e2e/server.ts'
import { temporaryFolder } from '../e2e/temporary-folder.ts'
import { accessTo, universalWorkspace, workspacesPath } from '../e2e/workspace.ts'
import { backUpAndRestore } from './backup.ts'
import { bindAll, boundShare, defineExport } from './bindings.ts'
import { connectInspector } from './inspector.ts'
import { load } from './load.ts'
import { memoryOf } from './memory.ts'
import { fill } from './settings.ts'
import { median } from './statistics.ts'

const concurrency = 16
/** Enough to fill every bounded cache of the server, so that what grows afterwards grows with each workspace. */
const warmUp = 10_000
const settleMilliseconds = 3000
const morePages = 20
const askedPaths = 5_000

/** What a workspace costs. */
export interface WorkspaceCost {
  count: number
  createPerSecond: number
  createP99Milliseconds: number
  heapBytesPerWorkspace: number
  anonBytesPerWorkspace: number
  diskBytesPerWorkspace: number
  /** From the start on the full store to the first successful answer of `/readyz`. */
  restartMilliseconds: number
  /** A page of 500 workspaces, the first and those after it; the median. */
  pageMilliseconds: number
  /** The answer of a workspace that has not been asked for since the restart, found by its path; the median. */
  pathMilliseconds: number
  /** Anonymous memory after the restart and these requests. */
  restartedAnonymousMB: number
  /** How many of the bindings are bound, of one. */
  bound?: number
  /** Of one after the other, in all workspaces. */
  objectsPerSecond?: number
  /** Of a backup while the server runs, which is verified, and of a new data directory made from it. */
  backupSeconds: number
  backupMB: number
  restoreSeconds: number
  /** From the start on what was restored to the first successful answer of `/readyz`. */
  restoredStartMilliseconds: number
}

export interface WorkspacesOptions {
  readonly count: number
  /** Each is bound to one export. */
  readonly bindings: boolean
  /** Each holds so many ConfigMaps. */
  readonly objects: number
}

/** Creates `count` workspaces below root, sixteen at a time, and weighs them. */
export async function benchWorkspaces(
  options: WorkspacesOptions,
  tell: (step: string) => void,
): Promise<WorkspaceCost> {
  const { count } = options
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  const grown = await grow(options, data, tell)
  const disk = await diskUsage(data)
  tell('start again')
  await using restarted = await startKeelson({ data })
  tell('read')
  const read = await readAgain(restarted, count)
  const copied = await backUpAndRestore(restarted, folder.path, tell)
  return {
    count,
    ...grown,
    // Those of the warm-up are on the disk as well.
    diskBytesPerWorkspace: Math.round(disk / (count + warmUp)),
    restartMilliseconds: Math.round(restarted.startMilliseconds),
    ...read,
    ...copied,
  }
}

async function readAgain(keelson: Keelson, count: number) {
  const administrator = await readKubeconfig(keelson.kubeconfig)
  const root = accessTo(administrator, 'root')
  const pages: number[] = []
  for (let page = 0, token = ''; page < morePages; page++) {
    const begin = performance.now()
    const list = await requestObject<{ metadata: { continue?: string } }>(
      root,
      'GET',
      `${workspacesPath}?limit=500${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`,
    )
    pages.push(performance.now() - begin)
    token = list.metadata.continue ?? ''
  }
  const paths = await load(
    { ...administrator, url: new URL(administrator.url).origin },
    { operation: 'get', path: '/clusters', concurrency: 1, count: Math.min(count, askedPaths), prefix: 'root:w-' },
  )
  const { anonymous } = await memoryOf(keelson.processes)
  return {
    pageMilliseconds: Math.round(median(pages) * 10) / 10,
    pathMilliseconds: Math.round(paths.p50 * 100) / 100,
    restartedAnonymousMB: Math.round(anonymous / 1_000_000),
  }
}

async function grow({ count, bindings, objects }: WorkspacesOptions, data: string, tell: (step: string) => void) {
  await using keelson = await startKeelson({ data, nodeOptions: ['--inspect=127.0.0.1:0'] })
  const administrator = await readKubeconfig(keelson.kubeconfig)
  const root = accessTo(administrator, 'root')
  if (bindings) await defineExport(administrator)
  const create = (prefix: string, number: number) =>
    load(root, {
      operation: 'create',
      path: workspacesPath,
      concurrency,
      count: number,
      prefix,
      body: JSON.stringify(universalWorkspace('NAME')),
    })
  tell(`create ${warmUp} workspaces to warm up`)
  await create('warm-', warmUp)
  if (bindings) await bindAll(administrator, 'warm-', warmUp, concurrency)
  if (objects > 0) await fill(administrator, 'warm-', warmUp, 1)
  const before = await weigh(keelson)
  tell(`create ${count} workspaces`)
  const { perSecond, p99 } = await create('w-', count)
  if (bindings) {
    tell('bind them')
    await bindAll(administrator, 'w-', count, concurrency)
  }
  if (objects > 0) tell(`create ${objects} objects in each`)
  const filled = objects > 0 ? await fill(administrator, 'w-', count, objects) : undefined
  const after = await weigh(keelson)
  const bound = bindings ? await boundShare(await readKubeconfig(keelson.kubeconfig, 'shard-base')) : undefined
  tell('stop')
  await keelson.stop()
  return {
    createPerSecond: Math.round(perSecond),
    createP99Milliseconds: Math.round(p99 * 10) / 10,
    heapBytesPerWorkspace: Math.round((after.heap - before.heap) / count),
    anonBytesPerWorkspace: Math.round((after.anonymous - before.anonymous) / count),
    ...(bound !== undefined && { bound }),
    ...(filled !== undefined && { objectsPerSecond: Math.round(filled.perSecond) }),
  }
}

async function weigh(keelson: Keelson): Promise<{ heap: number; anonymous: number }> {
  await sleep(settleMilliseconds)
  const address = /ws:\/\/\S+/.exec(keelson.log())?.[0]
  if (address === undefined) throw new Error('the process has no inspector')
  using inspector = await connectInspector(address)
  const heap = await inspector.heapUsed()
  const { anonymous } = await memoryOf(keelson.processes)
  return { heap, anonymous }
}

/** The bytes that a folder takes on the disk. */
async function diskUsage(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true })
  const sizes = await Promise.all(entries.map(async (entry) => (await stat(join(folder, entry))).blocks * 512))
  return sizes.reduce((sum, size) => sum + size, 0)
}
