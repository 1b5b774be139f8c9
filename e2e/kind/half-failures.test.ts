/** What Docker does by halves: each ends with a ready cluster or with a reason, and nothing is left of it. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { intentFor, OWNER } from '../../src/providers/conformance/harness.ts'
import { type ClusterProvider, isProviderError } from '../../src/providers/index.ts'
import { kindProvider } from '../../src/providers/kind/kind-provider.ts'
import { eventually } from '../../src/testing/index.ts'
import { type Docker, startDocker } from './docker-daemon.ts'
import type { Fault } from './faulty-docker.ts'
import { provideLightImages } from './light-image.ts'
import { openRealWorld, type RealWorld } from './real-world.ts'

const CREATE = /^\/containers\/create$/
const START = /^\/containers\/[^/]+\/start$/
const EXEC = /^\/containers\/[^/]+\/exec$/
const RUN_EXEC = /^\/exec\/[^/]+\/start$/
const CONTAINER = /^\/containers\/[^/]+$/
const VOLUMES = /^\/volumes\/create$/
const VOLUME = /^\/volumes\/./

interface Case {
  readonly what: string
  readonly fault: Fault
}

const CREATING: readonly Case[] = [
  {
    what: 'docker run exits 125 and leaves its container',
    fault: { method: 'POST', path: START, effect: 'refuse', times: 1 },
  },
  {
    what: 'docker run exits 125 and its container runs',
    fault: { method: 'POST', path: START, effect: 'refuse after', times: 1 },
  },
  { what: 'docker run fails each time', fault: { method: 'POST', path: START, effect: 'refuse' } },
  {
    what: 'a container is made and the answer lost',
    fault: { method: 'POST', path: CREATE, effect: 'cut after', times: 1 },
  },
  { what: 'the second container cannot be made', fault: { method: 'POST', path: CREATE, skip: 1, effect: 'refuse' } },
  { what: 'nothing can be run in a node', fault: { method: 'POST', path: EXEC, effect: 'refuse' } },
  { what: 'kubeadm is cut off', fault: { method: 'POST', path: RUN_EXEC, skip: 3, effect: 'cut', times: 1 } },
  {
    what: 'the claim is made and the answer lost',
    fault: { method: 'POST', path: VOLUMES, effect: 'cut after', times: 1 },
  },
  {
    what: 'the mark of the end is not written',
    fault: { method: 'POST', path: VOLUMES, skip: 2, effect: 'refuse', times: 1 },
  },
  {
    what: 'Docker does not list what there is',
    fault: { method: 'GET', path: /^\/containers\/json$/, effect: 'refuse' },
  },
  { what: 'Docker is slow', fault: { method: 'POST', path: /./, effect: { delay: 700 } } },
]

const DELETING: readonly Case[] = [
  { what: 'a container is not removed', fault: { method: 'DELETE', path: CONTAINER, effect: 'refuse' } },
  { what: 'only one container is removed', fault: { method: 'DELETE', path: CONTAINER, skip: 1, effect: 'refuse' } },
  {
    what: 'a container is removed and Docker says that it was not',
    fault: { method: 'DELETE', path: CONTAINER, effect: 'refuse after', times: 1 },
  },
  {
    what: 'a container is removed and the answer lost',
    fault: { method: 'DELETE', path: CONTAINER, effect: 'cut after', times: 1 },
  },
  { what: 'a mark is not removed', fault: { method: 'DELETE', path: VOLUME, effect: 'refuse' } },
  {
    what: 'a mark is removed and the answer lost',
    fault: { method: 'DELETE', path: VOLUME, skip: 1, effect: 'cut after', times: 1 },
  },
]

const within = () => AbortSignal.timeout(300_000)
const intentIn = (world: RealWorld) => intentFor(world, 'emea')

let docker: Docker | undefined

before(async () => {
  docker = await startDocker()
  await provideLightImages(docker)
})
after(() => docker?.[Symbol.asyncDispose]())

async function assertNothingLeft({ run }: Docker): Promise<void> {
  assert.equal(await run('ps', '--all', '--quiet'), '')
  assert.equal(await run('volume', 'ls', '--quiet'), '')
}

/** What it fails with, which has a reason; undefined where it succeeds all the same. */
async function reasonOf(call: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error === undefined) return undefined
  assert.ok(isProviderError(error), String(error))
  assert.ok(error.message.length > 10)
  return error.reason
}

