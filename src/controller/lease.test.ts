import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../client/index.ts'
import { type ApiResponse, conflict, notFound, StatusError, serviceUnavailable } from '../machinery/index.ts'
import { type LeaderElectionOptions, type Lease, runLeaderElection } from './lease.ts'
import { virtualClock } from './virtual-clock.ts'

const RESOURCE = { group: 'coordination.k8s.io', resource: 'leases' }
const silent = { info() {}, error() {} }

/** One lease of an API server that checks resourceVersions, and can be out of reach for one candidate. */
function election() {
  const clock = virtualClock()
  let lease: Lease | undefined
  let version = 0
  const cutOff = new Set<string>()
  const unanswered = new Set<string>()
  /** Who leads, in order of beginning and end. */
  const story: string[] = []
  const leaders = new Set<string>()

  const write = (next: Lease): Lease => {
    version++
    lease = { ...next, metadata: { ...next.metadata, resourceVersion: String(version) } }
    return lease
  }
  const serve = (method: string, body: Buffer | undefined): Lease => {
    if (method === 'GET') {
      if (lease === undefined) throw notFound(RESOURCE, 'controller')
      return lease
    }
    const sent: Lease = JSON.parse(String(body))
    if (method === 'PUT' && sent.metadata.resourceVersion !== lease?.metadata.resourceVersion) {
      throw conflict(RESOURCE, 'controller', 'the object has been modified')
    }
    return write(sent)
  }
  const clientOf = (identity: string) =>
    createClient({
      transport: {
        async send({ method, body }): Promise<ApiResponse> {
          if (unanswered.has(identity)) return new Promise(() => undefined)
          try {
            if (cutOff.has(identity)) throw serviceUnavailable('cut off')
            return { status: 200, headers: {}, body: [Buffer.from(JSON.stringify(serve(method, body)))] }
          } catch (error) {
            if (!(error instanceof StatusError)) throw error
            return { status: error.status.code, headers: {}, body: [Buffer.from(JSON.stringify(error.status))] }
          }
        },
        [Symbol.dispose]() {},
      },
    })

  const candidate = (identity: string, options: Partial<LeaderElectionOptions> = {}) => {
    const stop = new AbortController()
    const done = runLeaderElection({
      client: clientOf(identity),
      namespace: 'kube-system',
      name: 'controller',
      identity,
      clock,
      log: silent,
      signal: stop.signal,
      async lead(signal) {
        assert.equal(leaders.size, 0, 'two leaders')
        leaders.add(identity)
        story.push(`${identity} leads`)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        leaders.delete(identity)
        story.push(`${identity} ends`)
      },
      ...options,
    })
    return { done, stop: () => stop.abort() }
  }
  return { clock, story, cutOff, unanswered, candidate, lease: () => lease, write }
}

test('the first candidate leads and renews; the second waits', async () => {
  const { clock, story, candidate, lease } = election()
  const a = candidate('a')
  await clock.advance(1)
  const b = candidate('b')
  await clock.advance(60_000)
  assert.deepEqual(story, ['a leads'])
  const { holderIdentity, leaseDurationSeconds, leaseTransitions, acquireTime, renewTime } = lease()?.spec ?? {}
  assert.deepEqual(
    { holderIdentity, leaseDurationSeconds, leaseTransitions, acquireTime },
    {
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      acquireTime: '2026-01-01T00:00:00.000000Z',
    },
  )
  assert.ok(Date.parse(renewTime ?? '') >= clock.now() - 2_000)
  a.stop()
  b.stop()
  await Promise.all([a.done, b.done])
})

test('a leader that is stopped gives the lease up, and the next one does not wait for it to expire', async () => {
  const { clock, story, candidate, lease } = election()
  const a = candidate('a')
  await clock.advance(1)
  const b = candidate('b')
  await clock.advance(5_000)
  a.stop()
  await a.done
  assert.equal(lease()?.spec.holderIdentity, '')
  await clock.advance(4_401)
  assert.deepEqual(story, ['a leads', 'a ends', 'b leads'])
  assert.equal(lease()?.spec.leaseTransitions, 1)
  b.stop()
  await b.done
})

test('a leader that is cut off has stepped down before another takes over', async () => {
  const { clock, story, candidate, cutOff } = election()
  const a = candidate('a')
  await clock.advance(1)
  const b = candidate('b')
  await clock.advance(10_000)
  cutOff.add('a')
  await clock.advance(12_001)
  assert.deepEqual(story, ['a leads', 'a ends'])
  await a.done
  await clock.advance(10_000)
  assert.deepEqual(story, ['a leads', 'a ends', 'b leads'])
  b.stop()
  await b.done
})

test('a leader that gets no answer has stepped down before another takes over', async () => {
  const { clock, story, candidate, unanswered } = election()
  const a = candidate('a')
  await clock.advance(1)
  const b = candidate('b')
  await clock.advance(10_000)
  unanswered.add('a')
  await clock.advance(12_001)
  assert.deepEqual(story, ['a leads', 'a ends'])
  await clock.advance(10_000)
  assert.deepEqual(story, ['a leads', 'a ends', 'b leads'])
  await a.done
  b.stop()
  await b.done
})

test('a leader that finds another in its place ends at once', async () => {
  const { clock, story, candidate, write, lease } = election()
  const a = candidate('a')
  await clock.advance(1)
  const taken = lease()
  assert.ok(taken)
  write({ ...taken, spec: { ...taken.spec, holderIdentity: 'other' } })
  await clock.advance(2_000)
  assert.deepEqual(story, ['a leads', 'a ends'])
  await a.done
  assert.equal(lease()?.spec.holderIdentity, 'other')
})

test('a candidate that is stopped while it is given the lease does not lead, and gives it back', async () => {
  const { clock, story, candidate, lease } = election()
  const a = candidate('a')
  a.stop()
  await a.done
  await clock.advance(1)
  assert.deepEqual([story, lease()?.spec.holderIdentity], [[], ''])
})

test('times in the record do not count: a holder whose clock is an hour off keeps the lease while it renews', async () => {
  const { clock, story, candidate, write, lease } = election()
  const renewed = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z')
  const metadata = { name: 'controller', namespace: 'kube-system' }
  const record = (renewTime: string) => ({ holderIdentity: 'other', leaseDurationSeconds: 15, renewTime })
  write({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: record(renewed(clock.now() - 3_600_000)),
  })
  const a = candidate('a')
  for (let i = 0; i < 5; i++) {
    await clock.advance(10_000)
    const current = lease()
    if (current !== undefined) write({ ...current, spec: record(renewed(clock.now() - 3_600_000)) })
  }
  assert.deepEqual(story, [])
  await clock.advance(15_000 + 2 * 4_400 + 1)
  assert.deepEqual(story, ['a leads'])
  a.stop()
  await a.done
})

test('leadership ends when the work does, and the lease is free', async () => {
  const { clock, candidate, lease } = election()
  const a = candidate('a', { lead: async () => {} })
  await clock.advance(1)
  await a.done
  assert.equal(lease()?.spec.holderIdentity, '')
  assert.equal(clock.pending(), 0)
})
