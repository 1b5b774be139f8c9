/**
 * The kind command for tests: it makes nodes by Docker's API as kind does by the docker command, in the same order and with
 * the same words. As a program (`fake-kind.ts create cluster --name … --config -`) or in the process.
 */
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { bytesOf, connectDocker, type Docker, jsonOf } from '../docker/docker.ts'
import { archiveOf } from '../docker/tar.ts'
import { type Kind, KindFailure, type KindRun } from '../run-kind.ts'
import type { KindCourse } from './fake-docker.ts'

interface Config {
  readonly nodes: readonly {
    readonly role: string
    readonly image?: string
    readonly extraMounts?: readonly { readonly hostPath: string; readonly containerPath: string }[]
  }[]
}

const DEFAULT_IMAGE = 'kindest/node:v1.36.3'

const KUBEADM_CONF = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.34.0
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: "172.18.0.2"
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
nodeRegistration:
  criSocket: unix:///run/containerd/containerd.sock
  kubeletExtraArgs:
  - name: node-ip
    value: 172.18.0.2
discovery:
  bootstrapToken:
    apiServerEndpoint: demo-control-plane:6443
    token: abcdef.0123456789abcdef
    unsafeSkipCAVerification: true
`

export function fakeKind(socket: string): Kind {
  return {
    async create(run) {
      try {
        await createWith(connectDocker(socket), run)
      } catch (error) {
        run.signal.throwIfAborted()
        if (error instanceof KindFailure) throw error
        throw new KindFailure('kind has ended with 1', [`ERROR: ${(error as Error).message}`])
      }
    },
  }
}

async function createWith(docker: Docker, { name, config, signal, onLine }: KindRun): Promise<void> {
  signal.throwIfAborted()
  const { nodes } = JSON.parse(config) as Config
  const { kind } = await jsonOf<{ kind: KindCourse }>(docker, { method: 'GET', path: '/_test', signal })
  const filters = JSON.stringify({ label: [`io.x-k8s.kind.cluster=${name}`] })
  const present = await jsonOf<unknown[]>(docker, {
    method: 'GET',
    path: '/containers/json',
    query: { all: '1', filters },
    signal,
  })
  const fail = (lines: readonly string[]): never => {
    for (const line of lines) onLine(line)
    throw new KindFailure('kind has ended with 1', lines)
  }
  if (present.length > 0) {
    fail([`ERROR: failed to create cluster: node(s) already exist for a cluster with the name "${name}"`])
  }
  onLine(`Creating cluster "${name}" ...`)
  onLine(' • Preparing nodes 📦  ...')
  const counts = new Map<string, number>()
  const made: string[] = []
  for (const { role, image = DEFAULT_IMAGE, extraMounts = [] } of nodes) {
    const count = (counts.get(role) ?? 0) + 1
    counts.set(role, count)
    const { Id } = await jsonOf<{ Id: string }>(docker, {
      method: 'POST',
      path: '/containers/create',
      query: { name: `${name}-${role}${count === 1 ? '' : count}` },
      body: {
        Image: image,
        Hostname: `${name}-${role}${count === 1 ? '' : count}`,
        Env: ['container=docker', ...(role === 'control-plane' ? ['KUBECONFIG=/etc/kubernetes/admin.conf'] : [])],
        Labels: { 'io.x-k8s.kind.cluster': name, 'io.x-k8s.kind.role': role },
        HostConfig: {
          Privileged: true,
          NetworkMode: 'kind',
          Binds: extraMounts.map(({ hostPath, containerPath }) => `${hostPath}:${containerPath}:ro`),
          PortBindings: role === 'control-plane' ? { '6443/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } : {},
        },
      },
      signal,
    }).catch((error: Error) => fail([`ERROR: failed to create cluster: command "docker run" failed: ${error.message}`]))
    made.push(Id)
    const course = kind.failure !== undefined && (kind.times ?? 1) > 0 ? kind.failure : undefined
    if (course !== undefined) {
      await bytesOf(docker, { method: 'GET', path: '/_test', query: { failed: '1' }, signal })
      fail(course)
    }
    await bytesOf(docker, { method: 'POST', path: `/containers/${Id}/start`, signal })
  }
  onLine(' ✓ Preparing nodes 📦 ')
  for (const id of made) {
    const query = { path: '/kind' }
    const body = archiveOf('kubeadm.conf', KUBEADM_CONF)
    await bytesOf(docker, { method: 'PUT', path: `/containers/${id}/archive`, query, body, signal })
  }
  onLine(' • Starting control-plane 🕹️  ...')
  await sleep(kind.delay ?? 0, undefined, { signal }).catch(() => signal.throwIfAborted())
  const [first = ''] = made
  const body = { AttachStdout: true, AttachStderr: true, Cmd: ['kubeadm', 'init'] }
  const { Id } = await jsonOf<{ Id: string }>(docker, {
    method: 'POST',
    path: `/containers/${first}/exec`,
    body,
    signal,
  }).catch((error: Error) =>
    fail([`ERROR: failed to create cluster: failed to init node with kubeadm: ${error.message}`]),
  )
  await bytesOf(docker, { method: 'POST', path: `/exec/${Id}/start`, body: {}, signal })
  const version = archiveOf('version', nodes[0]?.image?.split(':').at(-1) ?? 'v1.36.3')
  await bytesOf(docker, {
    method: 'PUT',
    path: `/containers/${first}/archive`,
    query: { path: '/kind' },
    body: version,
    signal,
  })
  onLine(' ✓ Starting control-plane 🕹️')
}

if (import.meta.main) {
  const socket = (process.env.DOCKER_HOST ?? '').replace('unix://', '')
  const name = process.argv[process.argv.indexOf('--name') + 1] ?? ''
  const run = {
    name,
    config: await text(process.stdin),
    signal: new AbortController().signal,
    onLine: (line: string) => process.stderr.write(`${line}\n`),
  }
  try {
    await createWith(connectDocker(socket), run)
  } catch (error) {
    if (!(error instanceof KindFailure)) process.stderr.write(`ERROR: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
