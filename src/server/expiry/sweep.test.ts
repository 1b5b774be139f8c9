import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { KubeObject } from '../../machinery/index.ts'
import {
  type Client,
  eventually,
  resourceRef,
  startServer,
  type TestServer,
  virtualClock,
} from '../../testing/index.ts'

const EVENTS = resourceRef('v1', 'events', { namespaced: true })
const NEW_EVENTS = resourceRef('events.k8s.io/v1', 'events', { namespaced: true })
const REQUESTS = resourceRef('certificates.k8s.io/v1', 'certificatesigningrequests', { namespaced: false })
const MINUTE = 60_000
/** A PKCS #10 request, of which nothing is read by these tests. */
const PEM = Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n').toString(
  'base64',
)

describe('what goes by its time', () => {
  let server: TestServer
  let client: Client
  const clock = virtualClock(Date.parse('2026-01-02T03:04:05Z'))
  before(async () => {
    server = await startServer({ clock })
    client = await server.workspace('team')
  })
  after(() => server[Symbol.asyncDispose]())

  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 5) await clock.advance(5 * MINUTE)
  }
  const event = (name: string) =>
    client.create(EVENTS, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: 'default' },
      involvedObject: { kind: 'ConfigMap', name: 'c', namespace: 'default' },
      reason: 'Tested',
      message: 'once',
    } as KubeObject)
  const names = async (resource = EVENTS) =>
    (await client.list(resource)).items.map(({ metadata }) => metadata.name).toSorted()

  test('an Event goes an hour after it was last written, in either of its forms, and watchers see it go', async () => {
    await event('quiet')
    await event('busy')
    await client.create(NEW_EVENTS, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'new', namespace: 'default' },
      eventTime: '2026-01-02T03:04:05.000000Z',
      type: 'Normal',
      reason: 'Tested',
      action: 'Test',
      reportingController: 'example.com/test',
      reportingInstance: 'one',
      regarding: { kind: 'ConfigMap', name: 'c', namespace: 'default' },
    } as KubeObject)
    const gone: (string | undefined)[] = []
    const stop = new AbortController()
    const watching = (async () => {
      for await (const { type, object } of client.watch(EVENTS, { namespace: 'default', signal: stop.signal })) {
        if (type === 'DELETED') gone.push(object.metadata.name)
      }
    })().catch(() => undefined)
    await pass(50)
    await client.patch(EVENTS, 'busy', 'merge', { message: 'twice', count: 2 }, { namespace: 'default' })
    assert.deepEqual(await names(), ['busy', 'new', 'quiet'])
    await pass(20)
    assert.deepEqual(await names(), ['busy'])
    await eventually(async () => assert.deepEqual(gone.toSorted(), ['new', 'quiet']))
    await pass(50)
    assert.deepEqual(await names(), [])
    stop.abort()
    await watching
  })

  test('an Event that was deleted and made again has its own hour', async () => {
    await event('again')
    await pass(40)
    await client.delete(EVENTS, 'again', { namespace: 'default' })
    await event('again')
    await pass(40)
    assert.deepEqual(await names(), ['again'])
    await pass(40)
    assert.deepEqual(await names(), [])
  })

  test('a request for a certificate goes an hour after its decision, a day after it was made or approved in vain', async () => {
    for (const name of ['pending', 'denied', 'unsigned', 'held']) {
      await client.create(REQUESTS, {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name, finalizers: name === 'held' ? ['example.com/hold'] : [] },
        spec: { request: PEM, signerName: 'example.com/signer', usages: ['client auth'] },
      } as KubeObject)
    }
    const decide = (name: string, type: string) =>
      client.patch(
        REQUESTS,
        name,
        'merge',
        { status: { conditions: [{ type, status: 'True', reason: 'Test' }] } },
        { subresource: 'approval' },
      )
    await decide('denied', 'Denied')
    await decide('held', 'Denied')
    await decide('unsigned', 'Approved')
    assert.deepEqual(await names(REQUESTS), ['denied', 'held', 'pending', 'unsigned'])
    await pass(70)
    assert.deepEqual(await names(REQUESTS), ['held', 'pending', 'unsigned'])
    assert.ok((await client.get(REQUESTS, 'held')).metadata.deletionTimestamp)
    await pass(24 * 60)
    assert.deepEqual(await names(REQUESTS), ['held'])
  })
})
