import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { diagnose, diagnosisText } from './doctor.ts'
import { probeImage } from './doctor-image.ts'
import { type Machine, type Ran, thisMachine } from './doctor-machine.ts'
import { PROBES, type ProbeName } from './doctor-probes.ts'
import { nodesHint, provisions } from './doctor-providers.ts'

const MEBIBYTE = 1024 * 1024
const ALL_CAPABILITIES = 'CapEff:\t000001ffffffffff\n'
const CGROUP_V1 = 'cgroup /sys/fs/cgroup/memory cgroup rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw 0 0\n'

/** A program's answer by the beginning of its command line; everything else works and says nothing. */
type Programs = Readonly<Record<string, Partial<Ran>>>

interface Fake extends Partial<Machine> {
  readonly programs?: Programs
}

/** A machine on which everything works. */
function fake({ programs = {}, ...changes }: Fake = {}): Machine {
  const usual: Programs = { 'docker info': { out: '29.0.1\n' }, 'kubectl get --raw /readyz': { out: 'ok' } }
  const answers = [...Object.entries(programs), ...Object.entries(usual)]
  return {
    platform: 'linux',
    arch: 'x64',
    node: 'v26.0.0',
    env: {},
    read: async (path) => (path === '/proc/mounts' ? CGROUP_V1 : ALL_CAPABILITIES),
    fileSystem: async () => 0x63677270,
    tryFolder: async () => '',
    tryOpen: async () => '',
    tryPort: async () => '',
    run: async (command, args) => {
      const line = [command, ...args].join(' ')
      const found = answers.find(([start]) => line.startsWith(start))?.[1]
      return { code: 0, out: '', failure: '', ...found }
    },
    availableMemory: () => 4096 * MEBIBYTE,
    ...changes,
  }
}

const failing = (failure: string): Partial<Ran> => ({ code: undefined, failure })

describe('a probe that succeeds says so', () => {
  for (const name of Object.keys(PROBES) as ProbeName[]) {
    it(name, async () => {
      const { ok, found, remedy } = await PROBES[name](fake())
      assert.deepEqual([ok, remedy], [true, ''], found)
    })
  }
})

const failures: readonly (readonly [ProbeName, string, Fake, RegExp])[] = [
  ['memory', 'that is used up', { availableMemory: () => 300 * MEBIBYTE }, /^300 MiB/],
  ['port', 'that is taken', { tryPort: async () => 'EADDRINUSE' }, /6443: EADDRINUSE/],
  ['root', 'of an ordinary user', { read: async () => 'CapEff:\t0000000000000000\n' }, /CAP_NET_ADMIN, CAP_SYS_ADMIN/],
  ['root', 'that lacks one right', { read: async () => 'CapEff:\t000001fffeffffff\n' }, /^lacks CAP_SYS_RESOURCE$/],
  ['root', 'of another system', { platform: 'darwin' }, /^darwin/],
  ['cgroups', 'that are read-only', { tryFolder: async () => 'EROFS' }, /version 2; none can be made: EROFS/],
  ['cgroups', 'that are not mounted', { fileSystem: async () => 1, read: async () => '' }, /none are mounted/],
  [
    'cgroups',
    'of version 1, one of which is read-only',
    { fileSystem: async () => 1, tryFolder: async (path) => (path.includes('/cpu/') ? 'EROFS' : '') },
    /version 1; none can be made: EROFS/,
  ],
  ['overlay', 'that is not permitted', { programs: { 'unshare --mount': failing('not permitted') } }, /not permitted/],
  ['network', 'without ip', { programs: { 'unshare --net sh': failing('ip: not found') } }, /ip: not found/],
  ['iptables', 'that is not installed', { programs: { 'unshare --net iptables': failing('no such file') } }, /no such/],
  ['docker', 'without a daemon', { programs: { 'docker info': failing('Cannot connect') } }, /does not answer: Cannot/],
  ['docker', 'that hangs', { programs: { 'docker info': failing('no answer in 5 s') } }, /no answer in 5 s/],
  ['docker', 'whose client is alone', { programs: { 'docker info': { out: '\n' } } }, /does not answer: no server/],
  [
    'docker',
    'that answers and runs nothing',
    { programs: { 'docker run': failing('operation not permitted') } },
    /29\.0\.1 answers, and runs no privileged container: operation not permitted/,
  ],
  ['docker', 'that takes no image', { programs: { 'docker load': failing('no space') } }, /no space/],
  ['docker', 'on a processor without a probe', { arch: 'riscv64' }, /no probe for riscv64/],
  ['kubelet', 'of which a part is missing', { programs: { runc: failing('runc is not installed') } }, /^runc is not/],
  ['kvm', 'that may not be opened', { tryOpen: async () => 'EACCES' }, /\/dev\/kvm: EACCES/],
  ['kvm', 'without qemu', { programs: { 'qemu-system-x86_64': failing('qemu is not installed') } }, /opens; qemu/],
  ['tun', 'that is not there', { tryOpen: async () => 'ENOENT' }, /\/dev\/net\/tun: ENOENT/],
  [
    'tun',
    'that makes no tap',
    { programs: { 'unshare --net ip tuntap': failing('busy') } },
    /no tap can be made: busy/,
  ],
  ['cluster', 'that does not answer', { programs: { kubectl: failing('refused') } }, /^refused$/],
  ['cluster', 'that is not ready', { programs: { kubectl: { out: 'etcd failed' } } }, /not ready/],
  [
    'kind',
    'that is not installed',
    { programs: { kind: failing('kind is not installed') } },
    /^kind is not installed$/,
  ],
  [
    'cluster',
    'that is an API alone, as Keelson’s own',
    {
      programs: {
        'kubectl get nodes': failing('error: the server doesn\'t have a resource type "nodes"'),
      },
    },
    /has no nodes/,
  ],
]

