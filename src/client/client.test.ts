import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ApiRequest, ApiResponse, Handler, Json, KubeObject } from '../machinery/index.ts'
import { type Client, createClient } from './client.ts'
import { resourceRef } from './resource-ref.ts'
import { inProcessTransport } from './transport.ts'

interface Widget extends KubeObject {
  spec?: { size: number }
}
const widgets = resourceRef<Widget>('example.com/v1', 'widgets', { namespaced: true })
const gadgets = resourceRef('v1', 'gadgets', { namespaced: false })
const user = { username: 'ada', groups: [] }

interface Seen {
  method: string
  url: string
  contentType: string | undefined
  body: Json
}

/** A client whose server answers from a script, and what the server saw. */
function scripted(
  answers: (request: ApiRequest, count: number) => Partial<ApiResponse> & { json?: unknown },
  cluster = '/clusters/root:acme',
) {
  const seen: Seen[] = []
  const handler: Handler = async (request) => {
    const body = (await request.body(1000)).toString()
    const { method, url, headers } = request
    seen.push({ method, url, contentType: headers['content-type'], body: body === '' ? null : JSON.parse(body) })
    const { json, ...answer } = answers(request, seen.length)
    return { status: 200, headers: {}, body: [Buffer.from(JSON.stringify(json ?? {}))], ...answer }
  }
  const warnings: string[] = []
  const client = createClient({
    transport: inProcessTransport(handler, user),
    cluster,
    onWarning: (text) => warnings.push(text),
  })
  return { client, seen, warnings }
}

const widget = (name: string): Widget => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'a' },
})

it('the path of a server’s URL goes before all others, that of a plain cluster is none', async () => {
  for (const [given, url] of [
    ['/', '/api/v1/gadgets/x'],
    ['', '/api/v1/gadgets/x'],
    ['/k8s/clusters/c-1/', '/k8s/clusters/c-1/api/v1/gadgets/x'],
  ] as const) {
    const { client, seen } = scripted(() => ({}), given)
    await client.get(gadgets, 'x')
    assert.equal(seen[0]?.url, url)
  }
})

describe('what each verb sends', () => {
  const path = '/clusters/root:acme/apis/example.com/v1/namespaces/a/widgets'
  const cases: [string, (client: Client) => Promise<unknown>, Partial<Seen>][] = [
    ['get', (c) => c.get(widgets, 'x', { namespace: 'a' }), { method: 'GET', url: `${path}/x` }],
    ['get in the core group', (c) => c.get(gadgets, 'x:y'), { url: '/clusters/root:acme/api/v1/gadgets/x:y' }],
    ['create', (c) => c.create(widgets, widget('x'), { dryRun: true }), { method: 'POST', url: `${path}?dryRun=All` }],
    [
      'update',
      (c) => c.update(widgets, widget('x'), { fieldManager: 'me' }),
      { method: 'PUT', url: `${path}/x?fieldManager=me` },
    ],
    ['update of the status', (c) => c.updateStatus(widgets, widget('x')), { method: 'PUT', url: `${path}/x/status` }],
    [
      'merge patch',
      (c) => c.patch(widgets, 'x', 'merge', { spec: null }, { namespace: 'a', fieldValidation: 'Strict' }),
      { url: `${path}/x?fieldValidation=Strict`, contentType: 'application/merge-patch+json', body: { spec: null } },
    ],
    [
      'apply',
      (c) => c.patch(widgets, 'x', 'apply', widget('x'), { namespace: 'a', fieldManager: 'me', force: true }),
      { url: `${path}/x?fieldManager=me&force=true`, contentType: 'application/apply-patch+yaml' },
    ],
    [
      'delete',
      (c) => c.delete(widgets, 'x', { namespace: 'a', propagationPolicy: 'Orphan', preconditions: { uid: 'u' } }),
      {
        method: 'DELETE',
        url: `${path}/x`,
        body: { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'u' }, propagationPolicy: 'Orphan' },
      },
    ],
    [
      'deletecollection',
      (c) => c.deleteCollection(widgets, { namespace: 'a', labelSelector: 'a=b', dryRun: true }),
      { url: `${path}?labelSelector=a%3Db`, body: { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] } },
    ],
    [
      'list of all namespaces',
      (c) => c.list(widgets),
      { url: '/clusters/root:acme/apis/example.com/v1/widgets?limit=500' },
    ],
    ['another logical cluster', (c) => c.inCluster('abc').get(gadgets, 'x'), { url: '/clusters/abc/api/v1/gadgets/x' }],
  ]
  for (const [name, call, expected] of cases) {
    it(name, async () => {
      const { client, seen } = scripted(() => ({ json: { metadata: {}, items: [] } }))
      await call(client)
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(seen[0]?.[key as keyof Seen], value)
    })
  }

  it('sends nothing when a name or namespace is missing, because the URL would be that of the collection', async () => {
    const { client, seen } = scripted(() => ({}))
    await assert.rejects(async () => client.delete(gadgets, ''), { message: 'resource name may not be empty' })
    await assert.rejects(async () => client.get(widgets, 'x'), /an empty namespace may not be set/)
    assert.equal(seen.length, 0)
  })
})

