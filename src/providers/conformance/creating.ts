import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Progress } from '../provider.ts'
import { isProviderError } from '../provider-error.ts'
import {
  asOwner,
  assertAbsent,
  assertRefusal,
  found,
  intentFor,
  namesOf,
  type OpenWorld,
  OTHER_OWNER,
  OWNER,
  signal,
} from './harness.ts'

export function testCreation(open: OpenWorld): void {
  test('creating twice makes one cluster, the same one', async () => {
    await using world = await open()
    const intent = intentFor(world, 'emea')
    const first = await world.open().create(intent, { signal })
    const second = await world.open().create({ ...intent, run: 'run-2' }, { signal })
    assert.deepEqual(second, first)
    assert.deepEqual(await namesOf(world.open()), [intent.externalName])
  })

  test('creating at once from many sides makes one cluster', async () => {
    await using world = await open()
    const intent = intentFor(world, 'emea')
    await world.slowDown('create', 60)
    const made = await Promise.all([1, 2, 3, 4].map(() => world.open().create(intent, { signal })))
    assert.equal(new Set(made.map(({ externalID }) => externalID)).size, 1)
    assert.deepEqual(await namesOf(world.open()), [intent.externalName])
  })

  test('of two owners that create one name at once, one gets it and the other a conflict', async () => {
    await using world = await open()
    const intents = [OWNER, OTHER_OWNER].map((ownerTag) => intentFor(world, 'emea', { ownerTag }))
    const results = await Promise.allSettled(intents.map((intent) => world.open().create(intent, { signal })))
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    assert.ok(refusals.length === 1 && isProviderError(refusals[0], 'conflict'))
    const owners = await Promise.all([OWNER, OTHER_OWNER].map((owner) => namesOf(world.open(), owner)))
    assert.equal(owners.flat().length, 1)
  })

  for (const when of ['half', 'built'] as const) {
    test(`a create that fails with the cluster ${when} leaves one that is found and gone on with`, async () => {
      await using world = await open()
      const provider = world.open()
      const intent = intentFor(world, 'emea')
      await world.failCreate(when)
      const error = await provider.create(intent, { signal }).catch((thrown: unknown) => thrown)
      assert.ok(isProviderError(error), String(error))
      const left = await found(provider, intent.externalName)
      assert.equal(left.state, when === 'half' ? 'building' : 'ready')
      assert.deepEqual(await provider.list(OWNER, signal), [left])
      await world.heal()
      const { externalID, state } = await provider.create(intent, { signal })
      assert.deepEqual({ externalID, state }, { externalID: left.externalID, state: 'ready' })
      assert.deepEqual(await namesOf(provider), [intent.externalName])
    })
  }

  test('a spec that cannot be honoured is refused by field, and nothing is made', async () => {
    await using world = await open()
    const intent = intentFor(world, 'emea', { spec: world.refused.spec })
    const { fields } = await assertRefusal(world.open().create(intent, { signal }), 'refused')
    assert.deepEqual(
      fields.map(({ field }) => field),
      [world.refused.field],
    )
    await assertAbsent(world.open(), intent.externalName)
  })

  test('a name that no cluster can have is refused by field', async () => {
    await using world = await open()
    const intent = intentFor(world, 'emea', { externalName: '../emea' })
    const { fields } = await assertRefusal(world.open().create(intent, { signal }), 'refused')
    assert.deepEqual([...new Set(fields.map(({ field }) => field))], ['spec.externalName'])
  })

  test('a name that is taken by somebody else is a conflict, and their cluster stays as it is', async () => {
    await using world = await open()
    const provider = world.open()
    await world.plant('untagged', 'ready')
    await world.plant('foreign', 'building', OTHER_OWNER)
    for (const externalName of ['untagged', 'foreign']) {
      const before = await found(provider, externalName)
      await assertRefusal(provider.create(intentFor(world, 'emea', { externalName }), { signal }), 'conflict')
      assert.deepEqual(await found(provider, externalName), before)
    }
  })

  test('a name that is taken by another object of ours is a conflict', async () => {
    await using world = await open()
    const { externalName } = await world.open().create(intentFor(world, 'emea'), { signal })
    await assertRefusal(world.open().create(intentFor(world, 'apac', { externalName }), { signal }), 'conflict')
  })

  test('a failed cluster is reported with the last lines of its output, not built anew', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const { externalID } = await provider.create(intent, { signal })
    await world.put(intent.externalName, 'failed')
    const { logTail } = await assertRefusal(provider.create(intent, { signal }), 'failed')
    assert.ok(logTail.length > 0)
    assert.equal((await found(provider, intent.externalName)).externalID, externalID)
  })

  for (const state of ['stopped', 'deleting'] as const) {
    test(`a cluster that is ${state} cannot be created`, async () => {
      await using world = await open()
      const intent = intentFor(world, 'emea')
      await world.open().create(intent, { signal })
      await world.put(intent.externalName, state)
      await assertRefusal(world.open().create(intent, { signal }), 'refused')
      assert.equal((await found(world.open(), intent.externalName)).state, state)
    })
  }

  test('progress is told before the first wait, and steps are counted up', async () => {
    await using world = await open()
    const reports: Progress[] = []
    const creation = world
      .open()
      .create(intentFor(world, 'emea'), { signal, onProgress: (report) => reports.push(report) })
    assert.ok(reports.length > 0)
    const { externalID } = await creation
    const steps = reports.flatMap(({ done }) => (done === undefined ? [] : [done]))
    assert.deepEqual(
      steps,
      steps.toSorted((a, b) => a - b),
    )
    const deletion: Progress[] = []
    await world.open().delete(externalID, { ...asOwner, onProgress: (report) => deletion.push(report) })
    assert.ok(deletion.length > 0)
  })

  test('what creating changes on the host is known beforehand, and telling it changes nothing', async () => {
    await using world = await open()
    const intent = intentFor(world, 'emea')
    const kept = await world.everythingKept()
    for (const { what, undoneByDelete } of await world.open().hostChanges(intent, signal)) {
      assert.ok(what !== '')
      assert.equal(typeof undoneByDelete, 'boolean')
    }
    assert.equal(await world.everythingKept(), kept)
  })
}
