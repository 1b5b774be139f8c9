import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterProvider, ObservedCluster } from '../provider.ts'
import { isProviderError } from '../provider-error.ts'
import {
  type AdoptedWorld,
  asOwner,
  found,
  intentFor,
  OTHER_OWNER,
  OWNER,
  obtain,
  type ProviderWorld,
  signal,
} from './harness.ts'

/** A world whose answers come one by one: a provider decides on several, and others act in between. */
export interface Interruptible {
  /** After its n-th answer from now this is done, and then whoever asked gets the answer. Tells whether it was, and ends it. */
  interrupt(nth: number, between: () => Promise<void>): () => boolean
}

type OpenInterruptible<World> = () => Promise<World & Interruptible>

type Settled = PromiseSettledResult<unknown>

interface Moment<World> {
  readonly world: World
  readonly cluster: ObservedCluster
  /** What has become of the call, and of what was done in between. */
  readonly call: Settled
  readonly other: Settled
}

type Calls = (provider: ClusterProvider, cluster: ObservedCluster, world: AdoptedWorld) => Promise<unknown>

/** Answers after which nothing is said that a provider decides on any more. */
const ENOUGH = 20

interface Interruption {
  readonly call: Calls
  readonly other: Calls
  /** Whether the cluster is nobody's at first; default: it is ours. */
  readonly free?: boolean
  /** Where a call asks for much at once, not every answer is worth its time. */
  readonly step?: number
}

/** Makes the call once for each answer that it gets, on a cluster of ours of its own, with the other call behind that answer. */
async function atEachAnswer<World extends AdoptedWorld>(
  open: OpenInterruptible<World>,
  { call, other, free = false, step = 1 }: Interruption,
  check: (moment: Moment<World>) => Promise<void>,
): Promise<Settled[]> {
  await using world = await open()
  const calls: Settled[] = []
  for (let nth = 1; nth <= ENOUGH; nth += step) {
    const cluster = await obtain(world, intentFor(world, `at-${nth}`))
    if (free) await world.open().release(cluster.externalID, asOwner)
    let inBetween: Settled | undefined
    const wasInterrupted = world.interrupt(nth, async () => {
      ;[inBetween] = await Promise.allSettled([other(world.open(), cluster, world)])
    })
    const [ended] = await Promise.allSettled([call(world.open(), cluster, world)])
    if (!wasInterrupted() || inBetween === undefined) break
    calls.push(ended)
    await check({ world, cluster, call: ended, other: inBetween })
  }
  assert.ok(calls.length > 0)
  return calls
}

const toAnother: Calls = (provider, { externalID, identity }, world) => {
  const marks = { ...intentFor(world, identity?.name ?? ''), ownerTag: OTHER_OWNER }
  return provider.adopt(externalID, marks, { signal, from: OWNER })
}
const release: Calls = (provider, { externalID }) => provider.release(externalID, asOwner)
const remove: Calls = (provider, { externalID }) => provider.delete(externalID, asOwner)
const update: Calls = (provider, { externalID, identity }, world) =>
  provider.update(externalID, intentFor(world, identity?.name ?? '', { run: 'run-2' }), { signal })
const issueAccess: Calls = (provider, { externalID }) => provider.issueAccess(externalID, 3600, asOwner)
const adoptBy =
  (ownerTag: string): Calls =>
  (provider, { externalID, identity }, world) =>
    provider.adopt(externalID, { ...intentFor(world, identity?.name ?? ''), ownerTag }, { signal })

function succeeds(settled: Settled): void {
  if (settled.status === 'rejected') throw settled.reason
}

function failsWith(settled: Settled, reason: 'conflict' | 'gone'): void {
  assert.ok(settled.status === 'rejected', `it succeeds, instead of failing with ${reason}`)
  assert.ok(isProviderError(settled.reason, reason), String(settled.reason))
}

