import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { virtualClock } from '../../controller/index.ts'
import { externalNameOf } from '../identity.ts'
import type { ClusterIntent, ClusterProvider } from '../provider.ts'
import { isProviderError, type ProviderErrorReason } from '../provider-error.ts'
import { CALLS, type Call, parseControl } from './control.ts'
import { openSimulatedProvider } from './simulated-provider.ts'

const identity = { org: 'acme', workspace: 'root:acme', kind: 'ControlCenter', name: 'emea' }
const INTENT: ClusterIntent = {
  externalName: externalNameOf(identity),
  identity,
  ownerTag: 'org-a',
  manifestDigest: 'sha256:first',
  run: 'run-1',
  spec: {},
}
const { externalName } = INTENT
const forEver = new AbortController().signal
const operation = { ownerTag: 'org-a', signal: forEver }

async function world(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-control-'))
  t.after(() => rm(folder, { recursive: true }))
  return {
    folder,
    provider: openSimulatedProvider({ folder }),
    arrange: (control: unknown) => writeFile(join(folder, 'control.json'), JSON.stringify(control)),
  }
}

/** Makes each call by its name, of a cluster with this id. */
function calls(provider: ClusterProvider, externalID: string, signal = forEver): Record<Call, () => Promise<unknown>> {
  const operation = { ownerTag: 'org-a', signal }
  return {
    list: () => provider.list('org-a', signal),
    observe: () => provider.observe(externalName, signal),
    create: () => provider.create(INTENT, { signal }),
    update: () => provider.update(externalID, INTENT, { signal }),
    start: () => provider.start(externalID, operation),
    adopt: () => provider.adopt(externalID, INTENT, { signal }),
    release: () => provider.release(externalID, operation),
    delete: () => provider.delete(externalID, operation),
    issueAccess: () => provider.issueAccess(externalID, 3600, operation),
  }
}

async function reasonOf(call: Promise<unknown>): Promise<ProviderErrorReason | 'none'> {
  try {
    await call
    return 'none'
  } catch (error) {
    assert.ok(isProviderError(error), String(error))
    assert.match(error.message, /out of order|arranged/)
    return error.reason
  }
}

for (const call of CALLS) {
  for (const point of ['before', 'after'] as const) {
    test(`${call} can be made to fail ${point} all else`, async (t) => {
      const { provider, arrange } = await world(t)
      const { externalID } = await provider.create(INTENT, { signal: forEver })
      const made = calls(provider, externalID)
      await arrange({ faults: [{ call, point, effect: 'unreachable', message: 'out of order' }] })
      assert.equal(await reasonOf(made[call]()), 'unreachable')
      await arrange({ faults: [{ call, point, effect: 'error' }] })
      const gone = call === 'delete' && point === 'after'
      assert.equal(await reasonOf(made[call]()), 'failed')
      await arrange({})
      assert.equal((await provider.observe(externalName, forEver)).found, !gone)
    })
  }
}

describe('a fault', () => {
  const halves: { call: 'create' | 'update'; point: string; leaves: object }[] = [
    { call: 'create', point: 'begun', leaves: { state: 'building', built: 'no endpoint' } },
    { call: 'create', point: 'half', leaves: { state: 'building', built: 'an endpoint' } },
    { call: 'update', point: 'begun', leaves: { state: 'ready', built: 'an endpoint' } },
  ]
  for (const { call, point, leaves } of halves) {
    test(`in ${call} at ${point} leaves what has happened so far`, async (t) => {
      const { provider, arrange } = await world(t)
      const externalID = call === 'update' ? (await provider.create(INTENT, { signal: forEver })).externalID : ''
      await arrange({ faults: [{ call, point, effect: 'error' }] })
      assert.equal(await reasonOf(calls(provider, externalID)[call]()), 'failed')
      const cluster = await provider.observe(externalName, forEver)
      assert.ok(cluster.found)
      const built = cluster.endpoint === undefined ? 'no endpoint' : 'an endpoint'
      assert.deepEqual({ state: cluster.state, built }, leaves)
    })
  }

  test('that breaks the cluster leaves it failed, with a message and lines of output', async (t) => {
    const { provider, arrange } = await world(t)
    await arrange({ faults: [{ call: 'create', point: 'half', effect: 'break', message: 'out of order' }] })
    assert.equal(await reasonOf(provider.create(INTENT, { signal: forEver })), 'failed')
    await arrange({})
    const cluster = await provider.observe(externalName, forEver)
    assert.ok(cluster.found)
    assert.deepEqual([cluster.state, cluster.message], ['failed', 'out of order'])
    await assert.rejects(provider.create(INTENT, { signal: forEver }), (error) => {
      assert.ok(isProviderError(error, 'failed'))
      assert.ok(error.logTail.some((line) => line.includes('out of order')))
      return true
    })
  })

  test('of one cluster leaves the others alone', async (t) => {
    const { provider, arrange } = await world(t)
    await arrange({ faults: [{ call: 'observe', point: 'before', effect: 'unreachable', cluster: externalName }] })
    assert.equal(await reasonOf(provider.observe(externalName, forEver)), 'unreachable')
    assert.deepEqual(await provider.observe('another', forEver), { found: false })
  })
})

