import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { createQueue, type Queue, type QueueOptions } from './queue.ts'
import { keyOf, type Request, type Result } from './request.ts'
import { virtualClock } from './virtual-clock.ts'

const of = (cluster: string, name: string): Request => ({ cluster, namespace: 'default', name })

interface Harness {
  readonly queue: Queue
  /** Requests in the order in which they were started, each to be finished by the test. */
  readonly started: { request: Request; finish: (result?: Result) => void; fail: (error: Error) => void }[]
  readonly retries: number[]
  readonly clock: ReturnType<typeof virtualClock>
  /** Names started so far. */
  readonly names: () => string[]
}

function harness(options: Partial<QueueOptions> = {}): Harness {
  const clock = virtualClock(0)
  const started: Harness['started'] = []
  const retries: number[] = []
  const queue = createQueue({
    concurrency: 1,
    clock,
    process: (request) =>
      new Promise((finish, fail) => {
        started.push({ request, finish, fail })
      }),
    failed: (_request, _error, retryIn) => retries.push(retryIn),
    ...options,
  })
  return { queue, started, retries, clock, names: () => started.map(({ request }) => request.name) }
}

test('a key that is added often before a worker takes it is worked on once', async () => {
  const { queue, names } = harness()
  for (let i = 0; i < 10; i++) queue.add(of('a', 'x'))
  await turn()
  assert.deepEqual(names(), ['x'])
  assert.equal(queue.depth(), 1)
})

test('a key that is added while it is worked on comes again afterwards, once', async () => {
  const { queue, started, names } = harness({ concurrency: 4 })
  queue.add(of('a', 'x'))
  await turn()
  queue.add(of('a', 'x'))
  queue.add(of('a', 'x'))
  await turn()
  assert.deepEqual(names(), ['x'])
  started[0]?.finish()
  await turn()
  await turn()
  assert.deepEqual(names(), ['x', 'x'])
  started[1]?.finish()
  await queue.idle()
  assert.equal(queue.depth(), 0)
})

test('a failure is tried again after times that double, and a success forgets them', async () => {
  const { queue, started, retries, clock } = harness({ backoff: { first: 10, max: 35 } })
  queue.add(of('a', 'x'))
  for (let failure = 0; failure < 4; failure++) {
    await clock.advance(40)
    started[failure]?.fail(new Error('not yet'))
  }
  await clock.advance(40)
  started[4]?.finish()
  await clock.advance(1_000)
  queue.add(of('a', 'x'))
  await clock.advance(0)
  started[5]?.fail(new Error('again'))
  await clock.advance(0)
  assert.deepEqual(retries, [10, 20, 35, 35, 10])
})

test('requeueAfter brings a key back at its time', async () => {
  const { queue, started, clock, names } = harness()
  queue.add(of('a', 'x'))
  await turn()
  started[0]?.finish({ requeueAfter: 1_000 })
  await clock.advance(999)
  assert.deepEqual(names(), ['x'])
  await clock.advance(1)
  assert.deepEqual(names(), ['x', 'x'])
})

test('of several times for one key the earliest holds, and a run in between replaces them all', async () => {
  const { queue, started, clock, names } = harness()
  queue.add(of('a', 'x'), 500)
  queue.add(of('a', 'x'), 100)
  queue.add(of('a', 'x'), 300)
  await clock.advance(100)
  assert.deepEqual(names(), ['x'])
  started[0]?.finish({ requeueAfter: 1_000 })
  await clock.advance(500)
  queue.add(of('a', 'x'))
  await turn()
  started[1]?.finish()
  await clock.advance(10_000)
  assert.deepEqual(names(), ['x', 'x'])
  assert.equal(clock.pending(), 0)
})

test('logical clusters take turns', async () => {
  const { queue, started, names } = harness()
  for (let i = 0; i < 100; i++) queue.add(of('loud', `loud-${i}`))
  queue.add(of('quiet', 'quiet'))
  for (let i = 0; i < 3; i++) {
    await turn()
    started[i]?.finish()
    await turn()
  }
  assert.deepEqual(names().slice(0, 3), ['loud-0', 'quiet', 'loud-1'])
})

test('a logical cluster whose requests hang leaves workers to the others', async () => {
  const { queue, names } = harness({ concurrency: 4 })
  for (let i = 0; i < 10; i++) queue.add(of('hanging', `hanging-${i}`))
  await turn()
  queue.add(of('other', 'other'))
  await turn()
  assert.deepEqual(names(), ['hanging-0', 'hanging-1', 'other'])
})

