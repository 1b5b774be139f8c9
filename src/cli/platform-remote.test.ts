/** The commands as clients of a server: what holds with --local holds here, and what only a server gives. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startServer } from '../testing/index.ts'
import { clusterManifest, platformHarness } from './platform-harness.ts'
import { throughServer } from './platform-server.ts'

const begin = async () => throughServer(platformHarness(), (features) => startServer({ features, listen: true }))

const EMEA = clusterManifest('ControlCenter', 'emea', 'externalName: emea, version: v1.35.4')
const SHOP = clusterManifest('Platform', 'shop-dev', 'externalName: shop')

test('plan, apply, drift, state, kubeconfig and destroy go through a server', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', `${EMEA}---\n${SHOP}`)
  const plan = await at.run('plan --detailed-exitcode')
  assert.equal(plan.code, 2, plan.out + plan.err)
  assert.deepEqual(at.clusters(), [])
  const applied = await at.run('apply --auto-approve')
  assert.equal(applied.code, 0, applied.out + applied.err)
  assert.deepEqual(at.clusters(), ['emea.json', 'shop.json'])
  const drift = await at.run('drift --detailed-exitcode')
  assert.equal(drift.code, 0, drift.out + drift.err)
  const state = await at.runAsIs('state ls')
  assert.match(
    state.out,
    /^ControlCenter\/emea +root +laptop \(simulated, no real cluster\) +ready +emea +[0-9a-f]{12}$/m,
  )
  const kubeconfig = await at.runAsIs('kubeconfig emea')
  assert.match(kubeconfig.out, /token: simulated-/)
  const destroyed = await at.run('destroy --auto-approve')
  assert.equal(destroyed.code, 0)
  assert.deepEqual(at.clusters(), [])
})