describe('lists', () => {
  it('reads page after page, without the resourceVersion once a token fixes it', async () => {
    const { client, seen } = scripted((_, count) => ({
      json: {
        metadata: { resourceVersion: '7', ...(count === 1 ? { continue: 'next', remainingItemCount: 1 } : {}) },
        items: [widget(`w${count}`)],
      },
    }))
    const list = await client.list(widgets, { namespace: 'a', limit: 1, resourceVersion: '7' })
    assert.deepEqual(
      list.items.map((item) => item.metadata.name),
      ['w1', 'w2'],
    )
    assert.deepEqual(list.metadata, { resourceVersion: '7' })
    assert.match(seen[1]?.url ?? '', /\?limit=1&continue=next$/)
  })

  it('starts over in one piece when the history went by between two pages', async () => {
    const expired = { kind: 'Status', status: 'Failure', reason: 'Expired', message: 'too old', code: 410 }
    const { client } = scripted((_, count) =>
      count === 2
        ? { status: 410, json: expired }
        : { json: { metadata: count === 1 ? { continue: 'next' } : {}, items: [widget(`w${count}`)] } },
    )
    const list = await client.list(widgets)
    assert.deepEqual(
      list.items.map((item) => item.metadata.name),
      ['w3'],
    )
  })

  it('gives objects one by one and asks for no page that is not needed', async () => {
    const { client, seen } = scripted(() => ({ json: { metadata: { continue: 'more' }, items: [widget('x')] } }))
    for await (const item of client.items(widgets)) {
      assert.equal(item.metadata.name, 'x')
      break
    }
    assert.equal(seen.length, 1)
  })
})

describe('failures', () => {
  it('throws the Status that the server answers', async () => {
    const json = { kind: 'Status', status: 'Failure', reason: 'NotFound', message: 'widgets "x" not found', code: 404 }
    const { client } = scripted(() => ({ status: 404, json }))
    await assert.rejects(client.get(gadgets, 'x'), {
      name: 'StatusError',
      message: 'widgets "x" not found',
      status: json,
    })
  })

  it('makes a Status of what a proxy answers', async () => {
    const { client } = scripted(() => ({ status: 502, body: [Buffer.from('<h1>Bad gateway</h1>')] }))
    await assert.rejects(client.get(gadgets, 'x'), (error: { status?: { code: number; message: string } }) => {
      assert.deepEqual([error.status?.code, error.status?.message], [502, '<h1>Bad gateway</h1>'])
      return true
    })
  })

  it('tries again when the server says after how long', async () => {
    const { client, seen } = scripted((_, count) =>
      count < 3 ? { status: 429, headers: { 'retry-after': '0' } } : { json: widget('x') },
    )
    assert.equal((await client.get(widgets, 'x', { namespace: 'a' })).metadata.name, 'x')
    assert.equal(seen.length, 3)
  })

  it('passes warnings on', async () => {
    const { client, warnings } = scripted(() => ({
      headers: { warning: '299 - "unknown field \\"a\\"", 299 - "two, too"' },
    }))
    await client.get(gadgets, 'x')
    assert.deepEqual(warnings, ['unknown field "a"', 'two, too'])
  })
})

describe('watch', () => {
  const stream = async function* (pieces: readonly string[]): AsyncGenerator<Buffer> {
    for (const piece of pieces) yield Buffer.from(piece)
  }
  const collect = async (pieces: readonly string[]) => {
    const { client, seen } = scripted(() => ({ body: stream(pieces) }))
    const events: string[] = []
    const done = (async () => {
      for await (const { type, object } of client.watch(widgets, { namespace: 'a', resourceVersion: '3' })) {
        events.push(`${type} ${object.metadata.name}`)
      }
    })()
    return {
      events,
      seen,
      error: await done.then(
        () => undefined,
        (error: Error) => error,
      ),
    }
  }
  const event = (type: string, name: string) => `${JSON.stringify({ type, object: widget(name) })}\n`

  it('gives the events however the bytes are cut', async () => {
    const text = event('ADDED', 'ä') + event('DELETED', 'b')
    const bytes = Buffer.from(text)
    for (const size of [1, 7, 1000]) {
      const pieces: Buffer[] = []
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
      const { client } = scripted(() => ({ body: pieces }))
      const names: unknown[] = []
      for await (const { object } of client.watch(widgets)) names.push(object.metadata.name)
      assert.deepEqual(names, ['ä', 'b'])
    }
  })

  it('asks with watch=true', async () => {
    const { seen } = await collect([])
    assert.match(seen[0]?.url ?? '', /widgets\?watch=true&resourceVersion=3$/)
  })

  it('throws an ERROR event as the Status in it, after the events before it', async () => {
    const status = {
      kind: 'Status',
      status: 'Failure',
      reason: 'Expired',
      message: 'too old resource version',
      code: 410,
    }
    const { events, error } = await collect([
      event('ADDED', 'a'),
      `${JSON.stringify({ type: 'ERROR', object: status })}\n`,
    ])
    assert.deepEqual(events, ['ADDED a'])
    assert.deepEqual([error?.name, error?.message], ['StatusError', 'too old resource version'])
  })

  it('drops a line that was cut short', async () => {
    const { events } = await collect([event('ADDED', 'a'), '{"type":"ADD'])
    assert.deepEqual(events, ['ADDED a'])
  })

  it('ends the request when the loop is left', async () => {
    let aborted: boolean | undefined
    const { client } = scripted(({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return { body: stream([event('ADDED', 'a'), event('ADDED', 'b')]) }
    })
    for await (const _ of client.watch(widgets)) break
    assert.equal(aborted, true)
  })
})
