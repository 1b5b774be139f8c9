import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { KubeObject } from '../../machinery/index.ts'
import { openStore, type Store } from '../../storage/index.ts'
import { type Client, eventually, resourceRef, startServer, type TestServer } from '../../testing/index.ts'
import { tryRequest } from '../try-request.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const WORKSPACES = resourceRef('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })
const EVENTS = resourceRef('v1', 'events', { namespaced: true })
const NEW_EVENTS = resourceRef('events.k8s.io/v1', 'events', { namespaced: true })

interface Seen {
  readonly type: string
  readonly object: KubeObject & { code?: number; reason?: string; message?: string }
}

interface Watching extends AsyncDisposable {
  readonly events: Seen[]
  /** Resolves with the next events, as `TYPE name`. */
  readonly next: (count: number) => Promise<string[]>
  readonly ended: Promise<void>
}

const brief = ({ type, object }: Seen): string =>
  type === 'BOOKMARK' ? 'BOOKMARK' : `${type} ${object.metadata.name ?? object.reason}`

describe('a watch', () => {
  let server: TestServer
  let store: Store
  let client: Client
  before(async () => {
    store = await openStore({ engine: 'memory' })
    server = await startServer({ store })
    client = await server.workspace('watched')
  })
  after(() => server[Symbol.asyncDispose]())

  let spaces = 0
  /** A namespace of its own for each test, and a watch in it. */
  const space = async (): Promise<string> => {
    const name = `space-${spaces++}`
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    return name
  }
  const open = async (url: string, accept = 'application/json'): Promise<Watching> => {
    const gone = new AbortController()
    const answer = await server.handler({
      method: 'GET',
      url: `/clusters/root:watched${url}`,
      headers: { accept },
      user: { username: 'admin', groups: ['system:masters'] },
      signal: gone.signal,
      body: async () => Buffer.alloc(0),
    })
    assert.equal(answer.status, 200)
    const events: Seen[] = []
    let taken = 0
    const ended = (async () => {
      let rest = ''
      for await (const piece of answer.body) {
        const lines = (rest + piece.toString()).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) events.push(JSON.parse(line))
      }
    })()
    return {
      events,
      ended,
      next: async (count) => {
        await eventually(async () => assert.ok(events.length >= taken + count, events.map(brief).join()))
        taken += count
        return events.slice(taken - count, taken).map(brief)
      },
      [Symbol.asyncDispose]: async () => {
        gone.abort()
        await ended
      },
    }
  }
  const maps = (namespace: string, query = '') => `/api/v1/namespaces/${namespace}/configmaps?watch=1${query}`
  const map = (namespace: string, name: string, labels: Record<string, string> = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels },
  })
  const create = (namespace: string, name: string, labels: Record<string, string> = {}) =>
    client.create(CONFIG_MAPS, map(namespace, name, labels))
  const label = (namespace: string, name: string, labels: Record<string, string | null>) =>
    client.patch(CONFIG_MAPS, name, 'merge', { metadata: { labels } }, { namespace })
  const now = () => String(store.revision() * 256 + 255)

  test('without a version begins with what is there', async () => {
    const namespace = await space()
    await create(namespace, 'a')
    await using watch = await open(maps(namespace))
    assert.deepEqual(await watch.next(2), ['ADDED a', 'ADDED kube-root-ca.crt'])
    await create(namespace, 'b')
    await label(namespace, 'b', { x: 'y' })
    await client.delete(CONFIG_MAPS, 'b', { namespace })
    assert.deepEqual(await watch.next(3), ['ADDED b', 'MODIFIED b', 'DELETED b'])
  })

  test('from a version has what came after it, and nothing else', async () => {
    const namespace = await space()
    const first = await create(namespace, 'a')
    await create(namespace, 'b')
    await using watch = await open(maps(namespace, `&resourceVersion=${first.metadata.resourceVersion}`))
    assert.deepEqual(await watch.next(1), ['ADDED b'])
    await create(namespace, 'c')
    assert.deepEqual(await watch.next(1), ['ADDED c'])
  })

  test('DELETED carries the last state, at the version of its end', async () => {
    const namespace = await space()
    const made = await create(namespace, 'a', { last: 'state' })
    await using watch = await open(maps(namespace, `&resourceVersion=${made.metadata.resourceVersion}`))
    await client.delete(CONFIG_MAPS, 'a', { namespace })
    await watch.next(1)
    const { metadata } = watch.events[0]?.object ?? assert.fail()
    assert.deepEqual(metadata.labels, { last: 'state' })
    assert.ok(Number(metadata.resourceVersion) > Number(made.metadata.resourceVersion))
  })

  test('with a selector shows coming into it as ADDED and leaving it as DELETED', async () => {
    const namespace = await space()
    await using watch = await open(maps(namespace, `&labelSelector=on&resourceVersion=${now()}`))
    await create(namespace, 'a')
    await label(namespace, 'a', { on: '' })
    await label(namespace, 'a', { on: '', more: '' })
    await label(namespace, 'a', { on: null })
    await label(namespace, 'a', { other: '' })
    await label(namespace, 'a', { on: '' })
    await client.delete(CONFIG_MAPS, 'a', { namespace })
    assert.deepEqual(await watch.next(5), ['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED a', 'DELETED a'])
    assert.deepEqual(watch.events[2]?.object.metadata.labels, { on: '', more: '' })
  })

  test('of one name sees no other', async () => {
    const namespace = await space()
    for (const url of [
      `/api/v1/watch/namespaces/${namespace}/configmaps/a?resourceVersion=${now()}`,
      maps(namespace, `&fieldSelector=metadata.name%3Da&resourceVersion=${now()}`),
    ]) {
      await using watch = await open(url)
      await create(namespace, 'ab')
      await create(namespace, 'a')
      assert.deepEqual(await watch.next(1), ['ADDED a'])
      for (const name of ['a', 'ab']) await client.delete(CONFIG_MAPS, name, { namespace })
      assert.deepEqual(await watch.next(1), ['DELETED a'])
    }
  })

  test('of one namespace by its name sees that namespace', async () => {
    const namespace = await space()
    await using watch = await open(`/api/v1/watch/namespaces/${namespace}`)
    assert.deepEqual(await watch.next(1), [`ADDED ${namespace}`])
    await client.patch(NAMESPACES, namespace, 'merge', { metadata: { labels: { x: 'y' } } })
    assert.deepEqual(await watch.next(1), [`MODIFIED ${namespace}`])
  })

  test('is no word of a request for one object, which gets it', async () => {
    const namespace = await space()
    await create(namespace, 'a')
    const url = `/clusters/root:watched/api/v1/namespaces/${namespace}/configmaps/a?watch=1`
    const answer = await tryRequest(server.handler, 'GET', url)
    assert.deepEqual([answer.status, JSON.parse(answer.text).kind], [200, 'ConfigMap'])
  })

  test('sends initial events and says when they end', async () => {
    const namespace = await space()
    await create(namespace, 'a')
    const list = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan'
    await using watch = await open(maps(namespace, `${list}&allowWatchBookmarks=true`))
    assert.deepEqual(await watch.next(3), ['ADDED a', 'ADDED kube-root-ca.crt', 'BOOKMARK'])
    const { metadata, kind, apiVersion } = watch.events[2]?.object ?? assert.fail()
    assert.deepEqual([kind, apiVersion], ['ConfigMap', 'v1'])
    assert.deepEqual(metadata.annotations, { 'k8s.io/initial-events-end': 'true' })
    await create(namespace, 'b')
    assert.deepEqual(await watch.next(1), ['ADDED b'])
    assert.ok(Number(watch.events[3]?.object.metadata.resourceVersion) > Number(metadata.resourceVersion))
    await using silent = await open(maps(namespace, list))
    await using none = await open(maps(namespace, '&sendInitialEvents=false&resourceVersionMatch=NotOlderThan'))
    await create(namespace, 'c')
    assert.deepEqual(await silent.next(4), ['ADDED a', 'ADDED b', 'ADDED kube-root-ca.crt', 'ADDED c'])
    assert.deepEqual(await none.next(1), ['ADDED c'])
  })

  const FORBIDDEN: readonly [string, RegExp][] = [
    ['sendInitialEvents=true', /sendInitialEvents requires setting resourceVersionMatch to NotOlderThan/],
    ['resourceVersionMatch=NotOlderThan', /forbidden for watch unless sendInitialEvents is provided/],
    ['sendInitialEvents=true&resourceVersionMatch=Exact', /supported values: "NotOlderThan"/],
  ]
  for (const [query, message] of FORBIDDEN) {
    test(`with ${query} is invalid`, async () => {
      const url = `/clusters/root:watched${maps('default')}&${query}`
      const { status, failure } = await tryRequest(server.handler, 'GET', url)
      assert.equal(status, 422)
      assert.match(failure.message, message)
    })
  }

  for (const [what, url, accept, status] of [
    ['YAML', maps('default'), 'application/yaml', 406],
    ['a bad timeout', maps('default', '&timeoutSeconds=x'), 'application/json', 400],
  ] as const) {
    test(`for ${what} is answered with ${status}`, async () => {
      const answer = await tryRequest(server.handler, 'GET', `/clusters/root:watched${url}`, { headers: { accept } })
      assert.equal(answer.status, status)
    })
  }

  test('can be resumed inside a commit', async () => {
    const { metadata } = (await server.client.create(WORKSPACES, {
      apiVersion: 'tenancy.kcp.io/v1alpha1',
      kind: 'Workspace',
      metadata: { name: 'inside' },
    })) as KubeObject & { spec: { cluster: string } }
    const commit = Math.floor(Number(metadata.resourceVersion) / 256) * 256
    await using before = await open('/apis/tenancy.kcp.io/v1alpha1/workspaces?watch=1&resourceVersion=1')
    assert.equal(before.events.length, 0)
    const url = `/clusters/*/apis/core.kcp.io/v1alpha1/logicalclusters?watch=1&timeoutSeconds=1&resourceVersion=`
    const from = async (version: number) => {
      const { text } = await tryRequest(server.handler, 'GET', url + version)
      const lines = text.split('\n').filter((line) => line !== '')
      return lines.map((line) => Number(JSON.parse(line).object.metadata.resourceVersion))
    }
    const [version = 0] = await from(commit)
    assert.ok(version > commit && version < commit + 256)
    assert.deepEqual(await from(version - 1), [version])
    assert.deepEqual(await from(version), [])
  })

  test('ends after its timeout, with a bookmark for those who take them', { timeout: 60_000 }, async () => {
    const namespace = await space()
    const watch = await open(maps(namespace, `&timeoutSeconds=3&allowWatchBookmarks=true&resourceVersion=${now()}`))
    await create(namespace, 'a')
    await watch.ended
    assert.deepEqual(watch.events.map(brief), ['ADDED a', 'BOOKMARK'])
    const [added, bookmark] = watch.events.map(({ object }) => Number(object.metadata.resourceVersion))
    assert.ok((bookmark ?? 0) >= (added ?? 0))
  })

  test('is over at once with a time that is, as a time.Duration, below zero', async () => {
    const namespace = await space()
    for (const seconds of ['-1', '9223372036854775807']) {
      const watch = await open(maps(namespace, `&timeoutSeconds=${seconds}&resourceVersion=${now()}`))
      await watch.ended
      assert.deepEqual(watch.events.map(brief), [], seconds)
    }
  })

  test('from the future is silent until then', async () => {
    const namespace = await space()
    const { metadata } = await create(namespace, 'early')
    await using watch = await open(maps(namespace, `&resourceVersion=${Number(metadata.resourceVersion) + 256}`))
    await create(namespace, 'skipped')
    await create(namespace, 'seen')
    assert.deepEqual(await watch.next(1), ['ADDED seen'])
  })

  test('of all that is there in the future is told to ask again, by the watch', { timeout: 60_000 }, async () => {
    const namespace = await space()
    const begin = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan'
    const watch = await open(maps(namespace, `${begin}&resourceVersion=${now()}000`))
    await watch.ended
    assert.deepEqual(watch.events.map(brief), ['ERROR Timeout'])
    assert.equal(watch.events[0]?.object.code, 504)
  })

  test('from the beginning says where the beginning ends, to those who take bookmarks', async () => {
    const namespace = await space()
    await create(namespace, 'a')
    const watch = await open(
      maps(namespace, '&timeoutSeconds=1&allowWatchBookmarks=true&fieldSelector=metadata.name%3Da'),
    )
    await watch.ended
    assert.deepEqual(watch.events.map(brief), ['ADDED a', 'BOOKMARK'])
    assert.equal(watch.events[1]?.object.metadata.annotations?.['k8s.io/initial-events-end'], 'true')
  })

  test('of changes that are forgotten ends with 410, once', async () => {
    const namespace = await space()
    const made = await create(namespace, 'a')
    await create(namespace, 'b')
    await store.compact(store.revision())
    for (const url of [maps(namespace), `/api/v1/namespaces?watch=1`, '/api/v1/secrets?watch=1']) {
      const watch = await open(`${url}&resourceVersion=${made.metadata.resourceVersion}`)
      await watch.ended
      assert.deepEqual(watch.events.map(brief), ['ERROR Expired'])
      assert.equal(watch.events[0]?.object.code, 410)
      assert.match(watch.events[0]?.object.message ?? '', /^too old resource version: \d+ \(\d+\)$/)
    }
  })

  test('in other forms has its objects in those', async () => {
    const namespace = await space()
    const form = (as: string) => `application/json;as=${as};v=v1;g=meta.k8s.io`
    await using table = await open(maps(namespace, `&resourceVersion=${now()}`), form('Table'))
    await using partial = await open(maps(namespace, `&resourceVersion=${now()}`), form('PartialObjectMetadata'))
    await create(namespace, 'a')
    await eventually(async () => assert.equal(table.events.length + partial.events.length, 2))
    assert.equal(table.events[0]?.object.kind, 'Table')
    assert.equal(partial.events[0]?.object.kind, 'PartialObjectMetadata')
  })

  test('of events has each group’s own form, at the same time', async () => {
    const namespace = await space()
    await using core = await open(`/api/v1/namespaces/${namespace}/events?watch=1&resourceVersion=${now()}`)
    const inGroup = `/apis/events.k8s.io/v1/namespaces/${namespace}/events?watch=1&resourceVersion=${now()}`
    await using group = await open(inGroup)
    const metadata = { name: 'happened', namespace }
    const involvedObject = { kind: 'ConfigMap', namespace, name: 'a' }
    await client.create(EVENTS, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata,
      involvedObject,
      reason: 'R',
      message: 'm',
    })
    await eventually(async () => assert.equal(core.events.length + group.events.length, 2))
    assert.equal(core.events[0]?.object.apiVersion, 'v1')
    assert.equal(group.events[0]?.object.apiVersion, 'events.k8s.io/v1')
    assert.deepEqual(group.events[0]?.object.regarding, involvedObject)
    assert.equal((await client.get(NEW_EVENTS, 'happened', { namespace })).note, 'm')
  })

  test('sees what exists by itself come, change and go with its namespace', async () => {
    await using watch = await open(`/api/v1/configmaps?watch=1&resourceVersion=${now()}`)
    const namespace = await space()
    assert.deepEqual(await watch.next(1), ['ADDED kube-root-ca.crt'])
    await label(namespace, 'kube-root-ca.crt', { x: 'y' })
    assert.deepEqual(await watch.next(1), ['MODIFIED kube-root-ca.crt'])
    await client.delete(CONFIG_MAPS, 'kube-root-ca.crt', { namespace })
    assert.deepEqual(await watch.next(1), ['MODIFIED kube-root-ca.crt'])
    assert.equal(watch.events[2]?.object.metadata.labels?.x, undefined)
    await client.delete(NAMESPACES, namespace)
    assert.deepEqual(await watch.next(1), ['DELETED kube-root-ca.crt'])
    assert.ok(watch.events.every(({ object }) => object.metadata.namespace === namespace))
  })

  test('of a workspace that ends sees everything in it go', async () => {
    const doomed = await server.workspace('doomed')
    const gone = new AbortController()
    const seen: string[] = []
    const ended = (async () => {
      for await (const { type, object } of doomed.watch(NAMESPACES, { signal: gone.signal })) {
        seen.push(`${type} ${object.metadata.name}`)
      }
    })().catch(() => undefined)
    await eventually(async () => assert.deepEqual(seen, ['ADDED default', 'ADDED kube-system']))
    await server.client.delete(WORKSPACES, 'doomed')
    await eventually(async () => assert.deepEqual(seen.slice(2).sort(), ['DELETED default', 'DELETED kube-system']))
    gone.abort()
    await ended
  })

  test('leaves nothing behind, however it ends', async () => {
    let open_ = 0
    const counted: Store = {
      ...store,
      [Symbol.asyncDispose]: async () => undefined,
      watch: async (request) => {
        const watch = await store.watch(request)
        open_++
        return {
          [Symbol.dispose]: () => {
            open_--
            watch[Symbol.dispose]()
          },
        }
      },
    }
    await using other = await startServer({ store: counted, features: [] })
    const rest = open_
    const url = '/clusters/root/api/v1/configmaps?watch=1'
    const timed = await tryRequest(other.handler, 'GET', `${url}&timeoutSeconds=1`)
    assert.equal(timed.status, 200)
    const gone = new AbortController()
    gone.abort()
    await tryRequest(other.handler, 'GET', url, { signal: gone.signal })
    await tryRequest(other.handler, 'GET', `${url}&resourceVersion=1`)
    const unread = new AbortController()
    const request = { method: 'GET', url, headers: {}, body: async () => Buffer.alloc(0) }
    const user = { username: 'admin', groups: ['system:masters'] }
    await other.handler({ ...request, user, signal: unread.signal })
    assert.equal(open_, rest + 2)
    unread.abort()
    assert.equal(open_, rest)
  })
})
