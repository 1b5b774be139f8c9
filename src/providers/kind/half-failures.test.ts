/** What is known to go wrong with Docker and kind, and what the provider makes of it. */
import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { externalNameOf } from '../identity.ts'
import type { ClusterIntent, ClusterProvider, ObservedCluster, Progress } from '../provider.ts'
import { isProviderError, type ProviderError, type ProviderErrorReason } from '../provider-error.ts'
import { connectDocker } from './docker/docker.ts'
import { type FakeDocker, type Fault, startFakeDocker } from './fake/fake-docker.ts'
import { fakeKind } from './fake/fake-kind.ts'
import { kindProvider } from './kind-provider.ts'
import { nodeImages } from './node-images.ts'
import { kindCommand } from './run-kind.ts'
import { fakeWorld } from './world-for-tests.ts'

const signal = new AbortController().signal
const identity = { org: 'acme', workspace: 'root:acme', kind: 'Platform', name: 'shop' }
const intent: ClusterIntent = {
  externalName: externalNameOf(identity),
  identity,
  ownerTag: 'org-a',
  manifestDigest: 'sha256:first',
  run: 'run-1',
  spec: {},
}
const ours = { ownerTag: 'org-a', signal }

async function failure(call: Promise<unknown>, reason: ProviderErrorReason): Promise<ProviderError> {
  const error: unknown = await call.then(
    () => assert.fail(`it succeeds, instead of failing with ${reason}`),
    (thrown: unknown) => thrown,
  )
  assert.ok(isProviderError(error, reason), String(error))
  return error
}

async function seen(provider: ClusterProvider): Promise<ObservedCluster> {
  const found = await provider.observe(intent.externalName, signal)
  assert.ok(found.found)
  return found
}

/** Ends, or says within the call that it does not. */
const create = (provider: ClusterProvider, change: Partial<ClusterIntent> = {}) =>
  provider.create({ ...intent, ...change }, { signal })

async function begin(): Promise<{ docker: FakeDocker; provider: ClusterProvider } & AsyncDisposable> {
  const docker = await startFakeDocker()
  const provider = kindProvider({ world: fakeWorld(docker.socket) })
  return { docker, provider, [Symbol.asyncDispose]: () => docker[Symbol.asyncDispose]() }
}

