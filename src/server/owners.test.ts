import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { openStore, type Store } from '../storage/index.ts'
import { type Client, resourceRef, startServer, type TestServer } from '../testing/index.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const ABSENT_OWNERS = resourceRef('lifecycle.keelson.dev/v1alpha1', 'absentowners', { namespaced: false })
const OBJECTS = resourceRef('lifecycle.keelson.dev/v1alpha1', 'objects', { namespaced: false })

const namespace = 'default'
const ownedBy = (name: string, uid: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid })
const map = (name: string, owners: readonly object[] = [], data: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ownerReferences: [...owners] as never },
  data,
})

describe('owners', () => {
  let server: TestServer
  let client: Client
  /** Under a scheduler each read and write of the store waits for its turn. */
  let scheduler: fc.Scheduler | undefined
  before(async () => {
    const memory = await openStore({ engine: 'memory' })
    const inTurn = async <T>(label: string, act: () => Promise<T>): Promise<T> => {
      await scheduler?.schedule(Promise.resolve(), label)
      return act()
    }
    const store: Store = {
      ...memory,
      get: (key) => inTurn('get', () => memory.get(key)),
      range: (request) => inTurn('range', () => memory.range(request)),
      commit: (commit) => inTurn('commit', () => memory.commit(commit)),
    }
    server = await startServer({ store, features: [] })
    client = await server.workspace('family')
  })
  after(() => server[Symbol.asyncDispose]())

  const create = (object: KubeObject) => client.create(CONFIG_MAPS, object)
  const absent = async () => (await client.list(ABSENT_OWNERS)).items.map(({ metadata }) => metadata.name)
  const dependentsOf = async (uid: string) => {
    const { items } = await client.list(OBJECTS, { fieldSelector: `metadata.ownerReferences.uid=${uid}` })
    return items.map(({ metadata }) => metadata.name)
  }

  test('lead to their dependents, and are told to be absent when they go before these', async () => {
    const { uid = '' } = (await create(map('owner'))).metadata
    await create(map('dependent', [ownedBy('owner', uid)]))
    assert.deepEqual(await dependentsOf(uid), ['dependent'])
    assert.ok(!(await absent()).includes(uid))
    await client.delete(CONFIG_MAPS, 'owner', { namespace })
    assert.ok((await absent()).includes(uid))
    await assert.rejects(client.delete(ABSENT_OWNERS, uid), (error) => isStatus(error, 'Conflict'))
    await client.delete(CONFIG_MAPS, 'dependent', { namespace })
    assert.deepEqual(await dependentsOf(uid), [])
    await client.delete(ABSENT_OWNERS, uid)
    assert.ok(!(await absent()).includes(uid))
  })

  const ABSENT: readonly [string, () => Promise<object>][] = [
    ['never was', async () => ownedBy('nobody', 'uid-nobody')],
    [
      'has another uid',
      async () => {
        await create(map('renamed'))
        return ownedBy('renamed', 'uid-renamed')
      },
    ],
    ['is in no namespace', async () => ({ apiVersion: 'v1', kind: 'Namespace', name: 'nowhere', uid: 'uid-nowhere' })],
  ]
  for (const [what, owner] of ABSENT) {
    test(`one that ${what} is absent from the first write that names it`, async () => {
      const reference = (await owner()) as { name: string; uid: string }
      await create(map(`child-of-${reference.name}`, [reference]))
      assert.ok((await absent()).includes(reference.uid))
    })
  }

  test('of a kind that is not served are nobody’s to judge', async () => {
    await create(map('foreign', [{ apiVersion: 'no.such/v1', kind: 'Thing', name: 'a', uid: 'uid-foreign' }]))
    assert.ok(!(await absent()).includes('uid-foreign'))
    assert.deepEqual(await dependentsOf('uid-foreign'), ['foreign'])
  })

  test('that exist by themselves are there', async () => {
    const { metadata } = await client.get(CONFIG_MAPS, 'kube-root-ca.crt', { namespace })
    await create(map('of-virtual', [ownedBy('kube-root-ca.crt', metadata.uid ?? '')]))
    assert.ok(!(await absent()).includes(metadata.uid ?? ''))
  })

  test('can change: the index follows each write', async () => {
    const [one = '', other = ''] = await Promise.all(
      ['one', 'other'].map(async (name) => (await create(map(name))).metadata.uid),
    )
    await create(map('moved', [ownedBy('one', one)]))
    const ownerReferences = [ownedBy('other', other)]
    await client.patch(CONFIG_MAPS, 'moved', 'merge', { metadata: { ownerReferences } }, { namespace })
    assert.deepEqual([await dependentsOf(one), await dependentsOf(other)], [[], ['moved']])
  })

  test('no dependent survives its owner unreported, in whatever order things happen', async () => {
    let run = 0
    const step = fc.constantFrom('create', 'adopt', 'delete', 'recreate', 'touch')
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 5 }), async (turns, steps) => {
        const prefix = `run${run++}`
        const owner = `${prefix}-owner`
        const { uid = '' } = (await create(map(owner))).metadata
        await Promise.all(steps.map((_, index) => create(map(`${prefix}-stray${index}`))))
        const act = async (what: string, index: number): Promise<void> => {
          const ownerReferences = [ownedBy(owner, uid)]
          if (what === 'create') await create(map(`${prefix}-born${index}`, ownerReferences))
          else if (what === 'adopt') {
            const change = { metadata: { ownerReferences } }
            await client.patch(CONFIG_MAPS, `${prefix}-stray${index}`, 'merge', change, { namespace })
          } else if (what === 'touch') {
            await client.patch(CONFIG_MAPS, owner, 'merge', { data: { touched: `${index}` } }, { namespace })
          } else {
            await client.delete(CONFIG_MAPS, owner, { namespace })
            if (what === 'recreate') await create(map(owner))
          }
        }
        scheduler = turns
        const acted = Promise.allSettled(steps.map(act))
        await turns.waitFor(acted)
        scheduler = undefined
        for (const result of await acted) {
          const { reason } = result as { reason?: unknown }
          assert.ok(
            reason === undefined || ['NotFound', 'AlreadyExists', 'Conflict'].some((each) => isStatus(reason, each)),
            String(reason),
          )
        }
        const lives = await client.get(CONFIG_MAPS, owner, { namespace }).catch(() => undefined)
        const dependents = await dependentsOf(uid)
        if (dependents.length > 0 && lives?.metadata.uid !== uid)
          assert.ok((await absent()).includes(uid), steps.join())
      }),
      { numRuns: 150 },
    )
  })
})
