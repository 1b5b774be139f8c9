/** A node made as kind makes one, from the settings of one that it has made (providers/docker/provision.go). */
import { operationFailed } from '../provider-error.ts'
import { type ContainerDetails, inspectContainer, runInside, startContainer } from './docker/containers.ts'
import { bytesOf, jsonOf } from './docker/docker.ts'
import { archiveOf } from './docker/tar.ts'
import {
  CLUSTER_LABEL,
  joiningName,
  ORIGIN_SOURCE,
  type Origin,
  originOf,
  originPath,
  ROLE_LABEL,
  type Role,
} from './nodes.ts'
import type { KindWorld } from './world.ts'

export interface NewNode {
  readonly cluster: string
  readonly name: string
  readonly role: Role
  readonly image: string
  readonly origin: Origin
  readonly like: ContainerDetails
}

/** Milliseconds until a node's containerd runs. */
const BOOT = 120_000
const KUBECONFIG = 'KUBECONFIG=/etc/kubernetes/admin.conf'

/** A worker has another name until it has joined: whoever finds it by that knows that somebody was cut off. */
export async function makeNode({ docker }: KindWorld, node: NewNode, signal: AbortSignal): Promise<ContainerDetails> {
  const { Id } = await jsonOf<{ Id: string }>(docker, {
    method: 'POST',
    path: '/containers/create',
    query: { name: node.role === 'worker' ? joiningName(node.name) : node.name },
    body: settingsOf(node),
    signal,
  })
  await startContainer(docker, Id, signal)
  const booted = 'for i in $(seq 500); do systemctl is-active --quiet containerd && exit 0; sleep 0.2; done; exit 1'
  await inside({ docker }, { id: Id, name: node.name, command: ['sh', '-c', booted], patience: BOOT }, signal)
  const details = await inspectContainer(docker, Id, signal)
  if (details === undefined) throw operationFailed(`node ${node.name} was removed while it started`)
  return details
}

function settingsOf({ cluster, name, role, image, origin, like }: NewNode): Record<string, unknown> {
  const isControlPlane = role === 'control-plane'
  const { Binds, PortBindings, NetworkMode, ...host } = like.HostConfig
  const network = String(NetworkMode ?? 'kind')
  const binds = (Binds ?? []).filter((bind) => originOf(bind.split(':')[1] ?? '') === undefined)
  const env = (like.Config.Env ?? []).filter((each) => each !== KUBECONFIG)
  return {
    Hostname: name,
    Image: image,
    Tty: true,
    Env: isControlPlane ? [...env, KUBECONFIG] : env,
    Labels: { [CLUSTER_LABEL]: cluster, [ROLE_LABEL]: role },
    Volumes: { '/var': {} },
    ...(isControlPlane && { ExposedPorts: { '6443/tcp': {} } }),
    HostConfig: {
      ...host,
      NetworkMode: network,
      Binds: [...binds, `${ORIGIN_SOURCE}:${originPath(origin)}:ro`],
      PortBindings: isControlPlane ? (PortBindings ?? {}) : {},
    },
    NetworkingConfig: { EndpointsConfig: { [network]: {} } },
  }
}

/** The address within the network of the nodes. */
export function addressOf({ Name, NetworkSettings }: ContainerDetails): string {
  const address = Object.values(NetworkSettings.Networks ?? {})[0]?.IPAddress
  if (!address) throw operationFailed(`node ${Name} has no address`)
  return address
}

export interface Command {
  readonly id: string
  readonly name: string
  readonly command: readonly string[]
  readonly patience?: number
}

/** Runs a program in a node; throws with the last lines of its output where it fails. */
export async function inside(
  { docker }: Pick<KindWorld, 'docker'>,
  { name, ...command }: Command,
  signal: AbortSignal,
): Promise<string> {
  const { code, stdout, stderr } = await runInside(docker, command, signal)
  if (code === 0) return stdout
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.trim() !== '')
  throw operationFailed(`${command.command.slice(0, 2).join(' ')} in node ${name} has ended with ${code}`, lines)
}

/** kind's own configuration of kubeadm is at this path in every node. */
export const KUBEADM_CONF = '/kind/kubeadm.conf'

export async function writeKubeadmConf(
  { docker }: KindWorld,
  id: string,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  await putArchive({ docker }, { id, path: '/kind' }, archiveOf('kubeadm.conf', text), signal)
}

export async function putArchive(
  { docker }: Pick<KindWorld, 'docker'>,
  { id, path }: { readonly id: string; readonly path: string },
  archive: Buffer,
  signal: AbortSignal,
): Promise<void> {
  await bytesOf(docker, { method: 'PUT', path: `/containers/${id}/archive`, query: { path }, body: archive, signal })
}
