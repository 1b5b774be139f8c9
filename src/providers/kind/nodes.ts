/** Containers that kind, or this provider in its place, has made as nodes of a cluster. */
import type { ClusterSpec } from '../provider.ts'
import type { ContainerSummary } from './docker/containers.ts'

/** kind's own labels (pkg/cluster/internal/providers/docker/constants.go). */
export const CLUSTER_LABEL = 'io.x-k8s.kind.cluster'
export const ROLE_LABEL = 'io.x-k8s.kind.role'

export type Role = 'control-plane' | 'worker' | 'external-load-balancer'

export interface Node {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly state: ContainerSummary['State']
  /** `Exited (137) 2 minutes ago` */
  readonly status: string
  readonly image: string
  /** Of which incarnation and attempt it is, where it is one of ours, and of which pool. */
  readonly origin?: Origin
  /** Where the API is reached from this machine, if it is by this node. */
  readonly address?: { readonly host: string; readonly port: number }
  /** It has given its name to its successor, and is gone when that one is whole. */
  readonly isReplaced: boolean
  /** It is being made, and has its own name when it has joined. */
  readonly isJoining: boolean
}

export interface Origin {
  readonly uid: string
  readonly attempt: string
  readonly pool: string
}

const API_PORT = 6443
const REPLACED = '.replaced'
const JOINING = '.joining'
const CONTROL_PLANE_POOL = 'control-plane'

/**
 * kind takes no labels for its containers, but mounts: an empty device at this path in a node tells whose it is, from the
 * moment that Docker knows the container.
 */
export function originPath({ uid, attempt, pool }: Origin): string {
  return `/kind/keelson/${uid}/${attempt}/${pool}`
}

export function originOf(destination: string): Origin | undefined {
  const [, uid, attempt, pool] = /^\/kind\/keelson\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(destination) ?? []
  return uid === undefined || attempt === undefined || pool === undefined ? undefined : { uid, attempt, pool }
}

export const ORIGIN_SOURCE = '/dev/null'

export function replacedName(name: string): string {
  return `${name}${REPLACED}`
}

export function joiningName(name: string): string {
  return `${name}${JOINING}`
}

/** What the node is called in the cluster, whatever its container is called in the meantime. */
export function nodeName({ name, isJoining }: Node): string {
  return isJoining ? name.slice(0, -JOINING.length) : name
}

export function poolOf(role: Role, pool: string): string {
  return role === 'worker' ? pool : CONTROL_PLANE_POOL
}

export function nodesOf(containers: readonly ContainerSummary[]): Map<string, Node[]> {
  const named = containers.flatMap((container) => {
    const cluster = container.Labels?.[CLUSTER_LABEL]
    return cluster === undefined ? [] : [{ cluster, node: nodeOf(container) }]
  })
  const groups = Map.groupBy(named, ({ cluster }) => cluster)
  return new Map([...groups].map(([cluster, found]) => [cluster, found.map(({ node }) => node).toSorted(byName)]))
}

/** `worker10` after `worker9`. */
function byName(one: Node, other: Node): number {
  return one.name.localeCompare(other.name, 'en', { numeric: true })
}

function nodeOf({ Id, Names, Image, State, Status, Labels, Mounts, Ports }: ContainerSummary): Node {
  const name = (Names?.[0] ?? Id).replace(/^\//, '')
  const mapping = Ports?.find(({ PrivatePort, PublicPort }) => PrivatePort === API_PORT && PublicPort !== undefined)
  const host = mapping?.IP === undefined || ['', '0.0.0.0', '::'].includes(mapping.IP) ? '127.0.0.1' : mapping.IP
  const origin = (Mounts ?? []).map(({ Destination }) => originOf(Destination)).find((each) => each !== undefined)
  return {
    id: Id,
    name,
    role: (Labels?.[ROLE_LABEL] ?? 'worker') as Role,
    state: State,
    status: Status,
    image: Image,
    isReplaced: name.endsWith(REPLACED),
    isJoining: name.endsWith(JOINING),
    ...(origin !== undefined && { origin }),
    ...(mapping?.PublicPort !== undefined && { address: { host, port: mapping.PublicPort } }),
  }
}

/** The node that the cluster was begun with: kind's name of it has no number. */
export function firstControlPlane(nodes: readonly Node[]): Node | undefined {
  const [first] = nodes.filter(({ role, isReplaced }) => role === 'control-plane' && !isReplaced)
  return first
}

/** Of nodes that no provider of ours made: Docker's short id of the first. */
export function foreignUid(nodes: readonly Node[]): string | undefined {
  const untouched = nodes.filter(({ origin }) => origin === undefined)
  return (firstControlPlane(untouched) ?? untouched[0])?.id.slice(0, 12)
}

/** Those of one incarnation. What kind adds of itself, and workers of an adopted cluster whose control plane is ours by now, go with it. */
export function nodesOfIncarnation(nodes: readonly Node[], uid: string): Node[] {
  const hasForeignHead = firstControlPlane(nodes.filter(({ origin }) => origin === undefined)) !== undefined
  const isForeign = hasForeignHead && foreignUid(nodes) !== uid
  return nodes.filter(({ origin }) => (origin === undefined ? !isForeign : origin.uid === uid))
}

/** What there is, in the words of a spec. A pool without nodes is known only from what was asked for. */
export function specOf(nodes: readonly Node[], versions: readonly string[], asked: ClusterSpec): ClusterSpec {
  const present = nodes.filter(({ isReplaced, isJoining }) => !isReplaced && !isJoining)
  const [version] = versions.toSorted(byVersion)
  const workers = present.filter(({ role }) => role === 'worker')
  const counts = new Map(
    (asked.topology?.pools ?? []).flatMap(({ name, replicas }) => (replicas === 0 ? [[name, 0]] : [])),
  )
  for (const { origin } of workers) {
    const pool = origin?.pool ?? 'workers'
    counts.set(pool, (counts.get(pool) ?? 0) + 1)
  }
  return {
    ...(version !== undefined && { version }),
    topology: {
      controlPlane: { replicas: present.filter(({ role }) => role === 'control-plane').length },
      pools: [...counts].map(([name, replicas]) => ({ name, replicas })),
    },
  }
}

export function byVersion(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}
