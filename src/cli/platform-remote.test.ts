/** The commands as clients of a server: what holds with --local holds here, and what only a server gives. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { type Client, resourceRef } from '../client/index.ts'
import type { KubeObject } from '../machinery/index.ts'
import { eventually, startServer, type TestServer } from '../testing/index.ts'
import { clusterManifest, platformHarness, type WorldRecord } from './platform-harness.ts'
import { throughServer } from './platform-server.ts'

async function begin() {
  const { promise, resolve } = Promise.withResolvers<TestServer>()
  const at = await throughServer(platformHarness(), async (features) => {
    const server = await startServer({ features, listen: true })
    resolve(server)
    return server
  })
  const { faults } = await promise
  return { ...at, faults }
}

const LEASES = resourceRef('coordination.k8s.io/v1', 'leases', { namespaced: true })
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

test('what is in the manifests besides is written, too, and before', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', EMEA)
  at.write('manifests/map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n')
  const plan = await at.run('plan')
  assert.match(plan.out, /\nBesides, apply writes ConfigMap\/settings\.\n/)
  const { code, out } = await at.run('apply --auto-approve')
  assert.match(out, /configmap\/settings created[\s\S]*ControlCenter\/emea: created/)
  assert.equal(code, 0)
})

test('a workspace that has the provider needs no manifest of it', async () => {
  await using at = await begin()
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  const manifests = at.write('alone/emea.yaml', EMEA)
  const { code, out, err } = await at.run('apply --auto-approve', { manifests })
  assert.deepEqual([code, at.clusters()], [0, ['emea.json']], out + err)
  const shop = at.write('shop/shop.yaml', SHOP)
  assert.equal((await at.run('apply --auto-approve', { manifests: shop })).code, 0)
})

test('orphans are deleted with --prune, platforms first, whether their objects are there or not', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', `${EMEA}---\n${SHOP}`)
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  await at.forget('platforms', 'shop-dev')
  at.write('manifests/all.yaml', '')
  const listed = await at.run('plan --detailed-exitcode')
  assert.deepEqual([listed.code, /ControlCenter\/emea +orphan/.test(listed.out)], [0, true])
  const { code, out } = await at.run('apply --auto-approve --prune')
  assert.match(
    out,
    /Platform\/shop-dev: deleted\n(ControlCenter\/emea: delete \.\.\.\n)?ControlCenter\/emea: deleted\n/,
  )
  assert.deepEqual([code, at.clusters()], [0, []])
})

test('an object without cluster that no manifest asks for goes with --prune: its controller would make one', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', EMEA.replace('version', 'managementPolicies: [Observe], version'))
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  at.write('manifests/all.yaml', '')
  const { code, out } = await at.run('apply --auto-approve --prune')
  assert.deepEqual([code, /ControlCenter\/emea: its object was deleted/.test(out)], [0, true])
  const resource = resourceRef('platform.keelson.dev/v1alpha1', 'controlcenters', { namespaced: false })
  await eventually(async () => assert.deepEqual((await at.client.list(resource)).items, []))
})

test('a run keeps another from beginning: exit 5 with holder and age, or --lock-timeout', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', EMEA)
  const [begun, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  at.faults.interrupt(
    () => {
      begun.resolve()
      return goesOn.promise
    },
    ({ method, url }) => method === 'PATCH' && url.includes('/controlcenters/emea?'),
  )
  const first = at.run('apply --auto-approve')
  await begun.promise
  const second = await at.run('apply --auto-approve')
  assert.match(second.err, /the lock is held by keelson apply on .*, process \d+ \([0-9a-f]{8}\), for \d+s/)
  assert.equal(second.code, 5)
  assert.equal((await at.run('plan')).code, 0)
  const refused = await at.runAsIs('unlock')
  assert.deepEqual([refused.code, /and renewed/.test(refused.err)], [5, true])
  const third = await at.run('apply --auto-approve --lock-timeout 60s', {
    onErr: (err) => err.includes('waiting for the lock') && goesOn.resolve(),
  })
  assert.equal(third.code, 0)
  assert.match(third.err, /waiting for the lock, held by keelson apply/)
  assert.equal((await first).code, 0)
  assert.deepEqual(at.clusters(), ['emea.json'])
  assert.equal((await at.runAsIs('unlock')).out, 'Nobody has the lock.\n')
})

/** A Lease of this run, last renewed so many milliseconds ago. */
async function leaseOf(client: Client, holderIdentity: string, age: number): Promise<void> {
  const renewTime = new Date(Date.now() - age).toISOString().replace('Z', '000Z')
  await client.create(LEASES, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'keelson-platform', namespace: 'default' },
    spec: { holderIdentity, leaseDurationSeconds: 15, acquireTime: renewTime, renewTime },
  })
}

