/** The kind provider's world as the conformance suite wants it: a Docker and a kind command that are pretended. */
import type { ProviderWorld } from '../conformance.ts'
import type { ClusterProvider, ClusterState } from '../provider.ts'
import { TAGS } from '../tags.ts'
import { connectDocker, type Docker, jsonOf } from './docker/docker.ts'
import type { FakeContainer } from './fake/fake-container.ts'
import { type FakeDocker, requestName, startFakeDocker } from './fake/fake-docker.ts'
import { fakeKind } from './fake/fake-kind.ts'
import { KILL_POINTS, killOf } from './fake/kill-points.ts'
import { kindProvider } from './kind-provider.ts'
import { nodeImages } from './node-images.ts'
import type { Kind } from './run-kind.ts'
import type { KindWorld } from './world.ts'

export function fakeWorld(
  socket: string,
  docker: Docker = connectDocker(socket),
  kind: Kind = fakeKind(socket),
): KindWorld {
  return { docker, kind, images: nodeImages(), config: {} }
}

/** A provider of a process that kills itself where the pretended Docker says. */
export function openForChild(socket: string): ClusterProvider {
  const plain = connectDocker(socket)
  const counts = new Map<string, number>()
  const { signal } = new AbortController()
  const step = async (name: string, when: 'before' | 'after'): Promise<void> => {
    const { kill } = await jsonOf<Pick<FakeDocker, 'kill'>>(plain, { method: 'GET', path: '/_test', signal })
    const count = (counts.get(`${name} ${when}`) ?? 0) + 1
    counts.set(`${name} ${when}`, count)
    if (kill?.request === name && kill.count === count && kill.when === when) process.kill(process.pid, 'SIGKILL')
  }
  const docker: Docker = {
    name: plain.name,
    async send(request) {
      const name = requestName(request.method, request.path)
      if (request.method === 'GET') return plain.send(request)
      await step(name, 'before')
      const { status, body } = await plain.send(request)
      const chunks: Buffer[] = []
      for await (const chunk of body) chunks.push(chunk)
      await step(name, 'after')
      return {
        status,
        body: (async function* () {
          yield* chunks
        })(),
      }
    },
  }
  const kind = fakeKind(socket)
  return kindProvider({
    world: fakeWorld(socket, docker, {
      async create(run) {
        await step('kind', 'before')
        const onLine = (line: string): void => {
          if (line.startsWith(' • Starting')) void step('kind half', 'before')
          run.onLine(line)
        }
        await kind.create({ ...run, onLine })
        await step('kind', 'after')
      },
    }),
  })
}

/** `+` after, `-` before; a number where it is not the first: `POST /volumes/create 2 +` */
export async function openKindWorld(): Promise<ProviderWorld> {
  const docker = await startFakeDocker()
  for (const version of ['v1.34.0', 'v1.35.4', 'v1.36.3']) docker.images.add(`kindest/node:${version}`)
  const nodesOf = (cluster: string): FakeContainer[] =>
    [...docker.containers.values()].filter(({ labels }) => labels['io.x-k8s.kind.cluster'] === cluster)

  return {
    open: () => kindProvider({ world: fakeWorld(docker.socket) }),
    module: { url: import.meta.url, argument: docker.socket },
    specs: {
      first: { version: 'v1.34.0', topology: { pools: [{ name: 'a', replicas: 1 }] } },
      second: { version: 'v1.35.4', topology: { pools: [{ name: 'a', replicas: 2 }] } },
    },
    refused: { spec: { version: 'latest' }, field: 'spec.version' },
    immutable: { spec: { topology: { controlPlane: { replicas: 3 } } }, field: 'spec.topology.controlPlane' },

    async plant(externalName, state, ownerTag) {
      const config = JSON.stringify({ nodes: [{ role: 'control-plane' }] })
      const { signal } = new AbortController()
      await fakeKind(docker.socket).create({ name: externalName, config, signal, onLine() {} })
      if (ownerTag !== undefined) {
        const labels = {
          'keelson-cluster': externalName,
          'keelson-uid': 'planted',
          'keelson-generation': '0',
          'keelson-phase': state === 'building' ? 'building' : 'built',
          'keelson-tags': JSON.stringify({ [TAGS.owner]: ownerTag }),
        }
        docker.volumes.set(`keelson.${externalName}`, { labels, createdAt: new Date().toISOString() })
        for (const { hostConfig } of nodesOf(externalName))
          hostConfig.Binds = ['/dev/null:/kind/keelson/planted/1/control-plane:ro']
      }
      if (state === 'failed') for (const node of nodesOf(externalName)) node.state = 'dead'
    },

    async put(externalName, state) {
      put(docker, nodesOf(externalName), { externalName, state })
    },
    async cutOff() {
      docker.faults.push({ request: /./, effect: 'refuse' })
    },
    async failCreate(when) {
      if (when === 'half') docker.kind = { failure: ['ERROR: failed to create cluster: no reason'] }
      // The claim and the beginning of the work are written before it.
      else docker.faults.push({ request: /^POST .volumes.create/, skip: 2, times: 1, effect: 'cut' })
    },
    async killAt(_, point) {
      docker.kill = killOf(point)
    },
    killPoints: KILL_POINTS,
    async slowDown(call, milliseconds) {
      if (call === 'create') docker.kind = { delay: milliseconds }
      if (call === 'update') docker.execDelay = milliseconds
      if (call === 'delete') docker.removeDelay = milliseconds
    },
    async heal() {
      docker.faults = []
      docker.kind = {}
      docker.execDelay = 0
      docker.removeDelay = 0
      docker.kill = undefined
    },
    async everythingKept() {
      const { containers, volumes } = docker
      return JSON.stringify([
        [...containers.values()].map((each) => ({ ...each, files: [...each.files] })),
        [...volumes],
      ])
    },
    [Symbol.asyncDispose]: () => docker[Symbol.asyncDispose](),
  }
}

function put(
  { volumes }: FakeDocker,
  nodes: readonly FakeContainer[],
  { externalName, state }: { externalName: string; state: ClusterState },
): void {
  if (state === 'unreachable') for (const node of nodes) node.isBroken = true
  if (state === 'deleting') for (const node of nodes) node.state = 'removing'
  if (state === 'stopped') {
    for (const node of nodes) Object.assign(node, { state: 'exited', status: 'Exited (137) 3 seconds ago' })
  }
  if (state === 'failed') {
    const [worker] = nodes.filter(({ name }) => name.includes('worker'))
    const log = ['systemd[1]: kubelet.service: Failed', 'no space left on device']
    Object.assign(worker ?? {}, { state: 'exited', status: 'Exited (1) 3 seconds ago', exitCode: 1, log })
  }
  if (state !== 'building') return
  for (const [volume, { labels }] of volumes) {
    if (labels['keelson-cluster'] === externalName) {
      volumes.set(volume, { labels: { ...labels, 'keelson-phase': 'building' }, createdAt: new Date().toISOString() })
    }
  }
}
