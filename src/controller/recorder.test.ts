import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resourceRef } from '../client/index.ts'
import { startServer } from '../testing/index.ts'
import { EVENTS, eventRecorder } from './recorder.ts'
import { virtualClock } from './virtual-clock.ts'

const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const SAID = { type: 'Warning', reason: 'Failed', message: 'no disk left' } as const

async function begin() {
  const clock = virtualClock(Date.UTC(2030, 0, 1))
  const server = await startServer({ clock, features: [] })
  const { client } = server
  const metadata = { name: 'settings', namespace: 'default' }
  const object = await client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
  const recorder = eventRecorder({ component: 'tester', now: clock.now, log: { info() {}, error() {} } })
  const told = async () =>
    (await client.list(EVENTS, { namespace: 'default' })).items.map(
      ({ reason, message, count, lastTimestamp }) => `${reason} ${message} ${count} ${lastTimestamp}`,
    )
  return { server, client, clock, object, recorder, told, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test('an event says what happened to which object, in its namespace', async () => {
  await using at = await begin()
  await at.recorder.event(at.client, at.object, SAID)
  const [event] = (await at.client.list(EVENTS, { namespace: 'default' })).items
  const { involvedObject, type, source } = event as unknown as Record<string, Record<string, string>>
  assert.equal(involvedObject?.uid, at.object.metadata.uid)
  assert.deepEqual([type, source], ['Warning', { component: 'tester' }])
})

test('what is cluster-scoped has its events in default', async () => {
  await using at = await begin()
  await at.recorder.event(at.client, await at.client.get(NAMESPACES, 'default'), SAID)
  assert.equal((await at.told()).length, 1)
})

test('the same said again is counted, by any process, and not oftener than every ten seconds', async () => {
  await using at = await begin()
  for (let times = 0; times < 3; times++) await at.recorder.event(at.client, at.object, SAID)
  assert.deepEqual(await at.told(), ['Failed no disk left 1 2030-01-01T00:00:00Z'])
  await at.clock.advance(10_000)
  const another = eventRecorder({ component: 'tester', now: at.clock.now })
  await another.event(at.client, at.object, SAID)
  assert.deepEqual(await at.told(), ['Failed no disk left 2 2030-01-01T00:00:10Z'])
  await another.event(at.client, at.object, { ...SAID, message: 'no route' })
  assert.equal((await at.told()).length, 2)
})

test('what cannot be told stops nobody, and a message is cut to what upstream takes', async () => {
  await using at = await begin()
  at.server.faults.failRequests(1)
  await at.recorder.event(at.client, at.object, SAID)
  assert.deepEqual(await at.told(), [])
  await at.recorder.event(at.client, at.object, { ...SAID, message: 'x'.repeat(2000) })
  assert.equal((await at.told())[0]?.split(' ')[1]?.length, 1024)
})
