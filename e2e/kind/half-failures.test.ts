/** What Docker does by halves: each ends with a ready cluster or with a reason, and nothing is left of it. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { intentFor, OWNER } from '../../src/providers/conformance/harness.ts'
import { type ClusterProvider, isProviderError } from '../../src/providers/index.ts'
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
