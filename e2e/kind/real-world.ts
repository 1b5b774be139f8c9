/**
 * The kind provider's world as the conformance suite wants it: the real Docker behind a socket with faults, the real kind, and
 * light nodes. Every world is the whole Docker: one at a time.
 */
import { readFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProviderWorld } from '../../src/providers/conformance.ts'
import type { ClusterProvider, ClusterState } from '../../src/providers/index.ts'
import { type Docker as Connection, connectDocker } from '../../src/providers/kind/docker/docker.ts'
import { requestName } from '../../src/providers/kind/fake/fake-docker.ts'
import { KILL_POINTS, type Kill, killOf } from '../../src/providers/kind/fake/kill-points.ts'
import { kindProvider } from '../../src/providers/kind/kind-provider.ts'
import { nodeImages } from '../../src/providers/kind/node-images.ts'
import { type Kind, kindCommand } from '../../src/providers/kind/run-kind.ts'
import type { KindWorld } from '../../src/providers/kind/world.ts'
import { TAGS } from '../../src/providers/tags.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { toolPath } from '../tools/build.ts'
import { type Docker, runProgram } from './docker-daemon.ts'
import { type Fault, startFaultyDocker } from './faulty-docker.ts'
import { LIGHT_IMAGE, LIGHT_VERSIONS } from './light-image.ts'

interface Arranged {
  readonly kind: string
  readonly kill?: Kill
}

const ARRANGED = 'arranged.json'
const SOCKET = 'docker.sock'
const CLUSTER_LABEL = 'io.x-k8s.kind.cluster'
const ROLE_LABEL = 'io.x-k8s.kind.role'

function worldIn(folder: string, command: string, parts: Partial<KindWorld> = {}): KindWorld {
  const socket = join(folder, SOCKET)
  return {
    docker: connectDocker(socket),
    kind: kindCommand({ command, env: process.env, dockerHost: `unix://${socket}` }),
    images: nodeImages(LIGHT_IMAGE),
    config: {},
    ...parts,
  }
}

export function openForChild(folder: string): ClusterProvider {
  const { kind: command, kill } = JSON.parse(readFileSync(join(folder, ARRANGED), 'utf8')) as Arranged
  const plain = worldIn(folder, command)
  const counts = new Map<string, number>()
  const step = (name: string, when: Kill['when']): void => {
    // Several may be under way: the first that is answered is the first.
    const count = (counts.get(`${name} ${when}`) ?? 0) + 1
    counts.set(`${name} ${when}`, count)
    if (kill?.request === name && kill.count === count && kill.when === when) process.kill(process.pid, 'SIGKILL')
  }
  const docker: Connection = {
    name: plain.docker.name,
    async send(request) {
      const name = requestName(request.method, request.path)
      step(name, 'before')
      const answer = await plain.docker.send(request)
      if (request.method === 'GET') return answer
      const chunks = await Array.fromAsync(answer.body)
      step(name, 'after')
      return { status: answer.status, body: again(chunks) }
    },
  }
  const kind: Kind = {
    async create(run) {
      step('kind', 'before')
      const onLine = (line: string): void => {
        if (line.includes('• Starting')) step('kind half', 'before')
        run.onLine(line)
      }
      await plain.kind.create({ ...run, onLine })
      step('kind', 'after')
    },
  }
  return kindProvider({ world: { ...plain, docker, kind } })
}

async function* again(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}

/** `+` after, `-` before; a number where it is not the first: `POST /volumes/create 2 +` */
export interface RealWorld extends ProviderWorld {
  /** What a provider of it works with; `env` is what kind is given in place of this process's own. */
  kindWorld(env?: NodeJS.ProcessEnv): KindWorld
  /** From now on, until the world is healed. */
  arrange(fault: Fault): void
  /** How often what was arranged has come about. */
  faultsMet(): number
}

