import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Waiting } from '../provider.ts'
import { specDifferences } from '../spec-fields.ts'
import { assertAbsent, found, intentFor, namesOf, type OpenWorld, OWNER, signal } from './harness.ts'

/**
 * Makes a call to its end to see how often it reports progress; then, each time on a cluster of another name, aborts it at one
 * of these reports and makes it again. `prepare` gives the call for a name.
 */
async function abortAtEachReport(
  prepare: (name: string) => Promise<(waiting: Waiting) => Promise<unknown>>,
  check: (name: string) => Promise<void>,
): Promise<void> {
  let reports = 0
  await (await prepare('measured'))({ signal, onProgress: () => reports++ })
  assert.ok(reports > 0)
  for (let last = 1; last <= reports; last++) {
    const name = `report-${last}`
    const call = await prepare(name)
    const controller = new AbortController()
    const reason = new Error(`aborted at report ${last}`)
    let seen = 0
    const onProgress = () => {
      seen++
      if (seen === last) controller.abort(reason)
    }
    await assert.rejects(call({ signal: controller.signal, onProgress }), reason)
    await call({ signal })
    await check(name)
  }
}

export function testAborts(open: OpenWorld): void {
  test('a call that is aborted before it begins does nothing', async () => {
    await using world = await open()
    const provider = world.open()
    const intent = intentFor(world, 'emea')
    const reason = new Error('no longer wanted')
    const aborted = AbortSignal.abort(reason)
    await assert.rejects(provider.create(intent, { signal: aborted }), reason)
    await assertAbsent(provider, intent.externalName)
    await assert.rejects(provider.list(OWNER, aborted), reason)
    await assert.rejects(provider.observe(intent.externalName, aborted), reason)
    const created = await provider.create(intent, { signal })
    await assert.rejects(provider.delete(created.externalID, { ownerTag: OWNER, signal: aborted }), reason)
    await assert.rejects(provider.issueAccess(created.externalID, 3600, { ownerTag: OWNER, signal: aborted }), reason)
    assert.deepEqual(await provider.list(OWNER, signal), [created])
  })

  test('a create that is aborted at any report is gone on with, and makes one ready cluster', async () => {
    await using world = await open()
    const provider = world.open()
    const names = [intentFor(world, 'measured').externalName]
    await abortAtEachReport(
      async (name) => (waiting) => world.open().create(intentFor(world, name), waiting),
      async (name) => {
        const { externalName } = intentFor(world, name)
        assert.equal((await found(provider, externalName)).state, 'ready')
        names.push(externalName)
        assert.deepEqual(await namesOf(provider), names.toSorted())
      },
    )
  })

  test('an update that is aborted at any report is gone on with, and ends with all of the change', async () => {
    await using world = await open()
    const intentOf = (name: string) =>
      intentFor(world, name, { spec: world.specs.second, manifestDigest: 'sha256:second' })
    await abortAtEachReport(
      async (name) => {
        const { externalID } = await world.open().create(intentFor(world, name), { signal })
        return (waiting) => world.open().update(externalID, intentOf(name), waiting)
      },
      async (name) => {
        const { spec, manifestDigest } = await found(world.open(), intentOf(name).externalName)
        assert.deepEqual(specDifferences(spec, world.specs.second), [])
        assert.equal(manifestDigest, 'sha256:second')
      },
    )
  })

  test('a delete that is aborted at any report is gone on with', async () => {
    await using world = await open()
    await world.slowDown('delete', 60)
    await abortAtEachReport(
      async (name) => {
        const { externalID } = await world.open().create(intentFor(world, name), { signal })
        return (waiting) => world.open().delete(externalID, { ...waiting, ownerTag: OWNER })
      },
      (name) => assertAbsent(world.open(), intentFor(world, name).externalName),
    )
  })
}
