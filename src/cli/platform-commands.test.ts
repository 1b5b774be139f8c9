import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { clusterManifest, platformHarness, type WorldRecord } from './platform-harness.ts'

const CONTROL_CENTER = clusterManifest('ControlCenter', 'emea', 'externalName: emea')

describe('what is not carried out is refused', () => {
  const cases: readonly [name: string, line: string, code: number, message: RegExp][] = [
    ['a plan without a server to ask', 'plan -f DIR', 1, /no configuration has been provided/],
    [
      '--local for what goes into a server',
      'apply --local --auto-approve -f OTHER',
      1,
      /ConfigMap\/settings.*needs a server/,
    ],
    ['--prune of other kinds', 'apply --prune -f OTHER', 1, /--prune goes with control centers and platforms/],
    ['--dry-run with --local', 'apply --local --dry-run server -f DIR', 1, /--dry-run has no meaning/],
    ['apply without a plan or approval', 'apply --local -f DIR', 64, /nothing was applied/],
    ['destroy without approval', 'destroy --local -f DIR', 64, /nothing was destroyed/],
    ['a manifest in the place of a plan', 'apply --local DIR/emea.yaml', 1, /is not JSON/],
    ['plan without manifests', 'plan --local', 64, /must specify -f/],
    ['an unknown flag', 'plan --nonsense', 64, /unknown flag: --nonsense/],
    ['a workspace that is no path from the root', 'plan --local --workspace child -f DIR', 1, /no path from the root/],
  ]
  for (const [name, line, expected, message] of cases) {
    test(name, async () => {
      using harness = platformHarness()
      harness.write('manifests/emea.yaml', CONTROL_CENTER)
      const other = harness.write('other/map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n')
      const { code, err } = await harness.runAsIs(line.replace('DIR', harness.manifests).replace('OTHER', other))
      assert.match(err, message)
      assert.deepEqual([code, harness.clusters()], [expected, []])
    })
  }
})

describe('a plan in a file', () => {
  test('is in the shape of terraform, and carried out as it is', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', CONTROL_CENTER)
    const file = path.join(harness.folder, 'plan.json')
    assert.equal((await harness.run(`plan --out ${file}`)).code, 0)
    const { format_version, resource_changes } = JSON.parse(fs.readFileSync(file, 'utf8'))
    assert.equal(format_version, '1.2')
    const [{ address, mode, type, name, provider_name, change }] = resource_changes
    assert.deepEqual(
      { address, mode, type, name, provider_name, actions: change.actions, before: change.before },
      {
        address: 'ControlCenter/emea',
        mode: 'managed',
        type: 'ControlCenter',
        name: 'emea',
        provider_name: 'laptop',
        actions: ['create'],
        before: null,
      },
    )
    assert.equal((await harness.runAsIs(`apply ${file} --local`)).code, 0)
    assert.equal(harness.read('emea')?.state, 'ready')
    // What its own run did makes no plan stale: after a kill it is carried out once more.
    assert.equal((await harness.runAsIs(`apply ${file} --local`)).code, 0)
  })

  test('remembers that directories were gone into', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea/emea.yaml', CONTROL_CENTER)
    const file = path.join(harness.folder, 'plan.json')
    assert.equal((await harness.run(`plan -R --out ${file} --detailed-exitcode`)).code, 2)
    assert.equal((await harness.runAsIs(`apply ${file} --local`)).code, 0)
    assert.deepEqual(harness.clusters(), ['emea.json'])
  })

  const cases: readonly [string, (harness: ReturnType<typeof platformHarness>) => void, RegExp][] = [
    [
      'when a manifest has changed',
      ({ write }) =>
        write('manifests/emea.yaml', CONTROL_CENTER.replace('externalName', 'version: v1.34.0, externalName')),
      /the manifests have changed/,
    ],
    [
      'when somebody has changed the cluster',
      ({ read, arrange }) => {
        const record = read('emea') as WorldRecord
        arrange('emea', { ...record, spec: { ...record.spec, version: 'v1.33.0' } })
      },
      /ControlCenter\/emea has changed since: planned update, now update/,
    ],
    [
      'when the cluster is gone',
      ({ remove }) => remove('emea'),
      /ControlCenter\/emea has changed since: planned update, now create/,
    ],
  ]
  for (const [name, happens, message] of cases) {
    test(`is stale ${name}: exit 7, and nothing is applied`, async () => {
      using harness = platformHarness()
      harness.write('manifests/emea.yaml', CONTROL_CENTER)
      assert.equal((await harness.run('apply --auto-approve')).code, 0)
      harness.write('manifests/emea.yaml', CONTROL_CENTER.replace('externalName', 'version: v1.35.4, externalName'))
      const file = path.join(harness.folder, 'plan.json')
      assert.equal((await harness.run(`plan --out ${file} --detailed-exitcode`)).code, 2)
      happens(harness)
      const before = harness.read('emea')
      const { code, err } = await harness.runAsIs(`apply ${file} --local`)
      assert.equal(code, 7, err)
      assert.match(err, message)
      assert.deepEqual(harness.read('emea'), before)
    })
  }
})

