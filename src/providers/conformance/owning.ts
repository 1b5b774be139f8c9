import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OwnershipMarks } from '../provider.ts'
import {
  type AdoptedWorld,
  asOwner,
  assertRefusal,
  found,
  intentFor,
  namesOf,
  type OpenAdoptedWorld,
  type OpenWorld,
  OTHER_OWNER,
  OWNER,
  obtain,
  signal,
} from './harness.ts'

function marksFor(world: AdoptedWorld, name: string): OwnershipMarks {
  const { identity, ownerTag, manifestDigest, run } = intentFor(world, name)
  return { identity, ownerTag, manifestDigest, run }
}

export function testAdoption(open: OpenAdoptedWorld): void {
  test('a cluster without tags becomes ours by adoption, and nothing else of it changes', async () => {
    await using world = await open()
    const provider = world.open()
    await world.plant('by-hand', 'ready')
    const before = await found(provider, 'by-hand')
    const marks = marksFor(world, 'emea')
    if (!provider.capabilities().adopt) {
      await assertRefusal(provider.adopt(before.externalID, marks, { signal }), 'refused')
      return
    }
    const adopted = await provider.adopt(before.externalID, marks, { signal })
    assert.deepEqual(adopted, { ...before, ...marks })
    assert.deepEqual(await provider.list(OWNER, signal), [adopted])
    assert.deepEqual(await provider.adopt(before.externalID, { ...marks, run: 'run-2' }, { signal }), adopted)
  })

  test('another owner’s cluster is adopted only from that owner by name', async () => {
    await using world = await open()
    const provider = world.open()
    await world.plant('foreign', 'ready', OTHER_OWNER)
    const { externalID } = await found(provider, 'foreign')
    const marks = marksFor(world, 'emea')
    if (!provider.capabilities().adopt) return
    await assertRefusal(provider.adopt(externalID, marks, { signal }), 'conflict')
    await assertRefusal(provider.adopt(externalID, marks, { signal, from: 'org-c' }), 'conflict')
    assert.equal((await found(provider, 'foreign')).ownerTag, OTHER_OWNER)
    assert.equal((await provider.adopt(externalID, marks, { signal, from: OTHER_OWNER })).ownerTag, OWNER)
    assert.deepEqual(await namesOf(provider, OTHER_OWNER), [])
  })

  test('of two owners that adopt one cluster at once, one gets it and the other a conflict', async () => {
    await using world = await open()
    const provider = world.open()
    await world.plant('by-hand', 'ready')
    const { externalID } = await found(provider, 'by-hand')
    if (!provider.capabilities().adopt) return
    const results = await Promise.allSettled(
      [OWNER, OTHER_OWNER].map((ownerTag) =>
        world.open().adopt(externalID, { ...marksFor(world, 'emea'), ownerTag }, { signal }),
      ),
    )
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  })

  test('a cluster that is released is nobody’s, and goes on as it is', async () => {
    await using world = await open()
    const provider = world.open()
    const created = await obtain(world, intentFor(world, 'emea'))
    if (!provider.capabilities().adopt) {
      await assertRefusal(provider.release(created.externalID, asOwner), 'refused')
      return
    }
    await assertRefusal(provider.release(created.externalID, { ownerTag: OTHER_OWNER, signal }), 'conflict')
    await provider.release(created.externalID, asOwner)
    const { ownerTag, identity, manifestDigest, run, ...rest } = created
    assert.deepEqual(await found(provider, created.externalName), rest)
    assert.deepEqual(await namesOf(provider), [])
    await provider.release(created.externalID, asOwner)
    await assertRefusal(provider.delete(created.externalID, asOwner), 'conflict')
  })
}

export function testOwnership(open: OpenWorld): void {
  testAdoption(open)

  test('marks survive stopping, starting and updating', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const { externalID, externalName } = await provider.create(intent, { signal })
    await provider.update(externalID, { ...intent, spec: world.specs.second }, { signal })
    await world.put(externalName, 'stopped')
    if (provider.capabilities().start) await provider.start(externalID, asOwner)
    const { identity, ownerTag, manifestDigest, run } = await found(provider, externalName)
    assert.deepEqual({ identity, ownerTag, manifestDigest, run }, marksFor(world, 'emea'))
  })
}
