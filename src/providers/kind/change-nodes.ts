/** From the nodes that there are to those that are wanted: down ones started, the control plane's version first, workers after it. */
import { randomUUID } from 'node:crypto'
import type { ClusterSpec, Waiting } from '../provider.ts'
import { fieldsRefused, operationFailed } from '../provider-error.ts'
import { ensureImage } from './docker/images.ts'
import type { Cluster } from './look.ts'
import { versionIn } from './node-images.ts'
import { firstControlPlane, type Node, nodeName, type Origin } from './nodes.ts'
import { untilReady } from './ready.ts'
import { replaceControlPlane } from './replace-control-plane.ts'
import { addWorker, removeWorker } from './workers.ts'
import type { KindWorld } from './world.ts'

export interface NodeChange {
  readonly look: () => Promise<Cluster>
  readonly spec: ClusterSpec
  readonly mend: (cluster: Cluster) => Promise<void>
}

export async function changeNodes(
  world: KindWorld,
  { look, spec, mend }: NodeChange,
  { signal, onProgress }: Waiting,
): Promise<void> {
  const tell = (phase: string, message: string): void => onProgress?.({ phase, message })
  let cluster = await look()
  const { version = versionAside(cluster) } = spec
  const image = imageOf(world, cluster, version)
  const origin = (pool: string): Origin => ({ uid: cluster.uid, attempt: randomUUID().slice(0, 8), pool })
  const isAside = cluster.nodes.some(({ isReplaced }) => isReplaced)
  if (version !== undefined && (isAside || isOther(firstControlPlane(cluster.nodes), version, cluster))) {
    refuseSeveral(cluster)
    await ensureImage(world.docker, image, { signal, ...(onProgress !== undefined && { onProgress }) })
    tell('replacing-control-plane', `${cluster.observed.externalName} to ${version}`)
    await replaceControlPlane(world, cluster, { image, version, origin: origin('control-plane') }, signal)
  } else await mend(cluster)
  cluster = await untilReady(look, signal)
  for (const worker of cluster.nodes.filter(({ role }) => role === 'worker')) {
    // What somebody was cut off with may have joined or not: it is made anew.
    if (!worker.isJoining && (version === undefined || !isOther(worker, version, cluster))) continue
    const name = nodeName(worker)
    tell('replacing-worker', version === undefined ? name : `${name} to ${version}`)
    await removeWorker(world, cluster, worker, signal)
    cluster = await look()
    await addWorker(world, cluster, { name, image, origin: origin(worker.origin?.pool ?? 'workers') }, signal)
    cluster = await look()
  }
  await changePools(world, { look, spec, image, origin }, tell, signal)
}

interface PoolChange {
  readonly look: () => Promise<Cluster>
  readonly spec: ClusterSpec
  readonly image: string
  readonly origin: (pool: string) => Origin
}

async function changePools(
  world: KindWorld,
  { look, spec, image, origin }: PoolChange,
  tell: (phase: string, message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const pools = spec.topology?.pools
  if (pools === undefined) return
  const wanted = new Map(pools.map(({ name, replicas }) => [name, replicas]))
  let cluster = await look()
  const workers = Map.groupBy(
    cluster.nodes.filter(({ role }) => role === 'worker'),
    ({ origin: of }) => of?.pool ?? 'workers',
  )
  for (const [pool, present] of workers) {
    for (const worker of present.slice(wanted.get(pool) ?? 0)) {
      tell('removing-worker', worker.name)
      await removeWorker(world, cluster, worker, signal)
      cluster = await look()
    }
  }
  for (const [pool, replicas] of wanted) {
    for (let count = workers.get(pool)?.length ?? 0; count < replicas; count++) {
      const name = freeName(cluster)
      tell('adding-worker', name)
      await addWorker(world, cluster, { name, image, origin: origin(pool) }, signal)
      cluster = await look()
    }
  }
}

/** kind's own way of counting: worker, worker2, worker3. */
function freeName({ observed, nodes }: Cluster): string {
  const taken = new Set(nodes.map(({ name }) => name))
  for (let number = 1; ; number++) {
    const name = `${observed.externalName}-worker${number === 1 ? '' : number}`
    if (!taken.has(name)) return name
  }
}

function isOther(node: Node | undefined, version: string, { observed }: Cluster): boolean {
  if (node === undefined) return false
  return (versionIn(node.image) ?? observed.spec.version) !== version
}

/** Whoever goes on with a replacement that was cut off without being told a version goes to that of the successor. */
function versionAside({ nodes }: Cluster): string | undefined {
  const aside = nodes.find(({ isReplaced }) => isReplaced)
  if (aside === undefined) return undefined
  const successor = firstControlPlane(nodes)
  return versionIn((successor ?? aside).image)
}

function imageOf({ images }: KindWorld, { nodes }: Cluster, version: string | undefined): string {
  const image = (version === undefined ? undefined : images.imageFor(version)) ?? firstControlPlane(nodes)?.image
  if (image === undefined) throw operationFailed('it is not known which image its nodes have')
  return image
}

function refuseSeveral({ nodes }: Cluster): void {
  if (nodes.filter(({ role, isReplaced }) => role === 'control-plane' && !isReplaced).length <= 1) return
  throw fieldsRefused([
    { field: 'spec.version', message: 'a cluster with several control planes is not upgraded in place; replace it' },
  ])
}

/** Kubernetes' own rule: up, and by one minor version at most (kubeadm upgrade). */
export function refuseVersionStep(from: string | undefined, to: string | undefined): void {
  if (from === undefined || to === undefined || from === to) return
  const [major = 0, minor = 0, patch = 0] = numbersOf(from)
  const [nextMajor = 0, nextMinor = 0, nextPatch = 0] = numbersOf(to)
  const refuse = (message: string): never => {
    throw fieldsRefused([{ field: 'spec.version', message }])
  }
  if (nextMajor !== major || nextMinor > minor + 1) refuse(`from ${from} go to v${major}.${minor + 1} first`)
  if (nextMinor < minor || (nextMinor === minor && nextPatch < patch)) refuse(`a cluster of ${from} never goes back`)
}

function numbersOf(version: string): number[] {
  return version.slice(1).split('.').map(Number)
}
