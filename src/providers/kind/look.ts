/** One look at clusters: marks and nodes, asked of Docker, put together to what a cluster is. */
import { X509Certificate } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { isDNS1123Label } from '../../machinery/index.ts'
import type { ClusterEndpoint, ClusterState, ObservedCluster } from '../provider.ts'
import { isProviderError } from '../provider-error.ts'
import { marksOf } from '../tags.ts'
import { answers } from './api-probe.ts'
import { inspectContainer, listContainers, readFile } from './docker/containers.ts'
import { isHeld, type Marks, readMarks } from './marks.ts'
import { versionIn } from './node-images.ts'
import {
  CLUSTER_LABEL,
  firstControlPlane,
  foreignUid,
  type Node,
  nodesOf,
  nodesOfIncarnation,
  specOf,
} from './nodes.ts'
import { type KindWorld, TYPE } from './world.ts'

export interface Cluster {
  readonly observed: ObservedCluster
  readonly uid: string
  /** Undefined: nobody's. */
  readonly marks: Marks | undefined
  /** Of this incarnation. */
  readonly nodes: readonly Node[]
  /** Of its authority, PEM. */
  readonly ca: string | undefined
}

export async function lookAt(
  world: KindWorld,
  externalName: string,
  signal: AbortSignal,
): Promise<Cluster | undefined> {
  signal.throwIfAborted()
  if (isDNS1123Label(externalName).length > 0) return undefined
  const { marks, nodes } = await atOnce(world, externalName, signal)
  return clusterOf(
    world,
    { externalName, marks: marks.get(externalName), nodes: nodes.get(externalName) ?? [] },
    signal,
  )
}

/** Every cluster, whoever made it. */
export async function lookAtAll(world: KindWorld, signal: AbortSignal): Promise<Cluster[]> {
  signal.throwIfAborted()
  const { marks, nodes } = await atOnce(world, undefined, signal)
  const names = [...new Set([...marks.keys(), ...nodes.keys()])].sort()
  const looks = names.map((externalName) =>
    clusterOf(world, { externalName, marks: marks.get(externalName), nodes: nodes.get(externalName) ?? [] }, signal),
  )
  return (await Promise.all(looks)).filter((cluster) => cluster !== undefined)
}

interface Present {
  readonly marks: ReadonlyMap<string, Marks>
  readonly nodes: ReadonlyMap<string, Node[]>
}

/**
 * Docker tells marks and nodes in two answers. What others do in between would make a cluster of theirs that nobody owns, or
 * one whose nodes are gone: whoever changes nodes writes a mark before and after it, so marks that stay tell the moment.
 */
async function atOnce({ docker }: KindWorld, externalName: string | undefined, signal: AbortSignal): Promise<Present> {
  const label = externalName === undefined ? CLUSTER_LABEL : `${CLUSTER_LABEL}=${externalName}`
  let marks = await readMarks(docker, externalName, signal)
  for (;;) {
    const nodes = nodesOf(await listContainers(docker, label, signal))
    const after = await readMarks(docker, externalName, signal)
    if (isDeepStrictEqual(volumesOf(marks), volumesOf(after))) return { marks, nodes }
    marks = after
  }
}

function volumesOf(marks: ReadonlyMap<string, Marks>): string[] {
  return [...marks.values()].flatMap(({ all }) => all.map(({ volume, uid }) => `${volume} ${uid}`)).sort()
}

interface Found {
  readonly externalName: string
  readonly marks: Marks | undefined
  readonly nodes: readonly Node[]
}

async function clusterOf(world: KindWorld, found: Found, signal: AbortSignal): Promise<Cluster | undefined> {
  const { externalName } = found
  // What is being let go of is nobody's.
  const marks = found.marks?.current.phase === 'releasing' ? undefined : found.marks
  const uid = marks?.current.uid ?? firstControlPlane(found.nodes)?.origin?.uid ?? originUid(found.nodes)
  if (uid === undefined) return undefined
  const nodes = nodesOfIncarnation(found.nodes, uid)
  const base = { found: true, externalID: externalIDOf(externalName, uid), externalName } as const
  const owned = marksOf(marks?.current.tags ?? {})
  try {
    const [versions, ca] = await Promise.all([versionsOf(world, nodes, signal), authorityOf(world, nodes, signal)])
    const endpoint = endpointOf(nodes, ca)
    const { state, message } = await stateOf(world, { marks, nodes, ca, endpoint }, signal)
    const observed: ObservedCluster = {
      ...base,
      state,
      ...owned,
      spec: specOf(nodes, versions, marks?.current.spec ?? {}),
      ...(endpoint !== undefined && { endpoint }),
      message,
    }
    return { observed, uid, marks: found.marks, nodes, ca }
  } catch (error) {
    if (!isProviderError(error, 'unreachable')) throw error
    // Docker lists it, and cannot look into it.
    const observed: ObservedCluster = { ...base, state: 'unreachable', ...owned, spec: {}, message: error.message }
    return { observed, uid, marks: found.marks, nodes, ca: undefined }
  }
}

