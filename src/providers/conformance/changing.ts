import assert from 'node:assert/strict'
import { test } from 'node:test'
import { specDifferences } from '../spec-fields.ts'
import { asOwner, assertRefusal, found, intentFor, type OpenWorld, OTHER_OWNER, signal } from './harness.ts'

export function testChanges(open: OpenWorld): void {
  test('an update brings the cluster in line, and its marks with it', async () => {
    await using world = await open()
    const provider = world.open()
    const { externalID } = await provider.create(intentFor(world, 'emea'), { signal })
    const intent = intentFor(world, 'emea', { spec: world.specs.second, manifestDigest: 'sha256:second', run: 'run-2' })
    const updated = await provider.update(externalID, intent, { signal })
    assert.deepEqual(specDifferences(updated.spec, world.specs.second), [])
    assert.deepEqual([updated.manifestDigest, updated.run], ['sha256:second', 'run-2'])
    assert.equal(updated.externalID, externalID)
    assert.deepEqual(await found(world.open(), intent.externalName), updated)
    assert.deepEqual(await provider.update(externalID, intent, { signal }), updated, 'an update can be repeated')
  })

  test('what an update does not mention stays', async () => {
    await using world = await open()
    const created = await world.open().create(intentFor(world, 'emea'), { signal })
    const updated = await world.open().update(created.externalID, intentFor(world, 'emea', { spec: {} }), { signal })
    assert.deepEqual(updated.spec, created.spec)
  })

  test('an update of an immutable field is refused by name, and changes nothing', async () => {
    await using world = await open()
    const created = await world.open().create(intentFor(world, 'emea'), { signal })
    const { fields } = world.open().capabilities()
    assert.equal(Object.values(fields).includes('immutable'), world.immutable !== undefined)
    if (world.immutable === undefined) return
    const intent = intentFor(world, 'emea', { spec: world.immutable.spec, manifestDigest: 'sha256:second' })
    const error = await assertRefusal(world.open().update(created.externalID, intent, { signal }), 'refused')
    assert.deepEqual(
      error.fields.map(({ field }) => field),
      [world.immutable.field],
    )
    assert.deepEqual(await found(world.open(), intent.externalName), created)
  })

  test('a change by hand shows as a difference between the spec that is observed and the one that is wanted', async () => {
    await using world = await open()
    const provider = world.open()
    const { externalID } = await provider.create(intentFor(world, 'emea'), { signal })
    const changed = await provider.update(externalID, intentFor(world, 'emea', { spec: world.specs.second }), {
      signal,
    })
    const mutable = Object.entries(provider.capabilities().fields).flatMap(([field, how]) =>
      how === 'mutable' ? [field] : [],
    )
    assert.deepEqual(
      specDifferences(changed.spec, world.specs.first).map(({ field }) => field),
      mutable,
    )
  })

  test('a failed cluster is mended by an update where the provider can', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const { externalID } = await provider.create(intent, { signal })
    await world.put(intent.externalName, 'failed')
    if (provider.capabilities().repair) {
      const mended = await provider.update(externalID, intent, { signal })
      assert.deepEqual([mended.state, mended.externalID], ['ready', externalID])
    } else {
      const { logTail } = await assertRefusal(provider.update(externalID, intent, { signal }), 'failed')
      assert.ok(logTail.length > 0)
    }
  })

  test('a stopped cluster starts, and a ready one stays', async () => {
    await using world = await open()
    const provider = world.open()
    const { externalID, externalName } = await provider.create(intentFor(world, 'emea'), { signal })
    if (!provider.capabilities().start) {
      await assertRefusal(provider.start(externalID, asOwner), 'refused')
      return
    }
    const ready = await found(provider, externalName)
    assert.deepEqual(await provider.start(externalID, asOwner), ready)
    await world.put(externalName, 'stopped')
    assert.deepEqual(await provider.start(externalID, asOwner), ready)
    await world.put(externalName, 'deleting')
    await assertRefusal(provider.start(externalID, asOwner), 'refused')
  })

  test('what is gone, or belongs to another owner or object, is not changed', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const created = await provider.create(intent, { signal })
    const others = { ownerTag: OTHER_OWNER, signal }
    await assertRefusal(
      provider.update(created.externalID, { ...intent, ownerTag: OTHER_OWNER }, { signal }),
      'conflict',
    )
    const { identity } = intentFor(world, 'apac')
    await assertRefusal(provider.update(created.externalID, { ...intent, identity }, { signal }), 'conflict')
    if (provider.capabilities().start) await assertRefusal(provider.start(created.externalID, others), 'conflict')
    await assertRefusal(provider.delete(created.externalID, others), 'conflict')
    await assertRefusal(provider.issueAccess(created.externalID, 3600, others), 'conflict')
    assert.deepEqual(await found(provider, intent.externalName), created)
    await provider.delete(created.externalID, asOwner)
    await assertRefusal(provider.update(created.externalID, intent, { signal }), 'gone')
    if (provider.capabilities().start) await assertRefusal(provider.start(created.externalID, asOwner), 'gone')
    await assertRefusal(provider.issueAccess(created.externalID, 3600, asOwner), 'gone')
  })
}
