/** Each probe does what it is about, in a throwaway place: that something is installed, or a device is there, tells nothing. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROBE_IMAGE, probeImage } from './doctor-image.ts'
import type { Machine } from './doctor-machine.ts'

export interface Finding {
  readonly ok: boolean
  /** What was found, or why it does not work. */
  readonly found: string
  /** How to get it; empty when it is there or cannot be had. */
  readonly remedy: string
}

type Probe = (machine: Machine) => Promise<Finding>

const yes = (found: string): Finding => ({ ok: true, found, remedy: '' })
const no = (found: string, remedy: string): Finding => ({ ok: false, found, remedy })

const MEBIBYTE = 1024 * 1024
/** statfs(2): f_type. */
const CGROUP2 = 0x63677270
const NEEDED_CAPABILITIES = { NET_ADMIN: 12, SYS_ADMIN: 21, SYS_RESOURCE: 24 } as const
const ROOT_REMEDY = 'run as root, or in a container with --privileged'
const CONTAINER_WITHIN = 20_000

export const PROBES = {
  async memory({ availableMemory }) {
    const mebibytes = Math.floor(availableMemory() / MEBIBYTE)
    const found = `${mebibytes} MiB available`
    return mebibytes >= 512
      ? yes(found)
      : no(found, 'end other programs: a Keelson wants 512 MiB, a cluster with nodes 1 GiB')
  },

  async port({ tryPort }) {
    const failure = await tryPort(6443)
    if (failure === '') return yes('127.0.0.1:6443 is free')
    return no(
      `127.0.0.1:6443: ${failure}`,
      'a Keelson may be running here already; another port: --listen 127.0.0.1:7443',
    )
  },

  async root({ platform, read }) {
    if (platform !== 'linux') return no(`${platform} has no Linux capabilities`, '')
    const status = (await read('/proc/self/status')) ?? ''
    const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
    const missing = Object.entries(NEEDED_CAPABILITIES)
      .filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 0n)
      .map(([name]) => `CAP_${name}`)
    return missing.length === 0 ? yes(`has ${capabilities()}`) : no(`lacks ${missing.join(', ')}`, ROOT_REMEDY)
  },

  async cgroups({ platform, read, fileSystem, tryFolder }) {
    if (platform !== 'linux') return no(`${platform} has no cgroups`, '')
    const isV2 = (await fileSystem('/sys/fs/cgroup')) === CGROUP2
    const controllers = isV2 ? [''] : hierarchies((await read('/proc/mounts')) ?? '')
    if (controllers.length === 0) return no('none are mounted', 'mount a cgroup2 file system at /sys/fs/cgroup')
    const name = `keelson-probe-${process.pid}`
    for (const controller of controllers) {
      const failure = await tryFolder(join('/sys/fs/cgroup', controller, name))
      if (failure !== '') return no(`version ${isV2 ? 2 : 1}; none can be made: ${failure}`, ROOT_REMEDY)
    }
    return yes(`version ${isV2 ? 2 : 1}; can be made`)
  },

  async overlay(machine) {
    const folder = await mkdtemp(join(tmpdir(), 'keelson-probe-'))
    // In a namespace of its own, which takes the mount along.
    const script = 'cd "$1" && mkdir l u w m && mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w m'
    try {
      const { code, failure } = await machine.run('unshare', ['--mount', 'sh', '-c', script, 'sh', folder])
      return code === 0
        ? yes('can be mounted')
        : no(`cannot be mounted: ${failure}`, `${ROOT_REMEDY}, with overlayfs in the kernel`)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },

  async network(machine) {
    const script = 'ip link add k0 type veth peer name k1 && ip link add k2 type bridge'
    const { code, failure } = await machine.run('unshare', ['--net', 'sh', '-c', script])
    if (code === 0) return yes('namespaces, veth pairs and bridges can be made')
    return no(`no namespace with a veth pair and a bridge: ${failure}`, `${ROOT_REMEDY}, and install iproute2`)
  },

  async iptables(machine) {
    const { code, failure } = await machine.run('unshare', ['--net', 'iptables', '-t', 'nat', '-L'])
    return code === 0 ? yes('the nat table answers') : no(failure, 'install iptables, and run as root')
  },

  async docker(machine) {
    const info = await machine.run('docker', ['info', '--format', '{{.ServerVersion}}'])
    if (info.code !== 0 || info.out.trim() === '') {
      return no(
        `does not answer: ${info.failure || 'no server'}`,
        'install Docker and start it: docker info must show a Server',
      )
    }
    const version = info.out.trim()
    const image = probeImage(machine.arch)
    if (image === undefined) return no(`${version} answers; no probe for ${machine.arch}`, '')
    const loaded = await machine.run('docker', ['load'], { input: image, timeout: CONTAINER_WITHIN })
    const args = ['run', '--rm', '--privileged', '--network', 'none', PROBE_IMAGE]
    const ran = loaded.code === 0 ? await machine.run('docker', args, { timeout: CONTAINER_WITHIN }) : loaded
    await machine.run('docker', ['image', 'rm', '--force', PROBE_IMAGE])
    if (ran.code === 0) return yes(`${version} runs privileged containers`)
    return no(`${version} answers, and runs no privileged container: ${ran.failure}`, 'allow privileged containers')
  },

  async kind(machine) {
    const { code, out, failure } = await machine.run(machine.env.KEELSON_KIND || 'kind', ['version'])
    if (code === 0) return yes(out.trim().split(' ').slice(0, 2).join(' '))
    return no(failure, 'install kind (https://kind.sigs.k8s.io), or name it in KEELSON_KIND')
  },

  async kubelet(machine) {
    return versions(machine, [
      ['kubelet', ['--version']],
      ['containerd', ['--version']],
      ['runc', ['--version']],
    ])
  },

  async kvm(machine) {
    const failure = await machine.tryOpen('/dev/kvm')
    if (failure !== '')
      return no(`/dev/kvm: ${failure}`, 'a machine, or a virtual machine with nesting, with access to /dev/kvm')
    const qemu = machine.arch === 'arm64' ? 'qemu-system-aarch64' : 'qemu-system-x86_64'
    const args = ['-accel', 'kvm', '-machine', 'none', '-display', 'none', '-monitor', 'stdio']
    const ran = await machine.run(qemu, args, { input: 'quit\n' })
    return ran.code === 0 ? yes('qemu starts with it') : no(`/dev/kvm opens; ${ran.failure}`, 'install qemu')
  },

  async tun(machine) {
    const failure = await machine.tryOpen('/dev/net/tun')
    if (failure !== '') return no(`/dev/net/tun: ${failure}`, ROOT_REMEDY)
    const made = await machine.run('unshare', ['--net', 'ip', 'tuntap', 'add', 'k0', 'mode', 'tap'])
    return made.code === 0 ? yes('taps can be made') : no(`no tap can be made: ${made.failure}`, ROOT_REMEDY)
  },

  async cluster(machine) {
    const folder = await mkdtemp(join(tmpdir(), 'keelson-probe-'))
    const ask = (...what: string[]) => machine.run('kubectl', ['get', ...what, '--request-timeout=4s'])
    // By name, not as --raw: kubectl before 1.33 leaves the path of a workspace's URL out there.
    const one = ['nodes', '--field-selector', 'metadata.name=keelson-probe', '--cache-dir', folder]
    const [ready, nodes] = await Promise.all([ask('--raw', '/readyz'), ask(...one)])
    await rm(folder, { recursive: true, force: true })
    if (ready.code !== 0 || ready.out.trim() !== 'ok') {
      return no(
        ready.failure || 'the cluster of the current kubeconfig is not ready',
        'set KUBECONFIG to a cluster that answers',
      )
    }
    // A Keelson of one's own is the current kubeconfig of most who try it; whoever may not list nodes may have some.
    if (/have a resource type/.test(nodes.failure)) {
      return no('the cluster of the current kubeconfig has no nodes: an API alone', 'set KUBECONFIG to one with nodes')
    }
    return yes('the cluster of the current kubeconfig answers')
  },
} satisfies Readonly<Record<string, Probe>>