test('requests for two resources of one name are two keys', () => {
  const resource = (name: string) => ({ group: 'example.com', version: 'v1', resource: name, namespaced: true })
  const [one, other] = ['widgets', 'gadgets'].map((name) => keyOf({ ...of('a', 'x'), resource: resource(name) }))
  assert.notEqual(one, other)
})

test('disposing waits for the workers and starts no more', async () => {
  const { queue, started, names } = harness()
  queue.add(of('a', 'x'))
  queue.add(of('a', 'y'))
  await turn()
  let disposed = false
  const disposing = queue[Symbol.asyncDispose]().then(() => {
    disposed = true
  })
  await turn()
  assert.equal(disposed, false)
  started[0]?.finish()
  await disposing
  await turn()
  assert.deepEqual(names(), ['x'])
})

const refusal = new Error('refused by the test')

/** What a schedule may do, in any order: add a key now or later, let a worker succeed or fail, let time pass. */
const action = fc.oneof(
  fc.record({
    type: fc.constant('add' as const),
    cluster: fc.constantFrom('a', 'b', 'c'),
    name: fc.constantFrom('x', 'y', 'z'),
    after: fc.constantFrom(0, 0, 5, 50),
  }),
  fc.record({ type: fc.constant('finish' as const), which: fc.nat(10), fails: fc.boolean() }),
  fc.record({ type: fc.constant('pass' as const), ms: fc.nat(60) }),
)

test('after the end no timer is left, whatever the last worker asks for', async () => {
  const { queue, started, clock } = harness()
  queue.add(of('a', 'x'))
  await turn()
  const disposed = queue[Symbol.asyncDispose]()
  started[0]?.finish({ requeueAfter: 60_000 })
  await disposed
  assert.equal(clock.pending(), 0)
})

test('in any schedule nothing is lost, and no key is ever with two workers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (actions, workers) => {
      const clock = virtualClock(0)
      const running = new Map<string, { finish: () => void; fail: () => void }>()
      /** Keys whose latest addition no run has begun after. */
      const owed = new Set<string>()
      const violations: unknown[] = []
      const queue = createQueue({
        concurrency: workers,
        clock,
        backoff: { first: 1, max: 50 },
        failed: (_request, error) => {
          if (error !== refusal) violations.push(error)
        },
        process: (request) =>
          new Promise((finish, fail) => {
            const key = keyOf(request)
            assert.ok(!running.has(key), 'two workers on one key')
            assert.ok(running.size < workers, 'more workers than allowed')
            owed.delete(key)
            const end = (settle: () => void) => () => {
              running.delete(key)
              settle()
            }
            running.set(key, { finish: end(() => finish(undefined)), fail: end(() => fail(refusal)) })
          }),
      })
      for (const step of actions) {
        if (step.type === 'add') {
          owed.add(keyOf(of(step.cluster, step.name)))
          queue.add(of(step.cluster, step.name), step.after)
        } else if (step.type === 'finish') {
          const worker = [...running.values()][step.which % Math.max(1, running.size)]
          if (step.fails) worker?.fail()
          else worker?.finish()
          await turn()
        } else {
          await clock.advance(step.ms)
        }
      }
      for (let round = 0; round < 20; round++) {
        for (const worker of running.values()) worker.finish()
        await clock.advance(100)
      }
      assert.deepEqual(violations, [])
      assert.deepEqual([...owed], [])
      assert.equal(queue.depth(), 0)
      assert.equal(clock.pending(), 0)
    }),
    { numRuns: 60 },
  )
})

test('between two requests of one cluster each other waiting cluster is served', async () => {
  const loads = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(loads, async (sizes) => {
      const order: string[] = []
      const violations: unknown[] = []
      const left = new Map(sizes.map((size, index) => [`cluster-${index}`, size]))
      const queue = createQueue({
        concurrency: 1,
        clock: virtualClock(0),
        failed: (_request, error) => violations.push(error),
        process: async ({ cluster }) => {
          const waiting = [...left].filter(([other, count]) => other !== cluster && count > 0).map(([other]) => other)
          const sinceLast = order.slice(order.lastIndexOf(cluster) + 1)
          if (order.includes(cluster)) for (const other of waiting) assert.ok(sinceLast.includes(other))
          order.push(cluster)
          left.set(cluster, (left.get(cluster) ?? 0) - 1)
          return undefined
        },
      })
      for (const [cluster, size] of left) for (let i = 0; i < size; i++) queue.add(of(cluster, `${i}`))
      await queue.idle()
      assert.deepEqual(violations, [])
      assert.equal(
        order.length,
        sizes.reduce((sum, size) => sum + size, 0),
      )
    }),
    { numRuns: 30 },
  )
})