describe('Docker', () => {
  test('that is not there is unreachable, and the message says where it was looked for', async () => {
    const provider = kindProvider({ world: fakeWorld('/nowhere/docker.sock') })
    const { message } = await failure(provider.list('org-a', signal), 'unreachable')
    assert.equal(message, 'Docker at /nowhere/docker.sock does not answer: there is no such socket; is it running?')
    await failure(create(provider), 'unreachable')
  })

  const silent: readonly (readonly [string, Fault['effect'], RegExp])[] = [
    ['answers 500', { status: 500, message: 'context deadline exceeded' }, /500: context deadline exceeded$/],
    ['cuts its answer off', 'cut', /does not answer: (the answer was cut off|the connection was cut|aborted)$/],
    ['closes the connection', 'refuse', /the connection was cut|socket hang up/],
    ['answers too late', { delay: 60_000 }, /no answer in 0.2 s$/],
  ]
  for (const [how, effect, message] of silent) {
    test(`that ${how} is unreachable, and nothing is taken for absent`, async () => {
      await using world = await begin()
      await create(world.provider)
      const made = [...world.docker.containers.keys()]
      const docker = connectDocker(world.docker.socket, 200)
      const provider = kindProvider({ world: { ...fakeWorld(world.docker.socket), docker } })
      world.docker.faults = [{ request: /./, effect }]
      const error = await failure(provider.observe(intent.externalName, signal), 'unreachable')
      assert.match(error.message, message)
      await failure(provider.list('org-a', signal), 'unreachable')
      await failure(create(provider), 'unreachable')
      await failure(provider.delete((await seenWithout(world)).externalID, ours), 'unreachable')
      assert.deepEqual([...world.docker.containers.keys()], made)
    })
  }

  test('that cannot write says that its disk is full', async () => {
    await using world = await begin()
    const message = 'error while creating volume root path: mkdir: no space left on device'
    world.docker.faults = [{ request: /^POST .volumes.create/, effect: { status: 500, message } }]
    const error = await failure(create(world.provider), 'failed')
    assert.match(error.message, /Docker's disk is full; free some: docker system df$/)
    assert.deepEqual(error.logTail, [message])
  })

  test('that fails at any request once leaves something that its owner lists, and that the next call ends well', async () => {
    await using measured = await begin()
    await create(measured.provider)
    const count = measured.docker.requests.length
    const effects: readonly Fault['effect'][] = ['refuse', 'cut', { status: 500, message: 'no reason' }]
    for (let skip = 0; skip < count; skip++) {
      await using world = await begin()
      const { docker, provider } = world
      docker.faults = [{ request: /./, skip, times: 1, effect: effects[skip % effects.length] ?? 'refuse' }]
      await create(provider).catch((error: unknown) => assert.ok(isProviderError(error), String(error)))
      docker.faults = []
      const listed = await provider.list('org-a', signal)
      assert.ok(listed.length === 1 || (docker.containers.size === 0 && docker.volumes.size === 0))
      await create(provider)
      assert.deepEqual([docker.containers.size, (await seen(provider)).state], [1, 'ready'])
      await provider.delete((await seen(provider)).externalID, ours)
      assert.deepEqual([docker.containers.size, docker.volumes.size], [0, 0])
    }
  })
})

async function seenWithout({ docker, provider }: { docker: FakeDocker; provider: ClusterProvider }) {
  const { faults } = docker
  docker.faults = []
  const found = await seen(provider)
  docker.faults = faults
  return found
}

describe('kind', () => {
  const causes: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no image', ['ERROR: failed to pull image "kindest/node:v1": manifest unknown'], /node image is not there/],
    ['no addresses', ['could not find an available, non-overlapping IPv4 address pool'], /free address range/],
    ['too few files', ['kubelet: inotify_init: too many open files'], /too few open files/],
    ['nothing it knows', ['kubeadm: booting', 'ERROR: failed to init node', 'Stack Trace:'], /failed to init node$/],
  ]
  for (const [what, lines, message] of causes) {
    test(`that fails for ${what} says so with its last lines, and leaves no container`, async () => {
      await using world = await begin()
      world.docker.kind = { failure: lines }
      const error = await failure(create(world.provider), 'failed')
      assert.match(error.message, message)
      assert.deepEqual(error.logTail.slice(-lines.length), lines)
      assert.equal(world.docker.containers.size, 0)
      const left = await seen(world.provider)
      assert.deepEqual([left.state, left.message], ['building', error.message])
      await world.provider.delete(left.externalID, ours)
      assert.equal(world.docker.volumes.size, 0)
    })
  }

  test('whose docker run ends with 125 and leaves a container is run once more', async () => {
    await using world = await begin()
    const lines = ['ERROR: command "docker run --name x" failed with error: exit status 125']
    world.docker.kind = { failure: lines, times: 1 }
    const reports: Progress[] = []
    const made = await world.provider.create(intent, { signal, onProgress: (report) => reports.push(report) })
    assert.deepEqual([made.state, world.docker.containers.size], ['ready', 1])
    assert.ok(reports.some(({ phase }) => phase === 'trying-again'))
  })

  test('that finds a node of its name made by somebody else leaves that one alone', async () => {
    await using world = await begin()
    const { docker, provider } = world
    const other = connectDocker(docker.socket)
    await other.send({
      method: 'POST',
      path: '/containers/create',
      query: { name: `${intent.externalName}-control-plane` },
      body: { Image: 'nginx' },
      signal,
    })
    const error = await failure(create(provider), 'failed')
    assert.match(error.message, /a container of this name is there already$/)
    assert.deepEqual(
      [...docker.containers.values()].map(({ image }) => image),
      ['nginx'],
    )
  })

  test('that somebody else runs for the same name in the meantime does not lose its nodes', async () => {
    await using world = await begin()
    const { docker, provider } = world
    docker.kind = { failure: ['ERROR: no reason'] }
    await failure(create(provider), 'failed')
    docker.kind = {}
    const config = JSON.stringify({ nodes: [{ role: 'control-plane' }] })
    await fakeKind(docker.socket).create({ name: intent.externalName, config, signal, onLine() {} })
    const theirs = [...docker.containers.keys()]
    await failure(create(provider), 'failed')
    await provider.delete((await seen(provider)).externalID, ours)
    assert.deepEqual([...docker.containers.keys()], theirs)
    assert.equal((await seen(provider)).ownerTag, undefined)
  })

  test('is a command: it is told where Docker is, its steps are told, and it ends with whoever waits for it', async () => {
    await using world = await begin()
    const { docker } = world
    const folder = await mkdtemp(join(tmpdir(), 'keelson-fake-kind-'))
    await using cleanup = new AsyncDisposableStack()
    cleanup.defer(() => rm(folder, { recursive: true }))
    const command = join(folder, 'kind')
    const program = join(import.meta.dirname, 'fake', 'fake-kind.ts')
    await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
    await chmod(command, 0o755)
    const dockerHost = `unix://${docker.socket}`
    const kind = kindCommand({ command, env: { PATH: process.env.PATH }, dockerHost })
    const provider = kindProvider({ world: { ...fakeWorld(docker.socket), kind } })
    const phases: string[] = []
    const made = await provider.create(intent, { signal, onProgress: ({ phase }) => phases.push(phase) })
    assert.equal(made.state, 'ready')
    assert.ok(phases.includes('starting-nodes') && phases.includes('starting-control-plane'), phases.join())
    await provider.delete(made.externalID, ours)

    // kind tells the whole command, and how it ended behind it.
    const flags = '--label io.x-k8s.kind.role=control-plane --privileged '.repeat(20)
    docker.kind = { failure: [`ERROR: command "docker run ${flags}" failed with error: exit status 125`], times: 1 }
    const again = await provider.create(intent, { signal, onProgress: ({ phase }) => phases.push(phase) })
    assert.ok(phases.includes('trying-again'), phases.join())
    await provider.delete(again.externalID, ours)

    docker.kind = { delay: 600_000 }
    const stop = new AbortController()
    const onProgress = ({ phase }: Progress) => {
      if (phase === 'starting-control-plane') stop.abort(new Error('no longer wanted'))
    }
    await assert.rejects(provider.create(intent, { signal: stop.signal, onProgress }), /no longer wanted/)

    docker.kind = { failure: ['ERROR: token abcdef.0123456789abcdef is not valid'] }
    const { logTail } = await failure(create(provider), 'failed')
    assert.equal(logTail.at(-1), 'ERROR: token [redacted] is not valid')
    const absent = kindCommand({ command: 'keelson-no-such-kind', env: {}, dockerHost })
    const lacking = kindProvider({ world: { ...fakeWorld(docker.socket), kind: absent } })
    const { message } = await failure(create(lacking), 'failed')
    assert.match(message, /the command keelson-no-such-kind is not there; install it .* or name it in KEELSON_KIND$/)
  })
})