export type ProbeName = keyof typeof PROBES
export type Findings = Readonly<Record<ProbeName, Finding>>

/** All at once; none takes longer than its time-outs. */
export async function probeAll(machine: Machine): Promise<Findings> {
  const entries = Object.entries(PROBES).map(async ([name, probe]) => [name, await probe(machine)] as const)
  return Object.fromEntries(await Promise.all(entries)) as Findings
}

function capabilities(): string {
  return Object.keys(NEEDED_CAPABILITIES)
    .map((name) => `CAP_${name}`)
    .join(', ')
}

/** `cgroup /sys/fs/cgroup/memory cgroup rw,…`: those of version 1 are mounted one by one. */
function hierarchies(mounts: string): string[] {
  return [...mounts.matchAll(/^\S+ \/sys\/fs\/cgroup\/(\S+) cgroup /gm)].map(([, name = '']) => name)
}

async function versions(
  machine: Machine,
  programs: readonly (readonly [string, readonly string[]])[],
): Promise<Finding> {
  const answers = await Promise.all(
    programs.map(async ([name, args]) => ({ name, ran: await machine.run(name, args) })),
  )
  const missing = answers.filter(({ ran }) => ran.code !== 0)
  const names = (of: typeof answers) => of.map(({ name }) => name).join(', ')
  if (missing.length > 0) return no(missing.map(({ ran }) => ran.failure).join('; '), `install ${names(missing)}`)
  return yes(`${names(answers)} answer`)
}
