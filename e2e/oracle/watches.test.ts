/**
 * What of watches is another each time and cannot be recorded: readers that are slow, bookmarks, versions from the future. The
 * same is asked of Keelson and, where it is built, of the real server. KEELSON_WATCHED: how many writes a slow reader misses.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { isBuilt } from '../tools/build.ts'
import type { Fields } from './case.ts'
import type { Connection } from './connection.ts'
import { CONFIG_MAPS, LEASES, lease } from './corpus/objects.ts'
import { PROTOBUF } from './protobuf.ts'
import type { OpenStream, Transport } from './streams.ts'
import { startOwn, startReal } from './targets.ts'

const MAPS = CONFIG_MAPS.replace('<ns>', 'default')
const OURS = LEASES.replace('<ns>', 'default')
const JSON_BODY = { 'content-type': 'application/json' }
/** Larger than any version that either server gives. */
const FUTURE = '9007199254740000'
const PATIENCE = 60_000

const writes = Number(process.env.KEELSON_WATCHED ?? 200)

test('watches of Keelson', async (context) => {
  await using own = await startOwn()
  await looks(context, own.connection, true)
})

test('watches of kube-apiserver', async (context) => {
  if (!(await isBuilt('kube-apiserver', 'kube-controller-manager', 'etcd'))) {
    context.diagnostic('kube-apiserver is not built here')
    return
  }
  await using real = await startReal()
  await looks(context, real.connection, false)
})

async function looks(context: TestContext, connection: Connection, promised: boolean): Promise<void> {
  await context.test('lose no event and repeat none, however slowly they are read', async () => {
    const transports = ['http/1.1', 'http/2', 'websocket'] as const
    await Promise.all(transports.map((over) => slowReader(connection, over)))
  })
  await context.test('say in a bookmark how far they are, before their time is over', async () => {
    const forms = ['application/json', PROTOBUF, 'application/json;as=Table;v=v1;g=meta.k8s.io']
    await Promise.all(forms.map((accept) => bookmarked(connection, accept, promised)))
  })
  await context.test('and lists of a version from the future wait for it, and are told to ask again', async () => {
    await fromTheFuture(connection)
  })
}

async function slowReader(connection: Connection, over: Transport): Promise<void> {
  const name = `slow-${over.replaceAll(/[^a-z0-9]/g, '-')}`
  const path = `${OURS}/${name}`
  const body = JSON.stringify(lease(name, { spec: { leaseTransitions: 0 } }))
  const made = JSON.parse((await connection.send({ method: 'POST', path: OURS, headers: JSON_BODY, body })).body)
  let last: string = made.metadata.resourceVersion
  const open = (): Promise<OpenStream> => {
    const query = `watch=true&resourceVersion=${last}&fieldSelector=metadata.name%3D${name}`
    return connection.open({ method: 'GET', path: `${OURS}?${query}` }, over)
  }
  let stream = await open()
  stream.pause()
  const written: string[] = []
  const padding = 'x'.repeat(1000)
  const one = async (count: number): Promise<void> => {
    const patch = JSON.stringify({ spec: { leaseTransitions: count }, metadata: { annotations: { padding } } })
    const headers = { 'content-type': 'application/merge-patch+json' }
    const { status, body } = await connection.send({ method: 'PATCH', path, headers, body: patch })
    assert.equal(status, 200, body)
    written.push(JSON.parse(body).metadata.resourceVersion)
  }
  for (let count = 1; count <= writes; count++) await one(count)
  stream.resume()
  const seen: string[] = []
  const end = performance.now() + PATIENCE
  while (seen.length < written.length && performance.now() < end) {
    const missing = written.length - seen.length
    await stream.until(({ lines }) => lines.length >= missing, PATIENCE)
    for (const line of stream.lines) {
      const event = eventOf(line)
      // A reader that is too slow is cut off, with or without a word, and goes on from where it is.
      if (event === undefined || event.type === 'ERROR') continue
      assert.equal(event.type, 'MODIFIED')
      last = event.version
      seen.push(last)
    }
    stream.close()
    if (seen.length < written.length) stream = await open()
  }
  assert.deepEqual(seen, written)
}

/** @param promised one before the time is over; kube-apiserver sends one when it can. */
async function bookmarked(connection: Connection, accept: string, promised: boolean): Promise<void> {
  const { body } = await connection.send({ method: 'GET', path: MAPS })
  const from: string = JSON.parse(body).metadata.resourceVersion
  const stream = await connection.open({
    method: 'GET',
    path: `${MAPS}?watch=true&allowWatchBookmarks=true&timeoutSeconds=6&resourceVersion=${from}`,
    headers: { accept },
  })
  await stream.until(({ ended }) => ended, PATIENCE)
  const marks = stream.lines.map((line) => eventOf(line))
  assert.ok(marks.length > 0 || !promised, 'there is a bookmark')
  for (const mark of marks) {
    assert.equal(mark?.type, 'BOOKMARK')
    assert.ok(Number(mark?.version) >= Number(from), `${mark?.version} after ${from}`)
  }
}

async function fromTheFuture(connection: Connection): Promise<void> {
  const asked = [
    `${MAPS}?resourceVersion=${FUTURE}`,
    `${MAPS}?resourceVersion=${FUTURE}&resourceVersionMatch=NotOlderThan`,
    `${MAPS}/kube-root-ca.crt?resourceVersion=${FUTURE}`,
  ]
  const answers = await Promise.all(asked.map((path) => connection.send({ method: 'GET', path })))
  for (const [index, { status, headers, body }] of answers.entries()) {
    assert.deepEqual(
      [status, headers['retry-after'], toldBy(JSON.parse(body))],
      [504, '1', tooLarge],
      String(asked[index]),
    )
  }
  const query = `sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=${FUTURE}`
  const { status, body } = await connection.send({ method: 'GET', path: `${MAPS}?watch=true&${query}` })
  const { type, object } = JSON.parse(body)
  assert.deepEqual([status, type, toldBy(object)], [200, 'ERROR', tooLarge])
}

/** A Status without the version that is the latest just then. */
function toldBy({ metadata: _, message, ...told }: Fields): Fields {
  return { ...told, message: String(message).replace(/\d+$/, 'N') }
}

const tooLarge: Fields = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message: `Timeout: Too large resource version: ${FUTURE}, current: N`,
  reason: 'Timeout',
  details: {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  },
  code: 504,
}

/** Undefined: what is no event, as the end of a WebSocket. */
function eventOf(line: string): { type: string; version: string } | undefined {
  const read = JSON.parse(line)
  const event = read.text?.json ?? read
  if (event.type === undefined) return undefined
  const { object } = event
  return { type: event.type, version: (object.rows?.[0]?.object ?? object).metadata.resourceVersion }
}