describe('a run', () => {
  const both = `${CONTROL_CENTER}---\n${clusterManifest('Platform', 'shop-dev', 'externalName: shop')}`

  test('that is at it keeps another from beginning: exit 5, with holder and age', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', CONTROL_CENTER)
    harness.control({ latency: { create: 60_000 } })
    const stop = new AbortController()
    const { promise: begun, resolve } = Promise.withResolvers<void>()
    const first = harness.run('apply --auto-approve -o json', {
      signal: stop.signal,
      onErr: (err) => err.includes('building') && resolve(),
    })
    await begun
    const { code, err } = await harness.run('apply --auto-approve')
    assert.match(err, /the lock is held by keelson apply on .*, process \d+, for \d+s/)
    assert.equal(code, 5)
    assert.equal((await harness.run('plan')).code, 0)
    stop.abort()
    assert.equal((await first).code, 130)
    harness.control({})
    assert.equal((await harness.run('apply --auto-approve')).code, 0)
  })

  test('that takes too long exits 6, and the next one goes on', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', CONTROL_CENTER)
    harness.control({ latency: { create: 60_000 } })
    const stop = new AbortController()
    const begun = await harness.run('apply --auto-approve -o json', {
      signal: stop.signal,
      onErr: (err) => err.includes('building') && stop.abort(),
    })
    assert.equal(begun.code, 130)
    const { uid } = harness.read('emea') as WorldRecord
    const { code, out } = await harness.run('apply --auto-approve --timeout 100ms')
    assert.match(out, /ControlCenter\/emea: timeout: still at it/)
    assert.equal(code, 6)
    harness.control({})
    assert.equal((await harness.run('apply --auto-approve')).code, 0)
    assert.deepEqual([harness.read('emea')?.uid, harness.read('emea')?.state], [uid, 'ready'])
  })

  test('in which some fail exits 3; what depends on them is not begun', async () => {
    using harness = platformHarness()
    const third = clusterManifest('ControlCenter', 'apac', 'externalName: apac')
    harness.write('manifests/all.yaml', `${both}---\n${third}`)
    harness.control({
      faults: [{ call: 'create', point: 'before', effect: 'error', cluster: 'emea', message: 'full' }],
    })
    const { code, out } = await harness.run('apply --auto-approve -o json')
    const { results, exit_code } = JSON.parse(out)
    const told = results.map(({ address, outcome }: Record<string, string>) => `${address} ${outcome}`)
    assert.deepEqual(told, ['ControlCenter/apac created', 'ControlCenter/emea failed', 'Platform/shop-dev skipped'])
    assert.deepEqual([code, exit_code, harness.clusters()], [3, 3, ['apac.json']])
  })

  test('does what depends on others last, and undoes it first', async () => {
    using harness = platformHarness()
    harness.write('manifests/all.yaml', both)
    const order = (out: string) => [...out.matchAll(/^(\S+): (created|deleted)$/gm)].map(([line]) => line)
    const applied = await harness.run('apply --auto-approve')
    assert.deepEqual(order(applied.out), ['ControlCenter/emea: created', 'Platform/shop-dev: created'])
    const destroyed = await harness.run('destroy --auto-approve')
    assert.deepEqual(order(destroyed.out), ['Platform/shop-dev: deleted', 'ControlCenter/emea: deleted'])
    assert.deepEqual(harness.clusters(), [])
  })

  for (const call of ['list', 'observe'] as const) {
    test(`against a provider that does not answer to ${call} exits 1 and creates nothing`, async () => {
      using harness = platformHarness()
      harness.write('manifests/all.yaml', both)
      harness.control({ faults: [{ call, point: 'before', effect: 'unreachable', message: 'no route' }] })
      for (const line of ['plan', 'apply --auto-approve', 'destroy --auto-approve', 'drift']) {
        const { code, out } = await harness.run(line)
        assert.equal(code, 1, line)
        assert.match(out, /unknown.*no route/)
      }
      assert.deepEqual(harness.clusters(), [])
    })
  }

  test('replaces only where that is allowed', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', CONTROL_CENTER)
    assert.equal((await harness.run('apply --auto-approve')).code, 0)
    const before = harness.read('emea')
    const more = CONTROL_CENTER.replace('externalName', 'topology: {controlPlane: {replicas: 3}}, externalName')
    harness.write('manifests/emea.yaml', more)
    const planned = await harness.run('plan --detailed-exitcode')
    assert.equal(planned.code, 4)
    assert.match(planned.out, /! ControlCenter\/emea +replace .*--allow-replace/)
    assert.match(planned.out, /spec.topology.controlPlane: {"replicas":1} -> {"replicas":3}/)
    assert.equal((await harness.run('apply --auto-approve')).code, 4)
    assert.deepEqual(harness.read('emea'), before)
    assert.equal((await harness.run('apply --auto-approve --allow-replace')).code, 0)
    const after = harness.read('emea')
    assert.notEqual(after?.uid, before?.uid)
    assert.equal(after?.spec.topology?.controlPlane?.replicas, 3)
  })

  test('does not do what managementPolicies do not allow', async () => {
    using harness = platformHarness()
    harness.write(
      'manifests/emea.yaml',
      CONTROL_CENTER.replace('externalName', 'managementPolicies: [Observe], externalName'),
    )
    const { code, out } = await harness.run('apply --auto-approve')
    assert.match(out, /spec.managementPolicies does not allow Create/)
    assert.deepEqual([code, harness.clusters()], [0, []])
  })

  test('takes only our tags off where deletionPolicy is Orphan', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', CONTROL_CENTER.replace('externalName', 'deletionPolicy: Orphan, externalName'))
    assert.equal((await harness.run('apply --auto-approve')).code, 0)
    assert.equal((await harness.run('destroy --auto-approve')).code, 0)
    assert.deepEqual([harness.read('emea')?.state, harness.read('emea')?.tags], ['ready', {}])
  })

  test('leaves what belongs to another workspace alone, with --prune as well', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', CONTROL_CENTER)
    assert.equal((await harness.run('apply --auto-approve --workspace :root:acme')).code, 0)
    harness.write('manifests/emea.yaml', '')
    assert.equal((await harness.run('apply --auto-approve --prune --workspace :root:other')).code, 0)
    assert.deepEqual(harness.clusters(), ['emea.json'])
    assert.equal((await harness.run('apply --auto-approve --prune --workspace :root:acme')).code, 0)
    assert.deepEqual(harness.clusters(), [])
  })
})

