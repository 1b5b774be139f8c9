/** What a command leaves in the server's API: objects that say what is the matter, and go as they are asked to. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { resourceRef } from '../client/index.ts'
import type { Condition, KubeObject } from '../machinery/index.ts'
import { eventually, startServer } from '../testing/index.ts'
import { clusterManifest, platformHarness, type WorldRecord } from './platform-harness.ts'
import { throughServer } from './platform-server.ts'

type Reported = KubeObject & {
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] }
}

const begin = async () => throughServer(platformHarness(), (features) => startServer({ features, listen: true }))
type Harness = Awaited<ReturnType<typeof begin>>

const EMEA = clusterManifest('ControlCenter', 'emea', 'externalName: emea, version: v1.35.4')
const SHOP = clusterManifest('Platform', 'shop-dev', 'externalName: shop')
const CONTROL_CENTERS = resourceRef<Reported>('platform.keelson.dev/v1alpha1', 'controlcenters', { namespaced: false })

/** Phase, Ready and what is said of it. */
async function readyOf(at: Harness): Promise<readonly [string | undefined, string | undefined, string]> {
  const { status = {} } = await at.client.get(CONTROL_CENTERS, 'emea')
  const { status: ready, message = '' } = status.conditions?.find(({ type }) => type === 'Ready') ?? {}
  return [status.phase, ready, message]
}

async function arranged(at: Harness, change: (record: WorldRecord) => WorldRecord): Promise<void> {
  at.write('manifests/all.yaml', EMEA)
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  await at.forget('controlcenters', 'emea')
  at.arrange('emea', change(at.read('emea') as WorldRecord))
}

test('what is blocked has an object that says why, and goes on when that has gone', async () => {
  await using at = await begin()
  await arranged(at, (record) => ({ ...record, tags: { ...record.tags, 'keelson-owner': 'org-b' } }))
  assert.equal((await at.run('apply --auto-approve')).code, 4)
  const [phase, ready, message] = await readyOf(at)
  assert.deepEqual([phase, ready], ['Foreign', 'False'])
  assert.match(message, /emea belongs to owner org-b/)
})

test('what does not answer has an object that says so', async () => {
  await using at = await begin()
  await arranged(at, (record) => ({ ...record, state: 'unreachable' }))
  assert.equal((await at.run('apply --auto-approve')).code, 1)
  assert.equal((await readyOf(at))[1], 'Unknown')
})

test('a change that would replace a cluster is not written until it is decided: its object says what the cluster is', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', EMEA.replace('version', 'topology: {controlPlane: {replicas: 1}}, version'))
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  at.write('manifests/all.yaml', EMEA.replace('version', 'topology: {controlPlane: {replicas: 3}}, version'))
  const { code, out } = await at.run('apply --auto-approve')
  assert.deepEqual([code, /replace/.test(out)], [4, true])
  assert.deepEqual((await readyOf(at)).slice(0, 2), ['Ready', 'True'])
})

test('destroy ends what the manifests name, although something in none depends on it, with a server as without', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', `${EMEA}---\n${SHOP}`)
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  const manifests = at.write('alone/emea.yaml', EMEA)
  const { code, out, err } = await at.run('destroy --auto-approve --timeout 120s', { manifests })
  assert.deepEqual([code, at.clusters()], [0, ['shop.json']], out + err)
  assert.match(out, /ControlCenter\/emea: deleted/)
})

test('an object that somebody deletes waits for what depends on it', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', `${EMEA}---\n${SHOP}`)
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  await at.client.delete(CONTROL_CENTERS, 'emea')
  await eventually(async () =>
    assert.deepEqual(await readyOf(at), ['Deleting', 'False', 'waits for Platform/shop-dev, which needs it']),
  )
  assert.deepEqual(at.clusters(), ['emea.json', 'shop.json'])
})

test('--prune leaves what something in the manifests needs', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', `${EMEA}---\n${SHOP}`)
  assert.equal((await at.run('apply --auto-approve')).code, 0)
  at.write('manifests/all.yaml', SHOP)
  const { code, out } = await at.run('apply --auto-approve --prune')
  assert.match(out, /ControlCenter\/emea +orphan .* ours, in no manifest, and Platform\/shop-dev needs it/)
  assert.deepEqual([code, at.clusters()], [0, ['emea.json', 'shop.json']])
})

test('a plan as JSON names what is written besides', async () => {
  await using at = await begin()
  at.write('manifests/all.yaml', EMEA)
  at.write('manifests/map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n')
  const { out } = await at.run('plan -o json')
  assert.deepEqual(JSON.parse(out).keelson.beside, ['ConfigMap/settings'])
})

test('a plan of manifests without clusters says so, and of no workspace that nothing is there', async () => {
  await using at = await begin()
  const file = at.write('map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n')
  const { code, out } = await at.runAsIs(`plan --detailed-exitcode -f ${file}`)
  const expected =
    'The manifests have neither control centers nor platforms.\n\nBesides, apply writes ConfigMap/settings.\n'
  assert.deepEqual([code, out], [0, expected])
})

test('a tree of workspaces goes by plan and lock, too, where there are clusters in it', async () => {
  await using at = await begin()
  const team = 'apiVersion: tenancy.kcp.io/v1alpha1\nkind: Workspace\nmetadata: {name: team}\n'
  at.write('tree/team.yaml', team)
  const provider = readFileSync(path.join(at.manifests, 'provider.yaml'), 'utf8')
  at.write('tree/team/clusters.yaml', `${provider}---\n${EMEA}`)
  const tree = path.join(at.folder, 'tree')
  const refused = await at.runAsIs(`apply --tree -f ${tree}`)
  assert.deepEqual([refused.code, refused.out, at.clusters()], [64, '', []])
  const { code, out, err } = await at.runAsIs(`apply --tree --auto-approve -f ${tree}`)
  assert.match(out, /team created\nPlan for workspace root:team:\n[\s\S]*ControlCenter\/emea: created/)
  assert.deepEqual([code, at.clusters()], [0, ['emea.json']], out + err)
  at.write('tree/team/clusters.yaml', `${provider}---\n${EMEA.replace('externalName: emea', 'externalName: other')}`)
  const moved = await at.runAsIs(`apply --tree --auto-approve -f ${tree}`)
  assert.deepEqual([moved.code, /clusters\.yaml:\d+: spec\.externalName: is immutable/.test(moved.err)], [1, true])
})
