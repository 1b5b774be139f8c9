import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiRequest } from '../machinery/index.ts'
import type { AuditEvent } from './audit-event.ts'
import { requestMetrics } from './metrics/request-metrics.ts'
import { createObserver, type LogEntry } from './observer.ts'
import { findRoute } from './route.ts'

const URL_ = '/clusters/root/api/v1/namespaces/default/secrets/s'
const REQUEST: ApiRequest = {
  method: 'PUT',
  url: URL_,
  headers: { authorization: 'Bearer hidden', 'user-agent': 'kubectl/v1.36.3', 'audit-id': 'id-1' },
  body: async () => Buffer.from('{"data":"hidden"}'),
  sourceIP: '192.0.2.1',
  signal: new AbortController().signal,
}

function observed() {
  const events: AuditEvent[] = []
  const entries: LogEntry[] = []
  const observer = createObserver({
    metrics: requestMetrics(),
    audit: (event) => events.push(event),
    requests: (entry) => entries.push(entry),
  })
  const record = observer.begin(REQUEST)
  const info = findRoute('PUT', '/api/v1/namespaces/default/secrets/s', new URLSearchParams())
  const caller = { username: 'alice', groups: ['team'] }
  Object.assign(record, { info, cluster: 'root', caller, user: { username: 'bob', groups: [] } })
  return { observer, record, events, entries }
}

test('an answer is audited at the level Metadata, in the shape of audit.k8s.io/v1', () => {
  const { observer, record, events } = observed()
  observer.answered(record, { status: 409, headers: {}, body: [Buffer.from('hidden')] })
  const [event] = events
  assert.match(event?.requestReceivedTimestamp ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  assert.deepEqual(
    { ...event, requestReceivedTimestamp: '', stageTimestamp: '' },
    {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: 'id-1',
      stage: 'ResponseComplete',
      requestURI: URL_,
      verb: 'update',
      user: { username: 'alice', groups: ['team'] },
      impersonatedUser: { username: 'bob', groups: [] },
      sourceIPs: ['192.0.2.1'],
      userAgent: 'kubectl/v1.36.3',
      objectRef: { resource: 'secrets', namespace: 'default', name: 's', apiVersion: 'v1' },
      responseStatus: { metadata: {}, code: 409 },
      requestReceivedTimestamp: '',
      stageTimestamp: '',
      annotations: { 'kcp.io/cluster': 'root' },
    },
  )
  assert.ok(!JSON.stringify(events).includes('hidden'))
})

test('a request is logged with what finds it again, and no secret', () => {
  const { observer, record, entries } = observed()
  const { headers } = observer.answered(record, { status: 200, headers: { vary: 'x' }, body: [] })
  assert.deepEqual(headers, { 'audit-id': 'id-1', vary: 'x' })
  assert.deepEqual(
    { ...entries[0], latency: 0 },
    {
      message: 'HTTP',
      verb: 'PUT',
      URI: URL_,
      userAgent: 'kubectl/v1.36.3',
      'audit-ID': 'id-1',
      srcIP: '192.0.2.1',
      latency: 0,
      resp: 200,
    },
  )
})

test('a watch is told of when it begins and when it ends, however it ends', async () => {
  async function* body() {
    yield Buffer.from('a')
  }
  const { observer, record, events } = observed()
  const answer = observer.answered(record, { status: 200, headers: {}, body: body(), events: true })
  assert.deepEqual(
    events.map(({ stage }) => stage),
    ['ResponseStarted'],
  )
  for await (const piece of answer.body) assert.equal(piece.toString(), 'a')
  assert.deepEqual(
    events.map(({ stage }) => stage),
    ['ResponseStarted', 'ResponseComplete'],
  )

  const gone = new AbortController()
  const unread = observed()
  const left = unread.observer.begin({ ...REQUEST, signal: gone.signal })
  unread.observer.answered(left, { status: 200, headers: {}, body: body(), events: true })
  gone.abort()
  assert.deepEqual(
    unread.events.map(({ stage }) => stage),
    ['ResponseStarted', 'ResponseComplete'],
  )
})

test('a long list is told of when it has been sent, as any answer', async () => {
  async function* body() {
    yield Buffer.from('a')
  }
  const { observer, record, events } = observed()
  const answer = observer.answered(record, { status: 200, headers: {}, body: body() })
  assert.deepEqual(events, [])
  for await (const piece of answer.body) assert.equal(piece.toString(), 'a')
  assert.deepEqual(
    events.map(({ stage }) => stage),
    ['ResponseComplete'],
  )
})