export function testInterruptions(open: OpenInterruptible<AdoptedWorld>): void {
  for (const [what, call] of [
    ['deleted', remove],
    ['released', release],
  ] as const) {
    test(`a cluster that passes to another owner while it is being ${what} is left to that owner`, async () => {
      await atEachAnswer(open, { call, other: toAnother }, async ({ world, cluster, call: ended, other }) => {
        if (other.status === 'rejected') return succeeds(ended)
        failsWith(ended, 'conflict')
        assert.equal((await found(world.open(), cluster.externalName)).ownerTag, OTHER_OWNER)
      })
    })
  }

  test('a cluster that is released before its deletion has begun goes on, and is nobody’s', async () => {
    const other: Calls = async (provider, cluster, world) => {
      const before = await provider.observe(cluster.externalName, signal)
      await release(provider, cluster, world)
      return before.found && before.state !== 'deleting' && before.ownerTag === OWNER
    }
    await atEachAnswer(open, { call: remove, other }, async ({ world, cluster, call, other }) => {
      if (other.status === 'rejected') throw other.reason
      if (!other.value) return succeeds(call)
      failsWith(call, 'conflict')
      assert.equal((await found(world.open(), cluster.externalName)).ownerTag, undefined)
    })
  })

  for (const [what, other] of [
    ['released', release],
    ['deleted', remove],
  ] as const) {
    test(`a cluster that is ${what} while it is being released needs it no more`, async () => {
      await atEachAnswer(open, { call: release, other }, async ({ call }) => succeeds(call))
    })
  }

  test('a cluster that passes to another owner while it is being updated keeps what that owner wrote', async () => {
    await atEachAnswer(open, { call: update, other: toAnother }, async ({ world, cluster, call, other }) => {
      succeeds(other)
      if (call.status === 'rejected') failsWith(call, 'conflict')
      const { ownerTag, run } = await found(world.open(), cluster.externalName)
      assert.deepEqual([ownerTag, run], [OTHER_OWNER, 'run-1'])
    })
  })

  test('of two owners that adopt one cluster, one in the middle of the other, one gets it', async () => {
    const calls = { call: adoptBy(OWNER), other: adoptBy(OTHER_OWNER), free: true, step: 4 }
    await atEachAnswer(open, calls, async ({ world, cluster, call, other }) => {
      const [winner, loser, ownerTag] = other.status === 'fulfilled' ? [other, call, OTHER_OWNER] : [call, other, OWNER]
      succeeds(winner)
      failsWith(loser, 'conflict')
      assert.equal((await found(world.open(), cluster.externalName)).ownerTag, ownerTag)
    })
  })

  for (const [what, other] of [
    ['is released', release],
    ['passes to another owner', toAnother],
  ] as const) {
    test(`no credential is issued of a cluster that ${what} meanwhile, and nothing of ours is left there`, async () => {
      const calls = await atEachAnswer(open, { call: issueAccess, other }, async ({ world, cluster, other }) => {
        succeeds(other)
        const { ownerTag } = await found(world.open(), cluster.externalName)
        assert.notEqual(ownerTag, OWNER)
        if (ownerTag === undefined) assert.doesNotMatch(await world.everythingKept(), /keelson-(owner|adoption)/)
      })
      // Behind the last answer it is issued already.
      for (const call of calls.slice(0, -1)) failsWith(call, 'conflict')
    })
  }
}

/** Of a provider that makes clusters. */
export function testInterruptedCreates(open: OpenInterruptible<ProviderWorld>): void {
  for (const ownerTag of [OWNER, OTHER_OWNER]) {
    const whose = ownerTag === OWNER ? 'its own owner' : 'another owner'
    test(`a cluster that is made by ${whose} while it is being made is one cluster`, async () => {
      await using world = await open()
      for (let nth = 1; nth <= ENOUGH; nth++) {
        const intent = intentFor(world, `at-${nth}`)
        let inBetween: PromiseSettledResult<ObservedCluster> | undefined
        const wasInterrupted = world.interrupt(nth, async () => {
          ;[inBetween] = await Promise.allSettled([world.open().create({ ...intent, ownerTag }, { signal })])
        })
        const [ended] = await Promise.allSettled([world.open().create(intent, { signal })])
        if (!wasInterrupted() || inBetween === undefined) return assert.ok(nth > 1)
        const { externalID, ownerTag: winner } = await found(world.open(), intent.externalName)
        for (const [settled, who] of [
          [ended, OWNER],
          [inBetween, ownerTag],
        ] as const) {
          if (who !== winner) failsWith(settled, 'conflict')
          else assert.equal(settled.status === 'fulfilled' && settled.value.externalID, externalID)
        }
      }
    })
  }

  test('the credential of a cluster is never that of its successor of the same name', async () => {
    const again: Calls = async (provider, { externalID, identity }, world) => {
      await provider.delete(externalID, asOwner)
      await provider.create(intentFor(world, identity?.name ?? ''), { signal })
    }
    const calls = await atEachAnswer(open, { call: issueAccess, other: again }, async ({ other }) => succeeds(other))
    for (const call of calls.slice(0, -1)) failsWith(call, 'gone')
  })
}