test('latency is waited for step by step, by the clock that is given', async (t) => {
  const { folder, arrange } = await world(t)
  const clock = virtualClock(Date.UTC(2030, 0, 1))
  const provider = openSimulatedProvider({ folder, clock })
  await arrange({ latency: { create: 3000, delete: 5000 } })
  const phases: string[] = []
  const creation = provider.create(INTENT, { signal: forEver, onProgress: ({ phase }) => phases.push(phase) })
  for (let step = 0; step < 3; step++) {
    assert.equal(phases.length, step + 2)
    await clock.advance(999)
    assert.equal(phases.length, step + 2)
    await clock.advance(1)
  }
  const { externalID } = await creation
  const deletion = provider.delete(externalID, operation)
  await clock.advance(4999)
  const cluster = await provider.observe(externalName, forEver)
  assert.equal(cluster.found && cluster.state, 'deleting')
  await clock.advance(1)
  await deletion
  assert.deepEqual(await provider.observe(externalName, forEver), { found: false })
})

for (const call of CALLS) {
  test(`${call} that is aborted while it waits rejects with the reason, and does no more`, async (t) => {
    const { folder, arrange, provider } = await world(t)
    const { externalID } = await provider.create(INTENT, { signal: forEver })
    if (call === 'create') await provider.delete(externalID, operation)
    const clock = virtualClock()
    await arrange({ latency: { [call]: 3000 } })
    const controller = new AbortController()
    const reason = new Error('no longer wanted')
    const waiting = calls(openSimulatedProvider({ folder, clock }), externalID, controller.signal)[call]()
    await clock.advance(10)
    await arrange({})
    const before = await provider.observe(externalName, forEver)
    controller.abort(reason)
    await assert.rejects(waiting, reason)
    assert.equal(clock.pending(), 0)
    assert.deepEqual(await provider.observe(externalName, forEver), before)
  })
}

describe('a control file', () => {
  test('arranges nothing when it is empty', () => {
    assert.deepEqual(parseControl('{}'), { ok: true, value: { latency: {}, faults: [] } })
  })

  const faults: { text: string; says: RegExp }[] = [
    { text: '{"latencies": {}}', says: /unknown field latencies/ },
    { text: '{"latency": {"build": 1}}', says: /unknown field latency\.build/ },
    { text: '{"latency": {"create": -1}}', says: /latency\.create/ },
    { text: '{"faults": [{"call": "create", "point": "after"}]}', says: /faults\[0\]\.effect/ },
    { text: '{"faults": [{"call": "create", "point": "late", "effect": "kill"}]}', says: /faults\[0\]\.point/ },
  ]
  for (const { text, says } of faults) {
    test(`with a mistake is refused by field: ${text}`, () => {
      const result = parseControl(text)
      assert.match(result.ok ? '' : result.error, says)
    })
  }

  test('with a mistake makes every call fail and say so', async (t) => {
    const { provider, arrange } = await world(t)
    await arrange({ fault: [] })
    await assert.rejects(provider.list('org-a', forEver), /control\.json: unknown field fault/)
  })
})

test('everything that is shown of a cluster says that it is simulated', async (t) => {
  const { provider } = await world(t)
  const { externalID, endpoint } = await provider.create(INTENT, { signal: forEver })
  const { kubeconfig } = await provider.issueAccess(externalID, 3600, operation)
  const shown = [provider.type, provider.capabilities().notice, externalID, endpoint?.host, kubeconfig.reveal()]
  for (const text of shown) assert.match(text ?? '', /simulated/)
  assert.match(endpoint?.host ?? '', /\.invalid$/)
})