describe('a probe that fails says why, and what to do', () => {
  for (const [name, of, machine, found] of failures) {
    it(`${name} ${of}`, async () => {
      const finding = await PROBES[name](fake(machine))
      assert.equal(finding.ok, false)
      assert.match(finding.found, found)
      // Where nothing helps, nothing is advised.
      assert.equal(finding.remedy === '', machine.platform === 'darwin' || machine.arch === 'riscv64')
    })
  }

  it('docker leaves no image behind', async () => {
    const lines: string[] = []
    const machine = fake({ programs: { 'docker run': failing('no') } })
    await PROBES.docker({
      ...machine,
      run: (command, args, options) => {
        lines.push([command, ...args].join(' '))
        return machine.run(command, args, options)
      },
    })
    assert.equal(lines.at(-1), 'docker image rm --force keelson.dev/probe:1')
  })
})

describe('what follows', () => {
  it('a provider works where all that it needs does, and what this version has not comes later', async () => {
    const { providers } = await diagnose(fake({ tryOpen: async () => 'ENOENT' }))
    assert.deepEqual(
      providers.map(({ type, state, lacks }) => [type, state, ...lacks].join(' ')),
      ['logical works', 'simulated works', 'local later', 'kind works', 'vm later kvm tun', 'existing works'],
    )
  })

  it('says what gives nodes here', async () => {
    const { probes } = await diagnose(fake({ programs: { docker: failing('no') } }))
    assert.match(nodesHint(provisions(probes)), /type existing gives them nodes here/)
    const later = await diagnose(fake({ programs: { docker: failing('no'), kubectl: failing('no') } }))
    assert.match(nodesHint(later.providers), /could give them nodes \(local, vm\).*cannot yet/)
    const nothing = await diagnose(
      fake({
        platform: 'darwin',
        tryOpen: async () => 'ENOENT',
        programs: { docker: failing('no'), kubectl: failing('no') },
      }),
    )
    assert.equal(nodesHint(nothing.providers), 'this machine gives them no nodes as it is')
    const [logical, ...rest] = nothing.providers
    assert.ok(logical)
    assert.match(nodesHint([...rest, { ...logical, nodes: true }]), /type logical gives them nodes here/)
  })

  it('as text: what was tried out, what it enables, and how to get the rest', async () => {
    const diagnosis = await diagnose(fake({ programs: { 'docker info': failing('Cannot connect') } }))
    const text = diagnosisText(diagnosis, { terminal: false })
    assert.match(text, /^This machine: linux x64, Node 26\.0\.0\n\nTried out:\n {2}memory {5}ok {3}4096 MiB/)
    assert.match(text, /^ {2}kind {8}not here {8}real nodes in containers {3}lacks: docker$/m)
    assert.match(text, /^To get the rest:\n {2}docker {3}install Docker and start it/m)
    assert.ok(!text.includes('\u001b'))
    assert.ok(diagnosisText(diagnosis, { terminal: true }).includes('\u001b[31mno'))
  })
})

describe('this machine', () => {
  const machine = thisMachine(process.env)

  it('tells apart what a program answers, what is missing, and what takes too long', async () => {
    const node = (script: string, options = {}) => machine.run(process.execPath, ['-e', script], options)
    assert.deepEqual(await node('process.stdin.pipe(process.stdout)', { input: 'hello' }), {
      code: 0,
      out: 'hello',
      failure: '',
    })
    assert.deepEqual(await node('console.error("one\\ntwo"); process.exit(3)'), { code: 3, out: '', failure: 'two' })
    assert.equal((await node('setInterval(() => {}, 1000)', { timeout: 300 })).failure, 'no answer in 0.3 s')
    assert.equal((await machine.run('keelson-no-such-program', [])).failure, 'keelson-no-such-program is not installed')
  })

  it('tries folders and files', async () => {
    assert.equal(await machine.tryFolder('/nowhere/at/all'), 'ENOENT')
    assert.equal(await machine.tryOpen('/nowhere'), 'ENOENT')
  })
})

it('the image of the probe is an archive of one program, the same each time', () => {
  const image = probeImage('x64')
  assert.ok(image?.equals(probeImage('x64') ?? Buffer.alloc(0)))
  assert.match(image?.toString('latin1') ?? '', /manifest\.json[\s\S]*"RepoTags":\["keelson\.dev\/probe:1"\]/)
  assert.equal((image?.length ?? 0) % 512, 0)
})
