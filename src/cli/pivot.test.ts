/** What was made without a server becomes a server's, and nothing happens to it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resourceRef } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import { startServer } from '../testing/index.ts'
import { clusterManifest, platformHarness } from './platform-harness.ts'
import { throughServer } from './platform-server.ts'

/** One world, and two ways to it: this process, and a server. */
async function begin() {
  await using stack = new AsyncDisposableStack()
  const here = platformHarness()
  const there = stack.use(await throughServer(here, (features) => startServer({ features, listen: true })))
  const running = stack.move()
  return { here, there, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

const PLATFORMS = resourceRef<KubeObject & { status?: { externalID?: string; phase?: string } }>(
  'platform.keelson.dev/v1alpha1',
  'platforms',
  { namespaced: false },
)
const MANIFESTS = `${clusterManifest('ControlCenter', 'emea', 'externalName: emea')}---\n${clusterManifest('Platform', 'shop', 'externalName: shop')}`

test('what was made with --local is the server’s after it, the same cluster as before', async () => {
  await using at = await begin()
  at.here.write('manifests/all.yaml', MANIFESTS)
  assert.equal((await at.here.run('apply --auto-approve')).code, 0)
  const before = at.here.read('shop')
  const shown = await at.there.run('pivot')
  assert.equal(shown.code, 64, shown.out + shown.err)
  assert.match(shown.err, /nothing was handed over/)
  assert.equal((await at.there.client.list(PLATFORMS)).items.length, 0)
  const { code, out, err } = await at.there.run('pivot --auto-approve')
  assert.equal(code, 0, out + err)
  const { status } = await at.there.client.get(PLATFORMS, 'shop')
  assert.equal(status?.externalID, `simulated://shop/${before?.uid}`)
  assert.equal(at.here.read('shop')?.uid, before?.uid)
  const again = await at.there.run('pivot --auto-approve')
  assert.equal(again.code, 0, again.out + again.err)
  assert.equal((await at.there.run('drift --detailed-exitcode')).code, 0)
  assert.deepEqual(at.here.clusters(), ['emea.json', 'shop.json'])
})

test('what is not built is not handed over, and nothing is built by it', async () => {
  await using at = await begin()
  at.here.write('manifests/all.yaml', MANIFESTS)
  const { code, err } = await at.there.run('pivot --auto-approve')
  assert.equal(code, 4, err)
  assert.match(err, /nothing was written: ControlCenter\/emea is not as the manifests say \(create/)
  assert.deepEqual(at.here.clusters(), [])
  assert.equal((await at.there.client.list(PLATFORMS)).items.length, 0)
})

test('a change that waits is made first, by whoever has it', async () => {
  await using at = await begin()
  at.here.write('manifests/all.yaml', MANIFESTS)
  assert.equal((await at.here.run('apply --auto-approve')).code, 0)
  at.here.write('manifests/all.yaml', MANIFESTS.replace('externalName: shop', 'externalName: shop, version: v1.36.0'))
  const { code, err } = await at.there.run('pivot --auto-approve')
  assert.equal(code, 4, err)
  assert.match(err, /Platform\/shop is not as the manifests say \(update/)
})
