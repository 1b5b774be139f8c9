import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { isStatus } from '../machinery/index.ts'
import { openStore, type Store } from '../storage/index.ts'
import { type Client, resourceRef, startServer, type TestServer } from '../testing/index.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })

describe('what is born', () => {
  let server: TestServer
  let memory: Store
  let client: Client
  /** Under a scheduler each read and write of the store waits for its turn. */
  let scheduler: fc.Scheduler | undefined
  before(async () => {
    memory = await openStore({ engine: 'memory' })
    const inTurn = async <T>(label: string, act: () => Promise<T>): Promise<T> => {
      await scheduler?.schedule(Promise.resolve(), label)
      return act()
    }
    const store: Store = {
      ...memory,
      get: (key) => inTurn('get', () => memory.get(key)),
      commit: (commit) => inTurn('commit', () => memory.commit(commit)),
    }
    server = await startServer({ store, features: [] })
    client = await server.workspace('births')
  })
  after(() => server[Symbol.asyncDispose]())

  const map = (namespace: string, name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
  })
  const makeNamespace = (name: string) =>
    client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  /** As its controller does when the namespace is empty. */
  const endNamespace = async (name: string) => {
    await client.delete(NAMESPACES, name)
    const found = await client.get(NAMESPACES, name)
    await client.update(NAMESPACES, { ...found, spec: {} }, { subresource: 'finalize' })
  }

  test('is born into a namespace that is there, or not at all', async () => {
    let run = 0
    const step = fc.constantFrom('create', 'touch', 'end')
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 4 }), async (turns, steps) => {
        const namespace = `run${run++}`
        await makeNamespace(namespace)
        const act = async (what: string, index: number): Promise<void> => {
          if (what === 'create') await client.create(CONFIG_MAPS, map(namespace, `born${index}`))
          else if (what === 'end') await endNamespace(namespace)
          else {
            const change = { metadata: { labels: { [`l${index}`]: '' } } }
            await client.patch(CONFIG_MAPS, 'kube-root-ca.crt', 'merge', change, { namespace })
          }
        }
        scheduler = turns
        const before = memory.revision()
        const acted = Promise.allSettled(steps.map(act))
        await turns.waitFor(acted)
        scheduler = undefined
        const expected = ['NotFound', 'Forbidden', 'Conflict']
        for (const result of await acted) {
          const { reason } = result as { reason?: unknown }
          assert.ok(reason === undefined || expected.some((each) => isStatus(reason, each)), String(reason))
        }
        await neverWithout(namespace, before)
      }),
      { numRuns: 150 },
    )
  })

  /** No commit since then has put anything new into the namespace when it was no longer there. */
  async function neverWithout(namespace: string, since: number): Promise<void> {
    const epoch = (await memory.range({ prefix: '!epoch/', limit: 10_000 })).rows.find(({ key }) =>
      key.endsWith(`/${namespace}`),
    )
    if (epoch !== undefined) return
    const changes: { key: string; version: number; born: boolean; gone: boolean }[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    using _watch = await memory.watch({
      prefix: '',
      after: since * 256 + 255,
      deliver: (batch) => {
        for (const { key, version, value, previous } of batch.changes) {
          changes.push({ key, version, born: previous === undefined, gone: value === undefined })
        }
        if (batch.revision >= memory.revision()) resolve()
      },
      failed: () => resolve(),
    })
    await promise
    const ended = changes.find(({ key, gone }) => gone && key.startsWith('!epoch/') && key.endsWith(`/${namespace}`))
    assert.ok(ended !== undefined)
    const late = changes.filter(
      ({ key, version, born }) => born && version > ended.version && key.includes(`/${namespace}/`),
    )
    assert.deepEqual(late, [])
  }

  const REFUSED: readonly [string, () => Promise<unknown>, string][] = [
    [
      'a namespace that does not exist',
      () => client.create(CONFIG_MAPS, map('nowhere', 'a')),
      'namespaces "nowhere" not found',
    ],
    [
      'a logical cluster that does not exist',
      () => client.inCluster('nowhere').create(CONFIG_MAPS, map('default', 'a')),
      'logicalclusters.core.kcp.io "nowhere" not found',
    ],
  ]
  for (const [where, create, message] of REFUSED) {
    test(`is not born into ${where}`, async () => {
      await assert.rejects(create(), (error) => isStatus(error, 'NotFound') && error.message === message)
    })
  }

  test('is born into virtual namespaces before and after these are written', async () => {
    await client.create(CONFIG_MAPS, map('default', 'before'))
    await client.patch(NAMESPACES, 'default', 'merge', { metadata: { labels: { a: 'b' } } })
    await client.create(CONFIG_MAPS, map('default', 'after'))
    const { items } = await client.list(CONFIG_MAPS, { namespace: 'default' })
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['after', 'before', 'kube-root-ca.crt'],
    )
  })
})