function originUid(nodes: readonly Node[]): string | undefined {
  return nodes.find(({ origin }) => origin !== undefined)?.origin?.uid ?? foreignUid(nodes)
}

async function versionsOf({ docker }: KindWorld, nodes: readonly Node[], signal: AbortSignal): Promise<string[]> {
  const kubernetes = nodes.filter(({ role, isReplaced }) => role !== 'external-load-balancer' && !isReplaced)
  const versions = await Promise.all(
    kubernetes.map(async ({ id, image }) => {
      const text = versionIn(image) ?? (await readFile(docker, { id, path: '/kind/version' }, signal))?.toString()
      return /^v\d+\.\d+\.\d+/.exec(text ?? '')?.[0]
    }),
  )
  return versions.filter((version) => version !== undefined)
}

async function authorityOf(
  { docker }: KindWorld,
  nodes: readonly Node[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const id = firstControlPlane(nodes)?.id
  if (id === undefined) return undefined
  const pem = (await readFile(docker, { id, path: '/etc/kubernetes/pki/ca.crt' }, signal))?.toString()
  return pem === '' ? undefined : pem
}

function endpointOf(nodes: readonly Node[], ca: string | undefined): ClusterEndpoint | undefined {
  const balancer = nodes.find(({ role }) => role === 'external-load-balancer')
  const address = (balancer ?? firstControlPlane(nodes))?.address
  if (address === undefined || ca === undefined) return undefined
  const { fingerprint256 } = new X509Certificate(ca)
  return { ...address, caFingerprint: `sha256:${fingerprint256.replaceAll(':', '').toLowerCase()}` }
}

interface Facts {
  readonly marks: Marks | undefined
  readonly nodes: readonly Node[]
  readonly ca: string | undefined
  readonly endpoint: ClusterEndpoint | undefined
}

interface Said {
  readonly state: ClusterState
  readonly message: string
}

async function stateOf(world: KindWorld, { marks, nodes, ca, endpoint }: Facts, signal: AbortSignal): Promise<Said> {
  const held = marks !== undefined && isHeld(marks.current)
  const { phase = 'built', message = '' } = marks?.current ?? {}
  if (phase === 'deleting') {
    if (held) return { state: 'deleting', message: 'its nodes are being removed' }
    return { state: 'failed', message: 'its deletion was cut off; deleting it goes on with that' }
  }
  if (nodes.length > 0 && nodes.every(({ state }) => state === 'removing')) {
    return { state: 'deleting', message: 'Docker removes its nodes' }
  }
  if (phase === 'building') {
    return { state: 'building', message: message || (held ? 'it is being built' : 'it was begun and is not finished') }
  }
  const busy = (reason: string): Said =>
    held ? { state: 'building', message: 'its nodes are being replaced' } : { state: 'failed', message: reason }
  if (nodes.length === 0) return busy('its nodes are gone: somebody else has removed them')
  if (firstControlPlane(nodes) === undefined) return busy('it has no control plane: its node is gone')
  if (nodes.some(({ isReplaced }) => isReplaced)) return busy('the replacement of a node was cut off')
  if (nodes.some(({ isJoining }) => isJoining)) return busy('a node was being added, which was cut off')
  const down = nodes.filter(({ state }) => state !== 'running')
  if (down.length === nodes.length && down.every(({ state }) => state !== 'dead'))
    return { state: 'stopped', message: '' }
  if (down.length > 0) {
    return busy(`not all of its nodes run: ${down.map(({ name, status }) => `${name}: ${status}`).join('; ')}`)
  }
  if (endpoint !== undefined && ca !== undefined && (await answers(endpoint, ca, signal))) {
    return { state: 'ready', message: '' }
  }
  const silent = 'its nodes run, and its API does not answer'
  return (await isYoung(world, nodes, signal)) ? { state: 'building', message: silent } : busy(silent)
}

/** Milliseconds that an API server may take after its node has started. */
const STARTING = 180_000

async function isYoung({ docker }: KindWorld, nodes: readonly Node[], signal: AbortSignal): Promise<boolean> {
  const id = firstControlPlane(nodes)?.id
  const details = id === undefined ? undefined : await inspectContainer(docker, id, signal)
  return Date.now() - Date.parse(details?.State.StartedAt ?? '') < STARTING
}

export function externalIDOf(externalName: string, uid: string): string {
  return `${TYPE}://${externalName}/${uid}`
}

/** Undefined for what is no id of ours. */
export function parseExternalID(externalID: string): { externalName: string; uid: string } | undefined {
  const [, externalName, uid] = /^kind:\/\/([-a-z0-9]+)\/([-a-z0-9]+)$/.exec(externalID) ?? []
  return externalName === undefined || uid === undefined ? undefined : { externalName, uid }
}
