/**
 * What Keelson adds to `kind create cluster`: both make clusters of the same image on the same Docker in turn, and somebody else
 * looks how far they are.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { freemem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runProgram } from '../e2e/kind/docker-daemon.ts'
import { kindEnvironment, startKindDocker } from '../e2e/kind/kind-docker.ts'
import { NODE_IMAGE } from '../e2e/kind/node-image/node-image.ts'
import { type Milestones, observeCluster } from '../e2e/kind/observer.ts'
import { type Kubectl, kubectlWith } from '../e2e/kubectl/kubectl.ts'
import { startKeelson } from '../e2e/server.ts'
import { temporaryFolder } from '../e2e/temporary-folder.ts'
import { memoryOf } from './memory.ts'
import { median } from './statistics.ts'

/** Milliseconds from the command on. */
export interface ClusterTimes extends Milestones {
  /** The command has ended, or the object is Ready. */
  readonly done: number
}

export interface ClusterCost {
  readonly rounds: number
  /** Medians. */
  readonly bare: ClusterTimes
  readonly keelson: ClusterTimes
  /** Medians of what each round's differ by. */
  readonly onTop: ClusterTimes
  /** For each but `done`: kind ends when its API answers, the object is Ready when that was looked at and written down. */
  readonly onTopBound: number
  readonly holds: boolean
  /** As many at once as memory allows, up to what was asked for. */
  readonly parallel: {
    readonly asked: number
    readonly made: number
    readonly bareSeconds: number
    readonly keelsonSeconds: number
    readonly keelsonMBPerCluster: number
  }
  readonly atRest: AtRest
}

/** What the process has sent while nothing happened, with a control center and so many platforms. */
export interface AtRest {
  readonly clusters: number
  readonly seconds: number
  /** Each is a connection of its own to Docker's socket. */
  readonly dockerRequests: number
  /** Connections to the clusters' APIs, and how often something was written into one. */
  readonly apiConnections: number
  readonly apiWrites: number
  /** Seconds after the beginning in which something was sent. */
  readonly moments: readonly number[]
}

const ON_TOP_BOUND = 1000
/** Longer than any controller leaves alone what nobody tells of (platform/controllers/control-center-api.ts). */
const REST_SECONDS = 330
/** What a cluster of one node is given of the machine's memory. */
const BYTES_PER_CLUSTER = 1.2 * 1024 ** 3
const MANY = 600_000

export async function benchClusters(
  { rounds, parallel }: { rounds: number; parallel: number },
  tell: (step: string) => void,
): Promise<ClusterCost> {
  await using cleanup = new AsyncDisposableStack()
  const docker = cleanup.use(await startKindDocker())
  Object.assign(process.env, await kindEnvironment(docker))
  const folder = cleanup.use(await temporaryFolder()).path
  const keelson = cleanup.use(await startKeelson())
  const kubectl = await kubectlWith(keelson.kubeconfig)
  await must(kubectl, 'apply -f -', WORLD)

  async function bare(name: string): Promise<ClusterTimes> {
    const begun = performance.now()
    const kubeconfig = join(folder, `${name}.kubeconfig`)
    const create = ['create', 'cluster', '--name', name, '--image', NODE_IMAGE, '--kubeconfig', kubeconfig]
    const created = runProgram('kind', [...create, '--quiet'], {}).then(() => performance.now() - begun)
    const [milestones, done] = await Promise.all([observeCluster(docker, name, begun, folder), created])
    return { ...milestones, done }
  }
  const endBare = (name: string) => runProgram('kind', ['delete', 'cluster', '--name', name, '--quiet'], {})

  async function ours(name: string): Promise<ClusterTimes> {
    const begun = performance.now()
    await must(kubectl, 'apply -f -', platform(name))
    const created = must(kubectl, `wait --for=condition=Ready --timeout=${MANY / 1000}s platform/${name}`)
    const [milestones, done] = await Promise.all([
      observeCluster(docker, name, begun, folder),
      created.then(() => performance.now() - begun),
    ])
    return { ...milestones, done }
  }
  const endOurs = (name: string) => must(kubectl, `delete platform ${name} --timeout=${MANY / 1000}s`)

  const samples: { bare: ClusterTimes; keelson: ClusterTimes }[] = []
  for (let round = 1; round <= rounds; round++) {
    tell(`round ${round} of ${rounds}`)
    const both = {
      bare: async () => {
        const times = await bare(`bare-${round}`)
        await endBare(`bare-${round}`)
        return times
      },
      keelson: async () => {
        const times = await ours(`ours-${round}`)
        await endOurs(`ours-${round}`)
        return times
      },
    }
    // Who is first finds colder caches.
    if (round % 2 === 1) samples.push({ bare: await both.bare(), keelson: await both.keelson() })
    else {
      const first = await both.keelson()
      samples.push({ bare: await both.bare(), keelson: first })
    }
    tell(JSON.stringify(samples.at(-1)))
  }
  const onTop = combine(samples, ({ bare, keelson }, field) => keelson[field] - bare[field])

  const made = Math.max(1, Math.min(parallel, Math.floor((await availableBytes()) / BYTES_PER_CLUSTER)))
  const names = Array.from({ length: made }, (_, place) => `many-${place + 1}`)
  tell(`${made} at once, of kind alone`)
  const bareSeconds = await seconds(() => Promise.all(names.map(bare)))
  await Promise.all(names.map(endBare))
  const [pid = 0] = keelson.processes
  const before = (await memoryOf([pid])).anonymous
  tell(`${made} at once`)
  const keelsonSeconds = await seconds(() => Promise.all(names.map(ours)))
  tell('at rest')
  await sleep(30_000)
  const keelsonMBPerCluster = ((await memoryOf([pid])).anonymous - before) / made / 1024 ** 2
  const ports = await docker.run('ps', '--format', '{{.Ports}}')
  const apis = [...ports.matchAll(/:(\d+)->6443/g)].map(([, port = '']) => port)
  const atRest = { clusters: made, ...(await sentBy(pid, apis, join(folder, 'trace'))) }
  await Promise.all(names.map(endOurs))

  return {
    rounds,
    bare: combine(samples, ({ bare }, field) => bare[field]),
    keelson: combine(samples, ({ keelson }, field) => keelson[field]),
    onTop,
    onTopBound: ON_TOP_BOUND,
    holds: [onTop.apiReady, onTop.nodeReady, onTop.podRunning].every((value) => value <= ON_TOP_BOUND),
    parallel: { asked: parallel, made, bareSeconds, keelsonSeconds, keelsonMBPerCluster },
    atRest,
  }
}

