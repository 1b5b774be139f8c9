import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterState } from '../provider.ts'
import { specDifferences } from '../spec-fields.ts'
import { assertRefusal, found, intentFor, namesOf, type OpenWorld, OTHER_OWNER, OWNER, signal } from './harness.ts'

const STATES: readonly ClusterState[] = ['building', 'ready', 'failed', 'deleting', 'stopped', 'unreachable']

export function testFinding(open: OpenWorld): void {
  test('a world without clusters has none', async () => {
    await using world = await open()
    const provider = world.open()
    assert.deepEqual(await provider.list(OWNER, signal), [])
    assert.deepEqual(await provider.observe('keelson-nobody-0123456789ab', signal), { found: false })
  })

  test('what no cluster can be called is absent', async () => {
    await using world = await open()
    assert.deepEqual(await world.open().observe('../../etc/passwd', signal), { found: false })
  })

  test('a list has the clusters of its owner, and nobody else’s', async () => {
    await using world = await open()
    const provider = world.open()
    const ours = [intentFor(world, 'one'), intentFor(world, 'two')]
    for (const intent of [...ours, intentFor(world, 'theirs', { ownerTag: OTHER_OWNER })]) {
      await provider.create(intent, { signal })
    }
    await world.plant('by-hand', 'ready')
    assert.deepEqual(await namesOf(provider), ours.map(({ externalName }) => externalName).sort())
    assert.deepEqual(await namesOf(provider, OTHER_OWNER), [intentFor(world, 'theirs').externalName])
  })

  test('a provider that is opened later sees the same in list, in observe and in what create returned', async () => {
    await using world = await open()
    const intent = intentFor(world, 'emea')
    const created = await world.open().create(intent, { signal })
    const { identity, ownerTag, manifestDigest, run, externalName } = intent
    assert.deepEqual(await world.open().list(OWNER, signal), [created])
    assert.deepEqual(await found(world.open(), externalName), created)
    const { externalID, endpoint, spec, message, ...rest } = created
    assert.deepEqual(rest, { found: true, externalName, state: 'ready', identity, ownerTag, manifestDigest, run })
    assert.ok(externalID.startsWith(`${world.open().type}://`))
    assert.match(endpoint?.caFingerprint ?? '', /^sha256:[0-9a-f]{64}$/)
    assert.ok(endpoint && endpoint.host !== '' && endpoint.port > 0)
    assert.deepEqual(specDifferences(spec, intent.spec), [])
    assert.equal(message, '')
  })

  for (const state of STATES) {
    test(`a cluster that is ${state} is found as such, by owner and by name, with its marks`, async () => {
      await using world = await open()
      const provider = world.open()
      const { externalName, identity, manifestDigest } = intentFor(world, 'emea')
      await provider.create(intentFor(world, 'emea'), { signal })
      await world.put(externalName, state)
      for (const cluster of [await found(provider, externalName), ...(await provider.list(OWNER, signal))]) {
        assert.equal(cluster.state, state)
        assert.deepEqual(cluster.identity, identity)
        assert.equal(cluster.manifestDigest, manifestDigest)
      }
      assert.deepEqual(await namesOf(provider), [externalName])
    })
  }

  test('what somebody else made is observed, with its owner or with none', async () => {
    await using world = await open()
    await world.plant('untagged', 'ready')
    await world.plant('foreign', 'ready', OTHER_OWNER)
    const provider = world.open()
    assert.equal((await found(provider, 'untagged')).ownerTag, undefined)
    assert.equal((await found(provider, 'untagged')).identity, undefined)
    assert.equal((await found(provider, 'foreign')).ownerTag, OTHER_OWNER)
  })

  test('a world that does not answer is never an empty one', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const { externalID } = await provider.create(intent, { signal })
    const other = intentFor(world, 'apac')
    await world.cutOff()
    await assertRefusal(provider.list(OWNER, signal), 'unreachable')
    for (const { externalName } of [intent, other]) {
      await assertRefusal(provider.observe(externalName, signal), 'unreachable')
    }
    await assertRefusal(provider.create(other, { signal }), 'unreachable')
    await assertRefusal(provider.update(externalID, intent, { signal }), 'unreachable')
    await assertRefusal(provider.delete(externalID, { ownerTag: OWNER, signal }), 'unreachable')
    await world.heal()
    assert.deepEqual(await namesOf(provider), [intent.externalName])
  })

  test('a cluster that cannot be looked into is left as it is', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const { externalID } = await provider.create(intent, { signal })
    await world.put(intent.externalName, 'unreachable')
    const operation = { ownerTag: OWNER, signal }
    await assertRefusal(provider.create(intent, { signal }), 'unreachable')
    await assertRefusal(provider.update(externalID, intent, { signal }), 'unreachable')
    await assertRefusal(provider.issueAccess(externalID, 3600, operation), 'unreachable')
    await assertRefusal(provider.delete(externalID, operation), 'unreachable')
    await assertRefusal(provider.release(externalID, operation), 'unreachable')
    if (provider.capabilities().start) await assertRefusal(provider.start(externalID, operation), 'unreachable')
    assert.equal((await found(provider, intent.externalName)).state, 'unreachable')
  })
}