test('the lock is taken from a run that died', async () => {
  await using at = await begin()
  await leaseOf(at.client, 'keelson apply on gone, process 1', 60_000)
  const { code, out } = await at.runAsIs('unlock')
  assert.deepEqual([code, /taken from keelson apply on gone, process 1, for \d+s/.test(out)], [0, true])
})

test('the lock of a run that died is not taken from the one that has it since', async () => {
  await using at = await begin()
  await leaseOf(at.client, 'keelson apply on gone, process 1', 60_000)
  at.faults.interrupt(
    async () => {
      await at.client.delete(LEASES, 'keelson-platform', { namespace: 'default' })
      await leaseOf(at.client, 'keelson apply on this, process 2', 0)
    },
    ({ method, url }) => method === 'GET' && url.endsWith('/leases/keelson-platform'),
  )
  const { code, err } = await at.runAsIs('unlock')
  assert.deepEqual([code, /held by keelson apply on this, process 2, for \d+s, and renewed/.test(err)], [5, true], err)
  const { spec } = await at.client.get(LEASES, 'keelson-platform', { namespace: 'default' })
  assert.equal((spec as { holderIdentity?: string }).holderIdentity, 'keelson apply on this, process 2')
})

test('the lock of a run that was killed on this machine is nobody’s at once', async () => {
  await using at = await begin()
  const kill = async (identity: string) => {
    const mark = JSON.stringify(path.join(import.meta.dirname, '../platform/engine/run-mark.ts'))
    const folder = JSON.stringify(path.join(at.folder, '.local/state/keelson/runs'))
    const script = `import { markRun } from ${mark}; markRun(${folder}, '${identity}'); process.kill(process.pid, 'SIGKILL')`
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    await assert.rejects(run, { signal: 'SIGKILL' })
    await leaseOf(at.client, identity, 0)
  }
  at.write('manifests/all.yaml', EMEA)
  await kill('keelson apply on this')
  const applied = await at.run('apply --auto-approve')
  assert.deepEqual(
    [applied.code, /^the lock is taken from keelson apply on this, for \d+s, which was killed$/m.test(applied.err)],
    [0, true],
    applied.err,
  )
  await at.client.delete(LEASES, 'keelson-platform', { namespace: 'default' })
  await kill('keelson destroy on this')
  assert.match((await at.runAsIs('unlock')).out, /^The lock was taken from keelson destroy on this, for \d+s\.$/m)
})

describe('a plan in a file', () => {
  test('is carried out as it is, and twice does no harm', async () => {
    await using at = await begin()
    at.write('manifests/all.yaml', EMEA)
    const file = path.join(at.folder, 'plan.json')
    assert.equal((await at.run(`plan --out ${file}`)).code, 0)
    const applied = await at.runAsIs(`apply ${file}`)
    assert.equal(applied.code, 0, applied.out + applied.err)
    assert.equal((await at.runAsIs(`apply ${file}`)).code, 0)
  })

  test('is stale when manifests, world or workspace are others: exit 7, and nothing is applied', async () => {
    await using at = await begin()
    at.write('manifests/all.yaml', EMEA)
    const file = path.join(at.folder, 'plan.json')
    assert.equal((await at.run(`plan --out ${file}`)).code, 0)
    at.write('manifests/all.yaml', EMEA.replace('v1.35.4', 'v1.34.0'))
    const manifests = await at.runAsIs(`apply ${file}`)
    assert.deepEqual([manifests.code, /the manifests have changed/.test(manifests.err)], [7, true])
    at.write('manifests/all.yaml', EMEA)
    const workspaces = resourceRef('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })
    await at.client.create(workspaces, {
      apiVersion: 'tenancy.kcp.io/v1alpha1',
      kind: 'Workspace',
      metadata: { name: 'b' },
    })
    const elsewhere = await at.inWorkspace(':root:b').runAsIs(`apply ${file}`)
    assert.deepEqual([elsewhere.code, at.clusters()], [7, []])
    assert.equal((await at.run('apply --auto-approve')).code, 0)
    const other = await at.runAsIs(`apply ${file}`)
    assert.deepEqual([other.code, /has changed since: planned create, now no-op/.test(other.err)], [7, true])
  })
})

test('validate asks the server, and changes nothing', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', EMEA)
  at.write('manifests/map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n')
  const { code, out, err } = await at.run('validate')
  assert.deepEqual([code, out, at.clusters()], [0, '3 objects are valid.\n', []], err)
  const file = at.write('manifests/map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Settings}\n')
  const wrong = await at.run('validate')
  assert.equal(wrong.code, 1)
  assert.match(wrong.err, /metadata.name: Invalid value: "Settings"/)
  assert.match(wrong.err, new RegExp(`${file}:3`))
})

