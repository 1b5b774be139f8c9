/**
 * The next version of a control plane: its node gives its name to one of the new image, which takes over keys and data and
 * brings its own programs. `kubeadm init` on data that is there is how kubeadm itself restores one. The old node is kept,
 * stopped, until the new one answers: whoever is interrupted begins again from there.
 */
import { operationFailed } from '../provider-error.ts'
import { inspectContainer, readFile } from './docker/containers.ts'
import { bytesOf, isDockerError } from './docker/docker.ts'
import type { Cluster } from './look.ts'
import { addressOf, inside, KUBEADM_CONF, makeNode, putArchive, writeKubeadmConf } from './make-node.ts'
import { firstControlPlane, type Node, type Origin, replacedName } from './nodes.ts'
import { removeNodes } from './remove-nodes.ts'
import type { KindWorld } from './world.ts'

/** Milliseconds. */
const STOP = 90_000
const INIT = 300_000
const COPY = 300_000

export interface Successor {
  readonly image: string
  readonly version: string
  readonly origin: Origin
}

/** Folder and what of it goes along. */
const KEPT = [
  ['/etc', '/etc/kubernetes'],
  ['/var/lib', '/var/lib/etcd'],
] as const

/** Written anew: certificates and kubeconfigs that name an address, and the manifests of the old programs. */
const RENEWED =
  'cd /etc/kubernetes && rm -rf *.conf manifests/* pki/apiserver.* pki/apiserver-kubelet-client.* ' +
  'pki/apiserver-etcd-client.* pki/etcd/server.* pki/etcd/peer.* pki/etcd/healthcheck-client.*'

export async function replaceControlPlane(
  world: KindWorld,
  { observed, nodes }: Cluster,
  { image, version, origin }: Successor,
  signal: AbortSignal,
): Promise<void> {
  const { docker } = world
  const old = await setAside(world, nodes, signal)
  const name = `${observed.externalName}-control-plane`
  const like = await inspectContainer(docker, old.id, signal)
  const conf = (await readFile(docker, { id: old.id, path: KUBEADM_CONF }, signal))?.toString()
  if (like === undefined || conf === undefined) throw operationFailed(`node ${old.name} cannot be taken as a model`)
  const made = await makeNode(
    world,
    { cluster: observed.externalName, name, role: 'control-plane', image, origin, like },
    signal,
  )
  for (const [folder, path] of KEPT) {
    const request = {
      method: 'GET',
      path: `/containers/${old.id}/archive`,
      query: { path },
      signal,
      patience: COPY,
    } as const
    await putArchive(world, { id: made.Id, path: folder }, await bytesOf(docker, request), signal)
  }
  await writeKubeadmConf(world, made.Id, confFor(conf, { version, address: addressOf(made) }), signal)
  const run = (...command: string[]) => inside(world, { id: made.Id, name, command, patience: INIT }, signal)
  await run('sh', '-c', RENEWED)
  await run(
    'kubeadm',
    'init',
    `--config=${KUBEADM_CONF}`,
    `--skip-phases=${skipped(conf)}`,
    '--skip-token-print',
    '--v=6',
  )
  await removeNodes(world, [old], signal)
}

/** What an attempt before has set aside, or the node itself, stopped and renamed. What became of a successor goes. */
async function setAside({ docker, ...world }: KindWorld, nodes: readonly Node[], signal: AbortSignal): Promise<Node> {
  const current = firstControlPlane(nodes)
  const aside = nodes.find(({ role, isReplaced }) => role === 'control-plane' && isReplaced)
  if (aside !== undefined) {
    if (current !== undefined) await removeNodes({ docker, ...world }, [current], signal)
    return aside
  }
  if (current === undefined) throw operationFailed('the cluster has no control plane')
  const { id, name } = current
  const ask = (path: string, query: Record<string, string>) =>
    bytesOf(docker, { method: 'POST', path: `/containers/${id}/${path}`, query, signal, patience: STOP })
  await ask('stop', { t: '60' }).catch((error: unknown) => {
    if (!isDockerError(error, 304)) throw error
  })
  await ask('rename', { name: replacedName(name) })
  return { ...current, name: replacedName(name), isReplaced: true }
}

/** By text: kubeadm reads comments and patches that kind left there as they are. */
export function confFor(conf: string, { version, address }: { version: string; address: string }): string {
  const [, before] = /advertiseAddress:\s*"?([0-9a-fA-F.:]+)"?/.exec(conf) ?? []
  const moved =
    before === undefined
      ? conf
      : conf.replaceAll(new RegExp(`(?<![\\w.])${RegExp.escape(before)}(?![\\w.])`, 'g'), address)
  return moved.replace(/^kubernetesVersion:.*$/m, `kubernetesVersion: ${version}`)
}

/** Beside those that kind skips: the marks of the node are its own by now. */
function skipped(conf: string): string {
  const proxy = conf.includes('addon/kube-proxy') ? ['addon/kube-proxy'] : []
  return ['preflight', 'mark-control-plane', ...proxy].join(',')
}