describe('what is known', () => {
  test('comes from the world: names, states and digests without a manifest', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', CONTROL_CENTER)
    assert.equal((await harness.run('apply --auto-approve')).code, 0)
    const withManifest = await harness.run('state ls')
    fs.rmSync(path.join(harness.manifests, 'emea.yaml'))
    const { out } = await harness.run('state ls')
    assert.equal(out, withManifest.out)
    assert.match(out, /^ControlCenter\/emea +root +laptop \(simulated, no real cluster\) +ready +emea +[0-9a-f]{12}$/m)
    for (const name of ['emea', 'cctr/emea', 'controlcenters/emea', 'root/root/ControlCenter/emea']) {
      assert.match((await harness.run(`state show ${name}`)).out, /^address: ControlCenter\/emea$/m)
    }
    const unknown = await harness.run('state show nobody')
    assert.deepEqual([unknown.code, /"nobody" was not found/.test(unknown.err)], [1, true])
  })

  test('drift tells what was changed by hand: exit 2', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', CONTROL_CENTER.replace('externalName', 'version: v1.35.4, externalName'))
    assert.equal((await harness.run('apply --auto-approve')).code, 0)
    const calm = await harness.run('drift --detailed-exitcode')
    assert.deepEqual([calm.code, calm.out], [0, 'No drift.\n'])
    const record = harness.read('emea') as WorldRecord
    harness.arrange('emea', { ...record, spec: { ...record.spec, version: 'v1.33.1' } })
    const { code, out } = await harness.run('drift --detailed-exitcode')
    assert.equal(code, 2)
    assert.match(out, /~ ControlCenter\/emea +update/)
    assert.match(out, /spec.version: v1.33.1 -> v1.35.4/)
  })

  test('holds no key material: not a byte of plan, state, output or folder, but the kubeconfig that was asked for', async () => {
    using harness = platformHarness()
    harness.write('manifests/emea.yaml', CONTROL_CENTER)
    const plan = path.join(harness.folder, 'plan.json')
    const lines = [`plan --out ${plan}`, 'plan -o json', 'plan -o md', 'apply --auto-approve -o json', 'drift -o json']
    const said: string[] = []
    for (const line of [...lines, 'state ls', 'state show emea', 'state ls -o json']) {
      const { code, out, err } = await harness.run(line)
      assert.equal(code, 0)
      said.push(out, err)
    }
    const { out: kubeconfig, err } = await harness.run('kubeconfig emea --ttl 10m')
    const [, token = ''] = /token: (\S+)/.exec(kubeconfig) ?? []
    const [, authority = ''] = /certificate-authority-data: (\S+)/.exec(kubeconfig) ?? []
    assert.ok(token.length > 20 && authority.length > 20)
    assert.match(err, /ControlCenter\/emea \(simulated, no real cluster\): valid until /)
    said.push(err)
    const files = fs
      .readdirSync(harness.folder, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
    said.push(...files.map((file) => fs.readFileSync(path.join(file.parentPath, file.name), 'latin1')))
    for (const text of said) {
      assert.ok(!text.includes(token) && !text.includes(authority))
      assert.doesNotMatch(text, /PRIVATE KEY|BEGIN CERTIFICATE|client-key-data/)
    }
  })
})