const WORLD = `
apiVersion: platform.keelson.dev/v1alpha1
kind: ClusterProvider
metadata: {name: center}
spec: {type: logical, ownerTag: bench}
---
apiVersion: platform.keelson.dev/v1alpha1
kind: ClusterProvider
metadata: {name: docker}
spec: {type: kind, ownerTag: bench, limits: {parallel: 64}, kind: {image: ${NODE_IMAGE}}}
---
apiVersion: platform.keelson.dev/v1alpha1
kind: ControlCenter
metadata: {name: center}
spec: {providerRef: {name: center}}
`

const platform = (name: string): string => `
apiVersion: platform.keelson.dev/v1alpha1
kind: Platform
metadata: {name: ${name}}
spec: {providerRef: {name: docker}, controlCenterRef: {name: center}, externalName: ${name}}
`

async function must(kubectl: Kubectl, command: string, input?: string): Promise<void> {
  const { code, error } = await kubectl.run(command, input)
  if (code !== 0) throw new Error(`kubectl ${command}: ${error}`)
}

function combine<Sample>(
  samples: readonly Sample[],
  value: (sample: Sample, field: keyof ClusterTimes) => number,
): ClusterTimes {
  const of = (field: keyof ClusterTimes) => Math.round(median(samples.map((sample) => value(sample, field))))
  return { apiReady: of('apiReady'), nodeReady: of('nodeReady'), podRunning: of('podRunning'), done: of('done') }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return Math.round((performance.now() - begun) / 100) / 10
}

async function availableBytes(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8')
  const [, kilobytes] = /^MemAvailable: +(\d+) kB$/m.exec(text) ?? []
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024
}

/**
 * Whoever asks Docker or a cluster for something connects to it, or writes into a connection that is open. `apis` are ports; what
 * goes to others is between the control center, which is a workspace here, and those who work in it.
 */
async function sentBy(pid: number, apis: readonly string[], traceFile: string): Promise<Omit<AtRest, 'clusters'>> {
  const calls = 'trace=connect,write,writev,sendto,sendmsg'
  const strace = spawn('strace', ['-f', '-ttt', '-yy', '-e', calls, '-o', traceFile, '-p', String(pid)], {
    stdio: 'ignore',
  })
  await once(strace, 'spawn')
  const begun = Date.now() / 1000
  await sleep(REST_SECONDS * 1000)
  strace.kill('SIGINT')
  await once(strace, 'close')
  const [port, lines] = [`(?:${apis.join('|')})`, (await readFile(traceFile, 'utf8')).split('\n')]
  const those = (what: RegExp): string[] => lines.filter((line) => what.test(line))
  const toDocker = those(/^\d+ +[\d.]+ connect\(.*AF_UNIX/)
  const connects = those(new RegExp(`^\\d+ +[\\d.]+ connect\\(.*htons\\(${port}\\)`))
  const writes = those(new RegExp(`^\\d+ +[\\d.]+ \\w+\\(\\d+<TCP[^>]*->[^>]*:${port}\\]>`))
  const moments = [...toDocker, ...connects, ...writes].map((line) => Math.floor(Number(line.split(/ +/)[1]) - begun))
  return {
    seconds: REST_SECONDS,
    dockerRequests: toDocker.length,
    apiConnections: connects.length,
    apiWrites: writes.length,
    moments: [...new Set(moments)].sort((one, other) => one - other),
  }
}
