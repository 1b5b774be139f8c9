import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeCollection, WIDGETS, widget } from './fake-collection.ts'
import { startInformer } from './informer.ts'
import { virtualClock } from './virtual-clock.ts'

function inform() {
  const collection = fakeCollection()
  const clock = virtualClock()
  const stop = new AbortController()
  const start = () => {
    const informer = startInformer({
      client: collection.client,
      resource: WIDGETS,
      clock,
      signal: stop.signal,
      indexes: { bySize: ({ spec }) => [String(spec.size)] },
    })
    const events: string[] = []
    informer.subscribe(({ type, object }) => events.push(`${type} ${object.metadata.name}=${object.spec.size}`))
    return { informer, events }
  }
  const settle = () => clock.advance(0)
  return { collection, start, settle, [Symbol.dispose]: () => stop.abort() }
}

const at = (name: string, cluster = 'root') => ({ cluster, namespace: 'default', name })

test('objects are found by name, in their logical cluster, and by index', async () => {
  using context = inform()
  const { collection, start, settle } = context
  collection.put(widget('a', 1))
  collection.put(widget('a', 2, 'other'))
  collection.put(widget('b', 2))
  const { informer } = start()
  assert.equal(informer.hasSynced(), false)
  await settle()
  await informer.synced
  assert.equal(informer.hasSynced(), true)
  assert.equal(informer.get(at('a'))?.spec.size, 1)
  assert.equal(informer.get(at('a', 'other'))?.spec.size, 2)
  assert.equal(informer.get(at('c')), undefined)
  assert.equal(informer.byIndex('bySize', '2').length, 2)
  assert.equal(informer.list().length, 3)
})

test('an index follows changes and deletions', async () => {
  using context = inform()
  const { collection, start, settle } = context
  collection.put(widget('a', 1))
  const { informer, events } = start()
  await settle()
  collection.put(widget('a', 2))
  await settle()
  assert.deepEqual(informer.byIndex('bySize', '1'), [])
  assert.equal(informer.byIndex('bySize', '2').length, 1)
  collection.remove(widget('a', 2))
  await settle()
  assert.deepEqual(informer.byIndex('bySize', '2'), [])
  assert.deepEqual(events, ['added a=1', 'modified a=2', 'deleted a=2'])
})

test('what went while no watch was open is told after the next picture', async () => {
  using context = inform()
  const { collection, start, settle } = context
  collection.put(widget('stays'))
  collection.put(widget('goes'))
  const { informer, events } = start()
  await settle()
  collection.dropWatches()
  collection.remove(widget('goes'))
  collection.compact()
  await settle()
  assert.deepEqual(events, ['added stays=1', 'added goes=1', 'deleted goes=1'])
  assert.equal(informer.list().length, 1)
})

test('a change keeps the parts that stay, and managedFields are not kept', async () => {
  using context = inform()
  const { collection, start, settle } = context
  const object = widget('a', 1)
  collection.put({ ...object, metadata: { ...object.metadata, labels: { tier: 'web' }, managedFields: [{}] } })
  const { informer } = start()
  await settle()
  const before = informer.get(at('a'))
  collection.put({ ...object, metadata: { ...object.metadata, labels: { tier: 'web' } }, spec: { size: 2 } })
  await settle()
  const after = informer.get(at('a'))
  assert.notEqual(after, before)
  assert.equal(after?.metadata.labels, before?.metadata.labels)
  assert.equal(before?.metadata.managedFields, undefined)
})

test('a late subscriber hears of what is there first', async () => {
  using context = inform()
  const { collection, start, settle } = context
  collection.put(widget('a'))
  const { informer } = start()
  await settle()
  const events: string[] = []
  const subscription = informer.subscribe(({ type }) => events.push(type))
  collection.remove(widget('a'))
  await settle()
  subscription[Symbol.dispose]()
  collection.put(widget('a'))
  await settle()
  assert.deepEqual(events, ['added', 'deleted'])
})
