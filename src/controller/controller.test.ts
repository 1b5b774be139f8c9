import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startController } from './controller.ts'
import { fakeCollection, WIDGETS, widget } from './fake-collection.ts'
import { startInformer } from './informer.ts'
import type { Request } from './request.ts'
import { informed, watching } from './source.ts'
import { virtualClock } from './virtual-clock.ts'

test('each object of a watched collection is reconciled, with a client in its logical cluster', async () => {
  const collection = fakeCollection()
  const clock = virtualClock()
  const seen: string[] = []
  await using controller = startController({
    name: 'test',
    client: collection.client.inCluster('*'),
    sources: [watching(WIDGETS)],
    clock,
    async reconcile({ cluster, namespace, name }, { client, now }) {
      seen.push(`${client.prefix} ${cluster}|${namespace}/${name} ${now() === clock.now()}`)
      return undefined
    },
  })
  collection.put(widget('a', 1, 'acme'))
  collection.put(widget('b', 1, 'other'))
  await clock.advance(0)
  await controller.idle()
  assert.deepEqual(seen.toSorted(), ['/clusters/acme acme|default/a true', '/clusters/other other|default/b true'])
})

test('map says what to reconcile, and when', async () => {
  const collection = fakeCollection()
  const clock = virtualClock()
  const seen: Request[] = []
  await using _controller = startController({
    name: 'test',
    client: collection.client,
    sources: [
      watching(WIDGETS, {
        map: ({ spec }, change) => [{ cluster: '', namespace: '', name: `${change}-${spec.size}`, after: spec.size }],
      }),
    ],
    clock,
    async reconcile(request) {
      seen.push(request)
      return undefined
    },
  })
  collection.put(widget('a', 500))
  collection.remove(widget('a', 500))
  await clock.advance(499)
  assert.deepEqual(seen, [])
  await clock.advance(1)
  assert.deepEqual(
    seen.map(({ name }) => name),
    ['changed-500', 'deleted-500'],
  )
})

test('a reconciler that throws is called again, and the failure is in the log', async () => {
  const collection = fakeCollection()
  const clock = virtualClock()
  const lines: unknown[] = []
  let calls = 0
  await using _controller = startController({
    name: 'test',
    client: collection.client,
    sources: [watching(WIDGETS)],
    clock,
    log: { info() {}, error: (message, fields) => lines.push({ message, ...fields }) },
    async reconcile() {
      if (++calls === 1) throw new Error('the world is not ready')
      return undefined
    },
  })
  collection.put(widget('a'))
  await clock.advance(10)
  assert.equal(calls, 2)
  assert.deepEqual(lines, [
    {
      message: 'cannot reconcile',
      controller: 'test',
      cluster: 'root',
      namespace: 'default',
      name: 'a',
      error: 'the world is not ready',
      retryIn: 5,
    },
  ])
})

test('no reconcile begins before the informers that it reads are complete', async () => {
  const collection = fakeCollection()
  const clock = virtualClock()
  const stop = new AbortController()
  for (const name of ['a', 'b']) collection.put(widget(name))
  const informer = startInformer({ client: collection.client, resource: WIDGETS, clock, signal: stop.signal })
  const sizes: number[] = []
  await using _controller = startController({
    name: 'test',
    client: collection.client,
    sources: [informed(informer)],
    clock,
    async reconcile() {
      sizes.push(informer.list().length)
      return undefined
    },
  })
  await clock.advance(0)
  assert.deepEqual(sizes, [2, 2])
  stop.abort()
})

test('disposing aborts the signal and waits for the reconcile that runs', async () => {
  const collection = fakeCollection()
  const clock = virtualClock()
  let ended = false
  const controller = startController({
    name: 'test',
    client: collection.client,
    sources: [watching(WIDGETS)],
    clock,
    async reconcile(_request, { signal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended = true
      return undefined
    },
  })
  collection.put(widget('a'))
  await clock.advance(0)
  await controller[Symbol.asyncDispose]()
  assert.equal(ended, true)
  await clock.advance(0)
  assert.equal(clock.pending(), 0)
})