/** As a machine without memory does. */
async function killKind(externalName: string): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [program = '', ...words] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (basename(program) === 'kind' && words.includes(externalName)) process.kill(Number(pid), 'SIGKILL')
  }
}

async function remove(world: RealWorld, provider: ClusterProvider): Promise<void> {
  for (const { externalID } of await provider.list(OWNER, within()))
    await provider.delete(externalID, { ownerTag: OWNER, signal: within() })
  assert.deepEqual(await provider.observe(intentIn(world).externalName, within()), { found: false })
}

describe('while a cluster is created', () => {
  for (const { what, fault } of CREATING) {
    test(what, async (context) => {
      assert.ok(docker)
      await using world = await openRealWorld(docker)
      const provider = world.open()
      const intent = intentIn(world)
      world.arrange(fault)
      const reason = await reasonOf(provider.create(intent, { signal: within() }))
      assert.ok(world.faultsMet() > 0, 'the fault was not met')
      context.diagnostic(reason ?? 'ready')
      await world.heal()
      // Whatever was left, the next call goes on from there.
      const created = await provider.create(intent, { signal: within() })
      assert.equal(created.state, 'ready')
      assert.deepEqual(await provider.list(OWNER, within()), [created])
      await remove(world, provider)
      await assertNothingLeft(docker)
    })
  }

  test('deleted right after any of them, nothing is left either', async () => {
    assert.ok(docker)
    for (const { fault } of CREATING) {
      await using world = await openRealWorld(docker)
      const provider = world.open()
      world.arrange(fault)
      await reasonOf(provider.create(intentIn(world), { signal: within() }))
      await world.heal()
      await remove(world, provider)
      await assertNothingLeft(docker)
    }
  })
})

describe('while a cluster is deleted', () => {
  for (const { what, fault } of DELETING) {
    test(what, async (context) => {
      assert.ok(docker)
      await using world = await openRealWorld(docker)
      const provider = world.open()
      const { externalID } = await provider.create(intentIn(world), { signal: within() })
      world.arrange(fault)
      const reason = await reasonOf(provider.delete(externalID, { ownerTag: OWNER, signal: within() }))
      assert.ok(world.faultsMet() > 0, 'the fault was not met')
      context.diagnostic(reason ?? 'gone')
      await world.heal()
      await remove(world, provider)
      await assertNothingLeft(docker)
    })
  }
})

/** Ids of all containers. */
const containersOf = async ({ run }: Docker) => (await run('ps', '--all', '--quiet')).split('\n').filter(Boolean).sort()

describe('while others are at it', () => {
  test('nodes that somebody removes are missed, and a cluster that somebody makes of that name is left alone', async () => {
    assert.ok(docker)
    await using world = await openRealWorld(docker)
    const provider = world.open()
    const intent = intentIn(world)
    const { externalID, externalName } = await provider.create(intent, { signal: within() })
    await docker.run('rm', '--force', '--volumes', ...(await containersOf(docker)))
    const missed = await provider.observe(externalName, within())
    assert.ok(missed.found && missed.state === 'failed' && missed.externalID === externalID)
    await world.plant(externalName, 'ready')
    const theirs = await containersOf(docker)
    assert.equal(await reasonOf(provider.update(externalID, intent, { signal: within() })), 'failed')
    await provider.delete(externalID, { ownerTag: OWNER, signal: within() })
    assert.deepEqual(await containersOf(docker), theirs)
    const left = await provider.observe(externalName, within())
    assert.ok(left.found && left.ownerTag === undefined && left.externalID !== externalID)
  })

  test('a cluster that somebody makes after a create has failed survives the deletion of what failed', async () => {
    assert.ok(docker)
    await using world = await openRealWorld(docker)
    const provider = world.open()
    const intent = intentIn(world)
    world.arrange({ method: 'POST', path: START, effect: 'refuse' })
    assert.equal(await reasonOf(provider.create(intent, { signal: within() })), 'failed')
    await world.heal()
    await world.plant(intent.externalName, 'ready')
    const theirs = await containersOf(docker)
    assert.equal(await reasonOf(provider.create(intent, { signal: within() })), 'failed')
    for (const { externalID } of await provider.list(OWNER, within()))
      await provider.delete(externalID, { ownerTag: OWNER, signal: within() })
    assert.deepEqual(await containersOf(docker), theirs)
  })

  test('a kind that is killed has failed for that reason, and the next call makes the cluster', async () => {
    assert.ok(docker)
    await using world = await openRealWorld(docker)
    const intent = intentIn(world)
    world.arrange({ method: 'POST', path: RUN_EXEC, effect: 'hold' })
    const creation = reasonOf(world.open().create(intent, { signal: within() }))
    await eventually(async () => assert.ok(world.faultsMet() > 0))
    await killKind(intent.externalName)
    assert.equal(await creation, 'failed')
    await world.heal()
    assert.equal((await world.open().create(intent, { signal: within() })).state, 'ready')
    await remove(world, world.open())
    await assertNothingLeft(docker)
  })
})

