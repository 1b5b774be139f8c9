/** Workers that come and go while the cluster runs. */
import { type Json, parseYamlDocuments, printYaml } from '../../machinery/index.ts'
import { operationFailed } from '../provider-error.ts'
import { inspectContainer, readFile } from './docker/containers.ts'
import { bytesOf } from './docker/docker.ts'
import type { Cluster } from './look.ts'
import { addressOf, inside, KUBEADM_CONF, makeNode, writeKubeadmConf } from './make-node.ts'
import { firstControlPlane, type Node, nodeName, type Origin } from './nodes.ts'
import { removeNodes } from './remove-nodes.ts'
import type { KindWorld } from './world.ts'

const ADMIN = '--kubeconfig=/etc/kubernetes/admin.conf'
/** Milliseconds. */
const JOIN = 300_000
const DRAIN = 150_000

export interface NewWorker {
  readonly name: string
  readonly image: string
  readonly origin: Origin
}

export async function addWorker(
  world: KindWorld,
  { observed, nodes }: Cluster,
  { name, image, origin }: NewWorker,
  signal: AbortSignal,
): Promise<void> {
  const { docker } = world
  const controlPlane = controlPlaneOf(nodes)
  const workers = nodes.filter(({ role, isJoining }) => role === 'worker' && !isJoining)
  const model = workers.find(({ state }) => state === 'running') ?? controlPlane
  const like = await inspectContainer(docker, model.id, signal)
  const conf = (await readFile(docker, { id: model.id, path: KUBEADM_CONF }, signal))?.toString()
  if (like === undefined || conf === undefined) throw operationFailed(`node ${model.name} cannot be taken as a model`)
  const made = await makeNode(
    world,
    { cluster: observed.externalName, name, role: 'worker', image, origin, like },
    signal,
  )
  // The token that kind begins with is good for a day.
  const create = ['kubeadm', 'token', 'create', '--ttl=30m', '--kubeconfig=/etc/kubernetes/admin.conf']
  const token = (await inside(world, { ...controlPlane, command: create }, signal)).trim().split('\n').at(-1) ?? ''
  await writeKubeadmConf(
    world,
    made.Id,
    joinConfiguration(conf, { token, address: addressOf(made), origin, name }),
    signal,
  )
  const join = ['kubeadm', 'join', `--config=${KUBEADM_CONF}`, '--skip-phases=preflight', '--v=6']
  await inside(world, { id: made.Id, name, command: join, patience: JOIN }, signal)
  await bytesOf(docker, { method: 'POST', path: `/containers/${made.Id}/rename`, query: { name }, signal })
}

/** Its pods first, unless it is down. Pods that may not be disturbed keep it. */
export async function removeWorker(
  world: KindWorld,
  { nodes }: Cluster,
  worker: Node,
  signal: AbortSignal,
): Promise<void> {
  const controlPlane = controlPlaneOf(nodes)
  const kubectl = (...command: string[]) =>
    inside(world, { ...controlPlane, command: ['kubectl', ADMIN, ...command], patience: DRAIN }, signal)
  const name = nodeName(worker)
  const isKnown = (await kubectl('get', 'node', name, '--ignore-not-found', '--output=name')).trim() !== ''
  if (isKnown && worker.state === 'running') {
    const flags = ['--ignore-daemonsets', '--delete-emptydir-data', '--force', '--timeout=120s']
    await kubectl('drain', name, ...flags)
  }
  if (isKnown) await kubectl('delete', 'node', name, '--ignore-not-found')
  await removeNodes(world, [worker], signal)
}

function controlPlaneOf(nodes: readonly Node[]): Node {
  const node = firstControlPlane(nodes)
  if (node === undefined) throw operationFailed('the cluster has no control plane')
  return node
}

interface Joining {
  readonly token: string
  readonly address: string
  readonly origin: Origin
  readonly name: string
}

interface JoinConfiguration {
  kind?: string
  controlPlane?: unknown
  discovery?: { bootstrapToken?: { token?: string } }
  nodeRegistration?: {
    taints?: unknown
    kubeletExtraArgs?: { name: string; value: string }[] | Record<string, string>
  }
}

/** What the model joined with, for another node. Arguments are a list since kubeadm's v1beta4, and were a map before. */
export function joinConfiguration(text: string, { token, address, origin, name }: Joining): string {
  const parsed = parseYamlDocuments(text)
  const documents = parsed.ok ? parsed.value.map(({ value }) => value as JoinConfiguration) : []
  const join = documents.find(({ kind }) => kind === 'JoinConfiguration')
  if (join?.nodeRegistration === undefined)
    throw operationFailed(`node ${name} finds no JoinConfiguration to join with`)
  const { controlPlane: _, ...worker } = join
  const { taints: __, kubeletExtraArgs = [], ...registration } = join.nodeRegistration
  const change = (argument: string, value: string): string => {
    if (argument === 'node-ip') return address
    if (argument === 'provider-id') return value.replace(/[^/]*$/, name)
    return argument === 'node-labels' ? labelsFor(value, origin.pool) : value
  }
  const args = Array.isArray(kubeletExtraArgs)
    ? kubeletExtraArgs.map((each) => ({ name: each.name, value: change(each.name, each.value) }))
    : Object.fromEntries(Object.entries(kubeletExtraArgs).map(([key, value]) => [key, change(key, value)]))
  const { discovery } = join
  return printYaml({
    ...worker,
    nodeRegistration: { ...registration, kubeletExtraArgs: args },
    discovery: { ...discovery, bootstrapToken: { ...discovery?.bootstrapToken, token } },
  } as unknown as Json)
}

function labelsFor(labels: string, pool: string): string {
  const others = labels.split(',').filter((label) => label !== '' && !label.startsWith('platform.keelson.dev/pool='))
  return [...others, `platform.keelson.dev/pool=${pool}`].join(',')
}