test('wait ends when the world is as wanted, and exits 6 when that takes too long', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', EMEA)
  const late = await at.run('wait --timeout 10ms')
  assert.deepEqual([late.code, /ControlCenter\/emea: create: it does not exist/.test(late.out)], [6, true])
  const waiting = at.run('wait --timeout 120s')
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  const { code, out } = await waiting
  assert.deepEqual([code, /ControlCenter\/emea: ready/.test(out)], [0, true])
})

test('adopt takes over what another owner gives up, and nothing else', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', `${EMEA}---\n${clusterManifest('ControlCenter', 'apac', 'externalName: apac')}`)
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  await at.forget('controlcenters', 'emea')
  await at.forget('controlcenters', 'apac')
  for (const name of ['emea', 'apac']) {
    const record = at.read(name) as WorldRecord
    const owner = name === 'emea' ? 'org-b' : 'org-c'
    at.arrange(name, { ...record, tags: { ...record.tags, 'keelson-owner': owner }, spec: { version: 'v1.34.0' } })
  }
  const before = at.read('apac')
  assert.equal((await at.run('adopt --from org-b')).code, 64)
  const { code, out } = await at.run('adopt --from org-b --auto-approve')
  assert.match(out, /> ControlCenter\/emea +adopt .*owner org-b gives it up/)
  assert.match(out, /ControlCenter\/emea: adopted/)
  const { tags, spec } = at.read('emea') as WorldRecord
  assert.deepEqual([code, tags['keelson-owner'], spec.version, at.read('apac')], [0, 'org-a', 'v1.35.4', before])
})

test('a server without its store finds all of it in the world, and applying makes nothing a second time', async () => {
  const harness = platformHarness()
  harness.write('manifests/all.yaml', `${EMEA}---\n${SHOP}`)
  const first = await throughServer({ ...harness, [Symbol.dispose]() {} }, (features) =>
    startServer({ features, listen: true }),
  )
  assert.equal((await first.run('apply --auto-approve')).code, 0)
  const before = await first.runAsIs('state ls')
  await first[Symbol.asyncDispose]()
  await using second = await throughServer(harness, (features) => startServer({ features, listen: true }))
  const provider = path.join(harness.manifests, 'provider.yaml')
  assert.equal((await second.run('state ls', { manifests: provider })).out, before.out)
  const world = ['emea', 'shop'].map(second.read)
  const { code, out } = await second.run('apply --auto-approve')
  assert.match(out, /2 unchanged\./)
  assert.deepEqual([code, ['emea', 'shop'].map(second.read)], [0, world])
})

test('steps are told as events, and counted when they come again', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', EMEA)
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  at.write('manifests/all.yaml', EMEA.replace('v1.35.4', 'v1.35.5'))
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  const events = resourceRef<KubeObject & Record<'type' | 'reason' | 'message', string>>('v1', 'events', {
    namespaced: true,
  })
  const { items } = await at.client.list(events, { namespace: 'default' })
  const told = items.map(({ type, reason, message }) => `${type} ${reason} ${message}`).sort()
  assert.deepEqual(
    told,
    ['Created', 'Creating', 'Updated', 'Updating'].map((reason) => `Normal ${reason} cluster emea`),
  )
})
