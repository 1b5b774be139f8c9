import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isTrue, virtualClock } from '../../controller/index.ts'
import { type ClusterProvider, openSimulatedProvider } from '../../providers/index.ts'
import { eventually, startServer } from '../../testing/index.ts'
import { platformFeature } from '../index.ts'
import { CLUSTER_PROVIDERS, CLUSTER_RESOURCES, type ClusterObject } from './cluster-object.ts'

const apiVersion = 'platform.keelson.dev/v1alpha1'
const HOUR = 60 * 60_000

test('a world that tells of its changes is asked nothing at rest, and looked at when it tells', async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'keelson-following-'))
  stack.defer(() => rm(folder, { recursive: true }))
  let asked = 0
  const followers = new Map<string, () => void>()
  const telling = (): ClusterProvider => {
    const provider = openSimulatedProvider({ folder })
    return {
      ...provider,
      type: 'telling',
      list: (...given) => {
        asked++
        return provider.list(...given)
      },
      observe: (...given) => {
        asked++
        return provider.observe(...given)
      },
      follow(externalName, changed) {
        followers.set(externalName, changed)
        return { [Symbol.dispose]: () => void followers.delete(externalName) }
      },
    }
  }
  const clock = virtualClock(Date.now())
  const features = [platformFeature({ simulatedFolder: folder, types: { telling } })]
  const server = stack.use(await startServer({ features, clock }))
  const client = await server.workspace('acme')
  const spec = { type: 'telling', ownerTag: 'org-a' }
  await client.create(CLUSTER_PROVIDERS, { apiVersion, kind: 'ClusterProvider', metadata: { name: 'told' }, spec })
  const { ControlCenter } = CLUSTER_RESOURCES
  await client.create(ControlCenter, {
    apiVersion,
    kind: 'ControlCenter',
    metadata: { name: 'emea' },
    spec: { providerRef: { name: 'told' }, externalName: 'emea' } as ClusterObject['spec'],
  })
  await eventually(async () => {
    await clock.advance(100)
    const { status } = await client.get(ControlCenter, 'emea')
    assert.ok(isTrue(status?.conditions ?? [], 'Ready'))
    assert.deepEqual([...followers.keys()].sort(), ['', 'emea'])
  })
  /** All share one event loop: what is under way gets on meanwhile. */
  const untilQuiet = async (): Promise<number> => {
    for (let [count, quiet] = [-1, 0]; ; ) {
      await client.get(ControlCenter, 'emea')
      quiet = asked === count ? quiet + 1 : 0
      count = asked
      if (quiet === 30) return count
    }
  }
  await clock.advance(60_000)
  const atRest = await untilQuiet()
  await clock.advance(HOUR)
  assert.equal(await untilQuiet(), atRest)
  followers.get('emea')?.()
  await eventually(async () => assert.ok(asked > atRest))
  await client.delete(ControlCenter, 'emea')
  await eventually(async () => {
    await clock.advance(1000)
    assert.deepEqual([...followers.keys()], [''])
  })
})
