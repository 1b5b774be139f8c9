import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterState } from '../provider.ts'
import {
  asOwner,
  assertAbsent,
  assertRefusal,
  found,
  foundAs,
  intentFor,
  namesOf,
  type OpenWorld,
  OTHER_OWNER,
  signal,
} from './harness.ts'

const STATES: readonly ClusterState[] = ['building', 'ready', 'failed', 'deleting', 'stopped']

export function testDeletion(open: OpenWorld): void {
  for (const state of STATES) {
    test(`a cluster that is ${state} is gone when the delete returns`, async () => {
      await using world = await open()
      const provider = world.open()
      const { externalID, externalName } = await provider.create(intentFor(world, 'emea'), { signal })
      await world.put(externalName, state)
      await provider.delete(externalID, asOwner)
      await assertAbsent(provider, externalName)
    })
  }

  test('deleting what is gone, twice or at once, succeeds', async () => {
    await using world = await open()
    const { externalID, externalName } = await world.open().create(intentFor(world, 'emea'), { signal })
    await world.slowDown('delete', 60)
    await Promise.all([1, 2, 3].map(() => world.open().delete(externalID, asOwner)))
    await world.open().delete(externalID, asOwner)
    await world.open().delete('nothing://like-this', asOwner)
    await assertAbsent(world.open(), externalName)
  })

  test('a half-built cluster is deleted', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    await world.failCreate('half')
    await assert.rejects(provider.create(intent, { signal }))
    await provider.delete((await found(provider, intent.externalName)).externalID, asOwner)
    await assertAbsent(provider, intent.externalName)
  })

  test('a build that is under way ends with an error when its cluster is deleted, and brings nothing back', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    await world.slowDown('create', 1500)
    const creation = assert.rejects(provider.create(intent, { signal }))
    await provider.delete((await foundAs(provider, intent.externalName, ['building'])).externalID, asOwner)
    await creation
    await assertAbsent(provider, intent.externalName)
  })

  test('while it is being deleted it is seen as such, and its name is not free', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const { externalID } = await provider.create(intent, { signal })
    await world.slowDown('delete', 60_000)
    const controller = new AbortController()
    const deletion = provider.delete(externalID, { ...asOwner, signal: controller.signal })
    await foundAs(world.open(), intent.externalName, ['deleting'])
    assert.deepEqual(await namesOf(world.open()), [intent.externalName])
    await assertRefusal(world.open().create(intent, { signal }), 'refused')
    controller.abort()
    await assert.rejects(deletion, { name: 'AbortError' })
  })

  test('the id of a cluster that is gone does not reach its successor of the same name', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const { externalID } = await provider.create(intent, { signal })
    await provider.delete(externalID, asOwner)
    const successor = await provider.create(intent, { signal })
    assert.notEqual(successor.externalID, externalID)
    await provider.delete(externalID, asOwner)
    await assertRefusal(provider.update(externalID, intent, { signal }), 'gone')
    assert.deepEqual(await found(provider, intent.externalName), successor)
  })

  test('what is not tagged as ours is left alone', async () => {
    await using world = await open()
    const provider = world.open()
    await world.plant('untagged', 'ready')
    await world.plant('foreign', 'failed', OTHER_OWNER)
    for (const externalName of ['untagged', 'foreign']) {
      const before = await found(provider, externalName)
      await assertRefusal(provider.delete(before.externalID, asOwner), 'conflict')
      assert.deepEqual(await found(provider, externalName), before)
    }
  })
}
