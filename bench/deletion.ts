import { setTimeout as sleep } from 'node:timers/promises'
import { type Access, readKubeconfig } from '../e2e/kubeconfig.ts'
import { requestObject } from '../e2e/request.ts'
import { startKeelson } from '../e2e/server.ts'
import { accessTo, createWorkspace, universalWorkspace, workspacesPath } from '../e2e/workspace.ts'
import { type Job, load } from './load.ts'
import { defineRecords, recordsPath, recordTemplate } from './records.ts'
import { median } from './statistics.ts'

const creates = 300
const lookMilliseconds = 250

/** What a deletion does to another tenant's creates; times in milliseconds, medians over loads of some hundred creates. */
export interface Deletion {
  /** From the request until nothing is left. */
  seconds: number
  p99Alone: number
  p99Meanwhile: number
  /** Of the slowest create while it was going on. */
  maxMeanwhile: number
  /** At most twice what it is alone. */
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
  const alone: number[] = []
  for (let round = 0; round < 4; round++) {
    alone.push((await load(quiet, records('churn', `${name}-alone-${round}-`, 1, creates))).p99)
  }
  const begin = performance.now()
  let ended: number | undefined
  const deleting = deletion().finally(() => {
    ended = performance.now()
  })
  const meanwhile: number[] = []
  let maxMeanwhile = 0
  for (let round = 0; ended === undefined; round++) {
    const { p99, max } = await load(quiet, records('churn', `${name}-meanwhile-${round}-`, 1, creates))
    meanwhile.push(p99)
    maxMeanwhile = Math.max(maxMeanwhile, max)
  }
  await deleting
  const [p99Alone, p99Meanwhile] = [median(alone.slice(1)), median(meanwhile)]
  return {
    seconds: Math.round(((ended ?? begin) - begin) / 100) / 10,
    p99Alone: rounded(p99Alone),
    p99Meanwhile: rounded(p99Meanwhile),
    maxMeanwhile: rounded(maxMeanwhile),
    holds: p99Meanwhile <= 2 * p99Alone,
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
