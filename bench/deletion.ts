import { setTimeout as sleep } from 'node:timers/promises'
import { type Access, readKubeconfig } from '../e2e/kubeconfig.ts'
import { requestObject } from '../e2e/request.ts'
import { startKeelson } from '../e2e/server.ts'
import { accessTo, createWorkspace, universalWorkspace, workspacesPath } from '../e2e/workspace.ts'
import { type Job, load } from './load.ts'
import { defineRecords, recordsPath, recordTemplate } from './records.ts'

const warming = 500
/** What is usual. */
const creates = 2_000
/** More than there is time for. */
const most = 1_000_000
const lookMilliseconds = 250

/** What a deletion does to another tenant's creates, one after the other: over all from its first moment to its last; milliseconds. */
export interface Deletion {
  /** From the request until nothing is left. */
  seconds: number
  /** How many there were meanwhile. */
  creates: number
  p50Alone: number
  p50Meanwhile: number
  p99Alone: number
  p99Meanwhile: number
  maxAlone: number
  maxMeanwhile: number
  /** The p99 is at most twice what it is alone. */
  holds: boolean
}

export interface DeletionCost {
  count: number
  workspaces: Deletion
  objects: number
  /** One workspace with so many objects. */
  oneWorkspace: Deletion
}

/** Deletes `count` workspaces, then one with `objects` records, while another tenant creates one object after the other. */
export async function benchDeletion(
  count: number,
  objects: number,
  tell: (step: string) => void,
): Promise<DeletionCost> {
  await using keelson = await startKeelson()
  const administrator = await readKubeconfig(keelson.kubeconfig)
  const quiet = await createWorkspace(administrator, 'quiet')
  const parent = await createWorkspace(administrator, 'parent')
  const large = await createWorkspace(administrator, 'large')
  for (const access of [quiet, large]) await defineRecords(access)
  tell(`create ${count} workspaces`)
  await load(parent, {
    operation: 'create',
    path: workspacesPath,
    concurrency: 16,
    count,
    prefix: 'w-',
    body: JSON.stringify(universalWorkspace('NAME')),
  })
  tell('delete them')
  const workspaces = await during(quiet, 'workspaces', async () => {
    await requestObject(parent, 'DELETE', workspacesPath)
    await untilNone(parent, `${workspacesPath}?limit=1`)
  })
  tell(`create ${objects} records`)
  await load(large, records('listed', 'r-', 32, objects))
  tell('delete their workspace')
  const root = accessTo(administrator, 'root')
  const oneWorkspace = await during(quiet, 'objects', async () => {
    await requestObject(root, 'DELETE', `${workspacesPath}/large`)
    await untilNone(root, `${workspacesPath}?limit=1&fieldSelector=metadata.name%3Dlarge`)
  })
  return { count, workspaces, objects, oneWorkspace }
}

async function during(quiet: Access, name: string, deletion: () => Promise<void>): Promise<Deletion> {
  await load(quiet, records('churn', `${name}-warm-`, 1, warming))
  const alone = await load(quiet, records('churn', `${name}-alone-`, 1, creates))
  const begin = performance.now()
  const deleting = deletion().then(() => performance.now())
  const meanwhile = await load(quiet, records('churn', `${name}-meanwhile-`, 1, most), deleting)
  return {
    seconds: rounded(((await deleting) - begin) / 1000),
    creates: meanwhile.count,
    p50Alone: rounded(alone.p50),
    p50Meanwhile: rounded(meanwhile.p50),
    p99Alone: rounded(alone.p99),
    p99Meanwhile: rounded(meanwhile.p99),
    maxAlone: rounded(alone.max),
    maxMeanwhile: rounded(meanwhile.max),
    holds: meanwhile.p99 <= 2 * alone.p99,
  }
}

async function untilNone(access: Access, path: string): Promise<void> {
  while ((await requestObject<{ items: unknown[] }>(access, 'GET', path)).items.length > 0)
    await sleep(lookMilliseconds)
}

function records(namespace: string, prefix: string, concurrency: number, count: number): Job {
  return { operation: 'create', path: recordsPath(namespace), concurrency, count, prefix, body: recordTemplate }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