test('a kind that finds no docker command says so, and leaves nothing but the claim', async () => {
  assert.ok(docker)
  await using world = await openRealWorld(docker)
  const provider = kindProvider({ world: world.kindWorld({ PATH: '' }) })
  const error: unknown = await provider.create(intentIn(world), { signal: within() }).catch((thrown: unknown) => thrown)
  assert.ok(isProviderError(error, 'failed'), String(error))
  assert.match(error.logTail.join('\n'), /docker/)
  assert.deepEqual(await containersOf(docker), [])
  await remove(world, provider)
  await assertNothingLeft(docker)
})

describe('three control planes behind a load balancer', () => {
  const topology = { controlPlane: { replicas: 3 }, pools: [] }

  for (const { what, fault } of [
    { what: 'are one cluster, reached through it', fault: undefined },
    {
      what: 'whose load balancer is not started the first time',
      fault: { method: 'POST', path: START, effect: 'refuse after', times: 1 } as const,
    },
    {
      what: 'whose load balancer cannot be configured',
      fault: { method: 'POST', path: EXEC, effect: 'refuse', times: 1 } as const,
    },
  ]) {
    test(what, async (context) => {
      assert.ok(docker)
      await using world = await openRealWorld(docker)
      const provider = world.open()
      const intent = { ...intentIn(world), spec: { ...world.specs.first, topology } }
      if (fault !== undefined) {
        world.arrange(fault)
        context.diagnostic((await reasonOf(provider.create(intent, { signal: within() }))) ?? 'ready')
        assert.ok(world.faultsMet() > 0, 'the fault was not met')
        await world.heal()
      }
      const created = await provider.create(intent, { signal: within() })
      assert.deepEqual([created.state, created.spec.topology], ['ready', topology])
      assert.equal((await containersOf(docker)).length, 4)
      await remove(world, provider)
      await assertNothingLeft(docker)
    })
  }
})

test('twenty at once on a Docker that answers slowly are ready, or say why not', async () => {
  assert.ok(docker)
  await using world = await openRealWorld(docker)
  world.arrange({ path: /./, effect: { delay: 200 } })
  const names = Array.from({ length: 20 }, (_, place) => `cluster-${place + 1}`)
  const spec = { version: world.specs.first.version ?? '', topology: {} }
  const created = names.map((name) => world.open().create(intentFor(world, name, { spec }), { signal: within() }))
  const reasons = await Promise.all(created.map(reasonOf))
  await world.heal()
  const clusters = await world.open().list(OWNER, within())
  assert.equal(clusters.length, names.length)
  for (const [place, reason] of reasons.entries()) {
    const { externalName } = intentFor(world, names[place] ?? '')
    const state = clusters.find((cluster) => cluster.externalName === externalName)?.state
    assert.ok(state === 'ready' || reason !== undefined, `${externalName}: ${state}`)
  }
  await Promise.all(
    clusters.map(({ externalID }) => world.open().delete(externalID, { ownerTag: OWNER, signal: within() })),
  )
  await assertNothingLeft(docker)
})
