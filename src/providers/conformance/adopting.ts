import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  asOwner,
  assertRefusal,
  found,
  intentFor,
  namesOf,
  type OpenAdoptedWorld,
  OTHER_OWNER,
  OWNER,
  obtain,
  signal,
} from './harness.ts'

/** What a provider promises that makes no clusters, beside what every provider does. */
export function testAdopting(open: OpenAdoptedWorld): void {
  test('it makes no cluster, and says by which field it was asked to', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const error = await assertRefusal(provider.create(intent, { signal }), 'refused')
    assert.deepEqual(
      error.fields.map(({ field }) => field),
      ['spec.externalName'],
    )
    assert.deepEqual(await provider.observe(intent.externalName, signal), { found: false })
  })

  test('what no cluster can be called is absent', async () => {
    await using world = await open()
    assert.deepEqual(await world.open().observe('../../etc/passwd', signal), { found: false })
  })

  test('it says which clusters there are, and lists those that were adopted by their owner', async () => {
    await using world = await open()
    const ours = await obtain(world, intentFor(world, 'emea'))
    await world.plant('by-hand', 'ready')
    await world.plant('foreign', 'ready', OTHER_OWNER)
    const provider = world.open()
    assert.deepEqual(provider.capabilities().names, [ours.externalName, 'by-hand', 'foreign'])
    assert.deepEqual(await provider.list(OWNER, signal), [ours])
    assert.deepEqual(await namesOf(provider, OTHER_OWNER), ['foreign'])
    assert.equal((await found(provider, 'by-hand')).ownerTag, undefined)
    assert.ok(ours.externalID.startsWith(`${provider.type}://`))
    assert.match(ours.endpoint?.caFingerprint ?? '', /^sha256:[0-9a-f]{64}$/)
  })

  test('an update brings its marks in line and can be repeated; what it cannot honour is refused by name', async () => {
    await using world = await open()
    const provider = world.open()
    const { externalID, externalName } = await obtain(world, intentFor(world, 'emea'))
    const intent = intentFor(world, 'emea', { manifestDigest: 'sha256:second', run: 'run-2' })
    const updated = await provider.update(externalID, intent, { signal })
    assert.deepEqual([updated.manifestDigest, updated.run], ['sha256:second', 'run-2'])
    assert.deepEqual(await provider.update(externalID, intent, { signal }), updated)
    const error = await assertRefusal(
      provider.update(externalID, { ...intent, spec: world.refused.spec }, { signal }),
      'refused',
    )
    assert.deepEqual(
      error.fields.map(({ field }) => field),
      [world.refused.field],
    )
    assert.deepEqual(await found(provider, externalName), updated)
    await assertRefusal(provider.start(externalID, asOwner), 'refused')
  })

  test('what is deleted loses our marks and what its credentials needed, and goes on', async () => {
    await using world = await open()
    const provider = world.open()
    const { externalID, externalName, state } = await obtain(world, intentFor(world, 'emea'))
    const before = await world.everythingKept()
    await provider.issueAccess(externalID, 3600, asOwner)
    assert.notEqual(await world.everythingKept(), before)
    await provider.delete(externalID, asOwner)
    const left = await found(provider, externalName)
    assert.deepEqual([left.externalID, left.state, left.ownerTag], [externalID, state, undefined])
    assert.deepEqual(await namesOf(provider), [])
    assert.doesNotMatch(await world.everythingKept(), /keelson-(owner|adoption)/)
    await provider.delete('nothing://like-this', asOwner)
  })

  test('what belongs to another owner or object is not changed', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const adopted = await obtain(world, intent)
    const others = { ownerTag: OTHER_OWNER, signal }
    const { identity } = intentFor(world, 'apac')
    const { externalID } = adopted
    await assertRefusal(provider.update(externalID, { ...intent, ownerTag: OTHER_OWNER }, { signal }), 'conflict')
    await assertRefusal(provider.update(externalID, { ...intent, identity }, { signal }), 'conflict')
    await assertRefusal(provider.adopt(externalID, { ...intent, identity }, { signal }), 'conflict')
    await assertRefusal(provider.delete(externalID, others), 'conflict')
    await assertRefusal(provider.issueAccess(externalID, 3600, others), 'conflict')
    const another = `${externalID}0`
    await assertRefusal(provider.update(another, intent, { signal }), 'gone')
    await assertRefusal(provider.issueAccess(another, 3600, asOwner), 'gone')
    await provider.delete(another, asOwner)
    assert.deepEqual(await found(provider, intent.externalName), adopted)
  })

  test('a world that does not answer is never an empty one', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const { externalID } = await obtain(world, intent)
    await world.cutOff()
    await assertRefusal(provider.list(OWNER, signal), 'unreachable')
    await assertRefusal(provider.observe(intent.externalName, signal), 'unreachable')
    await assertRefusal(provider.update(externalID, intent, { signal }), 'unreachable')
    await assertRefusal(provider.adopt(externalID, intent, { signal }), 'unreachable')
    await assertRefusal(provider.release(externalID, asOwner), 'unreachable')
    await assertRefusal(provider.delete(externalID, asOwner), 'unreachable')
    await assertRefusal(provider.issueAccess(externalID, 3600, asOwner), 'unreachable')
    await world.heal()
    assert.deepEqual(await namesOf(provider), [intent.externalName])
  })

  test('a call that is aborted before it begins does nothing', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const adopted = await obtain(world, intent)
    const reason = new Error('no longer wanted')
    const aborted = AbortSignal.abort(reason)
    const operation = { ownerTag: OWNER, signal: aborted }
    await assert.rejects(provider.list(OWNER, aborted), reason)
    await assert.rejects(provider.observe(intent.externalName, aborted), reason)
    await assert.rejects(provider.create(intent, { signal: aborted }), reason)
    await assert.rejects(provider.delete(adopted.externalID, operation), reason)
    await assert.rejects(provider.issueAccess(adopted.externalID, 3600, operation), reason)
    assert.deepEqual(await provider.list(OWNER, signal), [adopted])
  })
}