describe('an image', () => {
  test('that is missing is pulled, and how far that is is told', async () => {
    await using world = await begin()
    const reports: Progress[] = []
    const onProgress = (report: Progress) => reports.push(report)
    await world.provider.create({ ...intent, spec: { version: 'v1.36.3' } }, { signal, onProgress })
    const pulling = reports.filter(({ phase }) => phase === 'pulling-image').map(({ message }) => message)
    assert.deepEqual(pulling, ['kindest/node:v1.36.3', 'kindest/node:v1.36.3: 1 MB'])
  })

  test('that nobody has is a failure that says so, and leaves no container', async () => {
    await using world = await begin()
    const images = nodeImages('no-such-image')
    const provider = kindProvider({ world: { ...fakeWorld(world.docker.socket), images } })
    const { message } = await failure(create(provider, { spec: { version: 'v1.36.3' } }), 'failed')
    assert.match(message, /^image no-such-image:v1.36.3 cannot be pulled: the node image is not there/)
    assert.equal(world.docker.containers.size, 0)
  })
})

describe('a cluster', () => {
  const states: readonly (readonly [string, (docker: FakeDocker) => void, RegExp])[] = [
    ['whose nodes somebody has removed', ({ containers }) => containers.clear(), /its nodes are gone/],
    [
      'whose deletion was cut off',
      ({ volumes }) => {
        for (const each of volumes.values()) each.labels['keelson-phase'] = 'deleting'
      },
      /its deletion was cut off/,
    ],
    [
      'whose worker was cut off while it was added',
      ({ containers }) => {
        const [worker] = [...containers.values()].filter(({ name }) => name.endsWith('worker'))
        worker?.files.clear()
        Object.assign(worker ?? {}, { name: `${worker?.name}.joining` })
      },
      /a node was being added, which was cut off$/,
    ],
    [
      'whose node has ended',
      ({ containers }) => {
        const [first] = [...containers.values()].filter(({ name }) => name.endsWith('worker'))
        Object.assign(first ?? {}, { state: 'exited', status: 'Exited (137) 2 seconds ago' })
      },
      /worker: Exited \(137\) 2 seconds ago$/,
    ],
  ]
  for (const [what, spoil, message] of states) {
    test(`${what} has failed, and an update makes it whole as the same cluster`, async () => {
      await using world = await begin()
      const { docker, provider } = world
      const spec = { topology: { pools: [{ name: 'a', replicas: 1 }] } }
      const { externalID } = await create(provider, { spec })
      spoil(docker)
      const failed = await seen(provider)
      assert.deepEqual([failed.state, failed.externalID], ['failed', externalID])
      assert.match(failed.message, message)
      const mended = await provider.update(externalID, { ...intent, spec }, { signal })
      assert.deepEqual([mended.state, mended.externalID, docker.containers.size], ['ready', externalID, 2])
    })
  }

  test('whose API has been silent for long has failed, and an update starts it anew', async () => {
    await using world = await begin()
    const { docker, provider } = world
    const { externalID } = await create(provider)
    docker.isApiUp = false
    const [node] = docker.containers.values()
    assert.ok(node)
    assert.equal((await seen(provider)).state, 'building')
    node.startedAt = new Date(Date.now() - 3_600_000).toISOString()
    assert.deepEqual(
      [(await seen(provider)).state, (await seen(provider)).message],
      ['failed', 'its nodes run, and its API does not answer'],
    )
    const update = provider.update(externalID, intent, {
      signal,
      onProgress: ({ phase }) => {
        if (phase === 'starting-nodes') docker.isApiUp = true
      },
    })
    assert.equal((await update).state, 'ready')
    assert.ok(docker.requests.includes('POST /containers/{id}/restart'))
  })

  test('that was let go of and removed by hand leaves its name free', async () => {
    await using world = await begin()
    const { docker, provider } = world
    const { externalID } = await create(provider)
    docker.faults = [{ request: /^DELETE .volumes/, skip: 1, effect: 'refuse' }]
    await failure(provider.release(externalID, ours), 'unreachable')
    docker.faults = []
    assert.equal((await seen(provider)).ownerTag, undefined)
    docker.containers.clear()
    assert.deepEqual(await provider.observe(intent.externalName, signal), { found: false })
    assert.equal((await create(provider)).state, 'ready')
  })

  test('goes to the next version node by node, and neither further nor back', async () => {
    await using world = await begin()
    const { docker, provider } = world
    const pools = [{ name: 'a', replicas: 1 }]
    const { externalID } = await create(provider, { spec: { version: 'v1.34.0', topology: { pools } } })
    const to = (version: string) => provider.update(externalID, { ...intent, spec: { version } }, { signal })
    assert.match((await failure(to('v1.36.3'), 'refused')).message, /^spec.version: from v1.34.0 go to v1.35 first$/)
    assert.match((await failure(to('v1.33.9'), 'refused')).message, /a cluster of v1.34.0 never goes back$/)
    const before = new Set(docker.containers.keys())
    const upgraded = await to('v1.35.4')
    assert.deepEqual(upgraded.spec, { version: 'v1.35.4', topology: { controlPlane: { replicas: 1 }, pools } })
    assert.ok([...docker.containers.keys()].every((id) => !before.has(id)))
    assert.deepEqual([...docker.containers.values()].map(({ name }) => name).sort(), [
      `${intent.externalName}-control-plane`,
      `${intent.externalName}-worker`,
    ])
  })

  test('of another workspace is in nobody’s list, whatever the owner tag', async () => {
    await using world = await begin()
    const scoped = (workspace: string) => kindProvider({ world: fakeWorld(world.docker.socket), workspace })
    const { externalID } = await create(scoped('root:acme'))
    assert.equal((await scoped('root:acme').list('org-a', signal)).length, 1)
    assert.deepEqual(await scoped('root:other').list('org-a', signal), [])
    await failure(scoped('root:other').delete(externalID, ours), 'conflict')
    await failure(scoped('root:other').issueAccess(externalID, 600, ours), 'conflict')
  })
})