export async function openRealWorld(docker: Docker): Promise<RealWorld> {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await temporaryFolder()).path
  const command = await toolPath('kind')
  opened.defer(() => empty(docker, command))
  await empty(docker, command)
  const faulty = opened.use(await startFaultyDocker(docker.socket, join(folder, SOCKET)))
  const arrange = (kill?: Kill) => writeFile(join(folder, ARRANGED), JSON.stringify({ kind: command, kill }))
  await arrange()
  const deletions = new Set<Promise<unknown>>()
  opened.defer(async () => {
    faulty.heal()
    await Promise.all(deletions)
  })

  const plain = () => kindProvider({ world: worldIn(folder, command) })
  const nodesOf = async (name: string, ...more: string[]): Promise<string[]> => {
    const filters = [`${CLUSTER_LABEL}=${name}`, ...more].flatMap((label) => ['--filter', `label=${label}`])
    return words(await docker.run('ps', '--all', '--quiet', '--no-trunc', ...filters))
  }

  function open(): ClusterProvider {
    const provider = plain()
    return {
      ...provider,
      async delete(...parameters) {
        // What is on its way out ends when somebody waits for it.
        if (deletions.size > 0) faulty.heal()
        return provider.delete(...parameters)
      },
    }
  }

  async function put(name: string, state: ClusterState): Promise<void> {
    const nodes = await nodesOf(name)
    if (state === 'stopped') await docker.run('kill', ...nodes)
    if (state === 'failed') await docker.run('kill', ...(await nodesOf(name, `${ROLE_LABEL}=worker`)))
    if (state === 'unreachable')
      faulty.arrange({ path: new RegExp(`/containers/(?:${nodes.join('|')})/`), effect: 'refuse' })
    if (state === 'building') await rewriteMarks(docker, name, { 'keelson-phase': 'building' })
    if (state !== 'deleting') return
    const signal = AbortSignal.timeout(120_000)
    const observed = await plain().observe(name, signal)
    if (!observed.found) throw new Error(`${name} is not there`)
    faulty.arrange({ method: 'DELETE', path: /^\/containers\//, effect: 'hold' })
    const deletion = plain().delete(observed.externalID, { ownerTag: observed.ownerTag ?? '', signal })
    deletions.add(deletion.catch(() => undefined))
    while (faulty.faultsMet() === 0) await sleep(20)
  }

  const running = opened.move()
  return {
    open,
    module: { url: import.meta.url, argument: folder },
    specs: {
      first: { version: LIGHT_VERSIONS[0], topology: { pools: [{ name: 'a', replicas: 1 }] } },
      second: { version: LIGHT_VERSIONS[1], topology: { pools: [{ name: 'a', replicas: 2 }] } },
    },
    refused: { spec: { version: 'latest' }, field: 'spec.version' },
    immutable: { spec: { topology: { controlPlane: { replicas: 3 } } }, field: 'spec.topology.controlPlane' },

    async plant(name, state, ownerTag) {
      const config = join(folder, `${name}.yaml`)
      const mounts = [{ hostPath: '/dev/null', containerPath: '/kind/keelson/planted/1/control-plane', readOnly: true }]
      const node = { role: 'control-plane', ...(ownerTag !== undefined && { extraMounts: mounts }) }
      const cluster = { kind: 'Cluster', apiVersion: 'kind.x-k8s.io/v1alpha4', nodes: [node] }
      await writeFile(config, JSON.stringify(cluster))
      const image = [
        '--image',
        `${LIGHT_IMAGE}:${LIGHT_VERSIONS[0]}`,
        '--kubeconfig',
        join(folder, 'planted.kubeconfig'),
      ]
      await runProgram(command, ['create', 'cluster', '--name', name, '--config', config, ...image], docker.environment)
      if (ownerTag !== undefined) {
        await makeVolume(docker, `keelson.${name}`, {
          'keelson-cluster': name,
          'keelson-uid': 'planted',
          'keelson-generation': '0',
          'keelson-phase': state === 'building' ? 'building' : 'built',
          'keelson-tags': JSON.stringify({ [TAGS.owner]: ownerTag }),
        })
      }
      if (state === 'failed') await docker.run('kill', ...(await nodesOf(name)))
    },

    put,
    kindWorld(env = process.env) {
      const kind = kindCommand({ command, env, dockerHost: `unix://${faulty.socket}` })
      return worldIn(folder, command, { kind })
    },
    arrange: faulty.arrange,
    faultsMet: faulty.faultsMet,
    async cutOff() {
      faulty.arrange({ path: /./, effect: 'cut' })
    },
    async failCreate(when) {
      if (when === 'half') faulty.arrange({ method: 'POST', path: /^\/containers\/[^/]+\/exec$/, effect: 'refuse' })
      // The claim and the beginning of the work are written before it.
      else faulty.arrange({ method: 'POST', path: /^\/volumes\/create$/, skip: 2, times: 1, effect: 'cut after' })
    },
    killAt: (_, point) => arrange(killOf(point)),
    killPoints: KILL_POINTS,
    async slowDown(call, delay) {
      if (call === 'create') faulty.arrange({ method: 'POST', path: /^\/containers\/create$/, effect: { delay } })
      if (call === 'update') faulty.arrange({ method: 'POST', path: /^\/exec\//, effect: { delay } })
      if (call === 'delete') faulty.arrange({ method: 'DELETE', path: /^\/containers\//, effect: { delay } })
    },
    async heal() {
      faulty.heal()
      await arrange()
    },
    async everythingKept() {
      const containers = words(await docker.run('ps', '--all', '--quiet'))
      const volumes = words(await docker.run('volume', 'ls', '--quiet'))
      const inspected = containers.length === 0 ? '' : await docker.run('inspect', ...containers)
      return `${inspected}${volumes.length === 0 ? '' : await docker.run('volume', 'inspect', ...volumes)}`
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** A volume's labels never change: each is made anew. */
async function rewriteMarks(docker: Docker, cluster: string, change: Record<string, string>): Promise<void> {
  for (const name of words(
    await docker.run('volume', 'ls', '--quiet', '--filter', `label=keelson-cluster=${cluster}`),
  )) {
    const labels: Record<string, string> = JSON.parse(
      await docker.run('volume', 'inspect', '--format', '{{json .Labels}}', name),
    )
    await docker.run('volume', 'rm', name)
    await makeVolume(docker, name, { ...labels, ...change })
  }
}

async function makeVolume(docker: Docker, name: string, labels: Record<string, string>): Promise<void> {
  const flags = Object.entries(labels).flatMap(([label, value]) => ['--label', `${label}=${value}`])
  await docker.run('volume', 'create', ...flags, name)
}

/** Without what is there, and without a kind that outlived whoever had called it. */
async function empty(docker: Docker, kind: string): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (text.startsWith(`${kind}\0`)) process.kill(Number(pid), 'SIGKILL')
  }
  const containers = words(await docker.run('ps', '--all', '--quiet'))
  if (containers.length > 0) await docker.run('rm', '--force', '--volumes', ...containers)
  const volumes = words(await docker.run('volume', 'ls', '--quiet'))
  if (volumes.length > 0) await docker.run('volume', 'rm', '--force', ...volumes)
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean)
}
