import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEtcd } from '../e2e/etcd/cluster.ts'
import { type Access, readKubeconfig } from '../e2e/kubeconfig.ts'
import { startKeelson } from '../e2e/server.ts'
import { temporaryFolder } from '../e2e/temporary-folder.ts'
import { createWorkspace } from '../e2e/workspace.ts'
import { type Comparison, compareOne } from './comparison.ts'
import { type Contestant, contestants } from './contestants.ts'
import { type Job, load } from './load.ts'
import { memoryOf } from './memory.ts'
import { defineRecords, recordsPath, recordTemplate } from './records.ts'
import { median } from './statistics.ts'
import { type StoreMeasureName, storeMeasures } from './store-measures.ts'

const rounds = 5
const listed = 5_000
const watchers = 10_000
const ticksPerSecond = 100

type Name = 'kubeApiserver' | 'keelson' | 'keelsonOnEtcd'
type Samples = Record<StoreMeasureName, number[]>

interface Running {
  readonly name: Name
  readonly access: Access
  /** Of the server, and of its etcd. */
  readonly processes: readonly number[]
}

const keelsonOnEtcd: Contestant<'keelsonOnEtcd'> = {
  name: 'keelsonOnEtcd',
  start: async () => {
    await using cleanup = new AsyncDisposableStack()
    const etcd = cleanup.use(await startEtcd())
    const folder = cleanup.use(await temporaryFolder())
    const servers = etcd.urls.map((url) => new URL(url).host).join(',')
    const keelson = cleanup.use(
      await startKeelson({ data: join(folder.path, 'data'), flags: ['--store', `etcd://${servers}`] }),
    )
    const disposal = cleanup.move()
    return {
      ...keelson,
      processes: [...keelson.processes, ...etcd.processes],
      [Symbol.asyncDispose]: () => disposal.disposeAsync(),
    }
  },
  emptyApi: async ({ kubeconfig }) => createWorkspace(await readKubeconfig(kubeconfig), 'bench'),
}

/** Measures what the store decides, in turns: Keelson, Keelson on etcd, and kube-apiserver with etcd, each write synced. */
export async function benchStore(tell: (step: string) => void): Promise<Comparison[]> {
  await using cleanup = new AsyncDisposableStack()
  const running: Running[] = []
  const samples = { kubeApiserver: noSamples(), keelson: noSamples(), keelsonOnEtcd: noSamples() }
  for (const contestant of [...contestants, keelsonOnEtcd] satisfies Contestant<Name>[]) {
    tell(`start ${contestant.name}, create ${listed} records`)
    const server = cleanup.use(await contestant.start())
    const access = await contestant.emptyApi(server)
    await defineRecords(access)
    // kube-apiserver holds back creates for two seconds after a definition is established.
    await sleep(2500)
    await load(access, { ...creates('listed-', 32, listed), path: recordsPath('listed') })
    const one = { name: contestant.name, access, processes: server.processes }
    running.push(one)
    // Once, before the loads: what those leave behind would count as memory that watchers take.
    samples[one.name].watcherMemory.push(await memoryOfWatchers(one))
  }
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1} of ${rounds}`)
    for (const one of round % 2 === 0 ? running : running.toReversed()) {
      const figures = await measure(one, round)
      for (const [name, value] of Object.entries(figures)) samples[one.name][name as StoreMeasureName].push(value)
      tell(
        `  ${one.name}: ${Object.entries(figures)
          .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
          .join(', ')}`,
      )
    }
  }
  const { kubeApiserver, keelson, keelsonOnEtcd: onEtcd } = samples
  return Object.entries(storeMeasures).map(([name, measure]) => {
    const key = name as StoreMeasureName
    const comparison = compareOne(name, measure, kubeApiserver[key], keelson[key])
    return {
      ...comparison,
      keelsonOnEtcd: median(onEtcd[key]),
      samples: { ...comparison.samples, keelsonOnEtcd: onEtcd[key] },
    }
  })
}

function noSamples(): Samples {
  return Object.fromEntries(Object.keys(storeMeasures).map((name) => [name, []])) as unknown as Samples
}

async function measure(one: Running, round: number): Promise<Omit<Record<StoreMeasureName, number>, 'watcherMemory'>> {
  const { access } = one
  const create1 = await load(access, creates(`one-${round}-`, 1, 400))
  const create32 = await withCPU(one, creates(`some-${round}-`, 32, 3_000))
  const create256 = await load(access, creates(`many-${round}-`, 256, 5_000))
  const existing = { path: recordsPath('listed'), prefix: 'listed-' }
  const get32 = await withCPU(one, { operation: 'get', ...existing, concurrency: 32, count: listed })
  const mixed = await load(access, {
    ...{ operation: 'mixed', path: recordsPath('listed'), concurrency: 32, count: 4_000 },
    ...{ existing: listed, existingPrefix: 'listed-', createPath: recordsPath('churn'), prefix: `mixed-${round}-` },
    ...{ body: recordTemplate, patch: `{"spec":{"title":"round ${round}, request NUMBER"}}` },
  })
  const writing = load(access, creates(`meanwhile-${round}-`, 16, 4_000))
  const list = await load(access, { operation: 'list', path: recordsPath('listed'), concurrency: 1, count: 7 })
  await writing
  const watch = await load(access, watching(round, 15))
  return {
    ...{ create1: create1.perSecond, create32: create32.perSecond, create256: create256.perSecond },
    ...{ createP99: create32.p99, createCPU: create32.cpu, get32: get32.perSecond, getCPU: get32.cpu },
    ...{ mixed: mixed.perSecond, mixedP99: mixed.p99, listMeanwhile: list.p50, watch: watch.p50 },
  }
}

function creates(prefix: string, concurrency: number, count: number): Job {
  return { operation: 'create', path: recordsPath('churn'), concurrency, count, prefix, body: recordTemplate }
}

/** `cpu`: microseconds of one request. */
async function withCPU({ access, processes }: Running, job: Job) {
  const before = await cpuTicks(processes)
  const result = await load(access, job)
  const ticks = (await cpuTicks(processes)) - before
  return { ...result, cpu: (ticks / ticksPerSecond / result.count) * 1e6 }
}

async function cpuTicks(processes: readonly number[]): Promise<number> {
  const all = await Promise.all(processes.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8')))
  // proc(5): after the command in parentheses comes the state, field 3; user and system time are fields 14 and 15.
  const times = all.map((line) =>
    line
      .slice(line.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number),
  )
  return times.flat().reduce((sum, ticks) => sum + ticks, 0)
}

/** Of each of 10,000, in kB. */
async function memoryOfWatchers({ access, processes }: Running): Promise<number> {
  const memory = async () => (await memoryOf(processes)).anonymous
  const before = await memory()
  const open: number[] = []
  const sampling = setInterval(async () => open.push(await memory()), 500)
  await load(access, watching(-1, 15)).finally(() => clearInterval(sampling))
  // While they are being opened there are fewer of them.
  return (median(open.slice(Math.floor(open.length / 2))) - before) / watchers / 1_000
}

function watching(round: number, count: number): Job {
  const patch = `{"spec":{"title":"round ${round}, write NUMBER"}}`
  return { operation: 'watch', path: `${recordsPath('listed')}/listed-0`, concurrency: watchers, count, patch }
}
