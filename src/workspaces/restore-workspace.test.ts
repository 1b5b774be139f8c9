import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type BackupItem, backUp, openStore, readEncryption, readStore, type Store } from '../storage/index.ts'
import {
  type Client,
  createClient,
  eventually,
  inProcessTransport,
  resourceRef,
  startServer,
  type TestServer,
} from '../testing/index.ts'
import { restoreWorkspace } from './restore-workspace.ts'

const WORKSPACES = resourceRef('tenancy.kcp.io/v1alpha1', 'workspaces', { namespaced: false })
const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })
const MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const { signal } = new AbortController()
const ADMIN = { username: 'admin', groups: ['system:masters', 'system:authenticated'] }

describe('a workspace from a backup', () => {
  const root = mkdtempSync(join(tmpdir(), 'keelson-restore-'))
  const file = join(root, 'backup')
  const keyless = join(root, 'keyless')
  const directory = join(root, 'data')
  let store: Store
  let server: TestServer
  let team: Client
  let child: Client
  const at = (path: string): Client =>
    createClient({ transport: inProcessTransport(server.handler, ADMIN), cluster: `/clusters/${path}` })
  const here = { namespace: 'default' }
  const map = (name: string, owner?: { name: string; uid: string }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...here, ...(owner && { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', ...owner }] }) },
  })
  before(async () => {
    store = await openStore({ engine: 'embedded', directory, encryption: readEncryption(directory) })
    server = await startServer({ store })
    team = await server.workspace('team')
    await server.workspace('other')
    await team.create(WORKSPACES, {
      apiVersion: 'tenancy.kcp.io/v1alpha1',
      kind: 'Workspace',
      metadata: { name: 'child' },
    })
    child = at('root:team:child')
    const owner = await team.create(MAPS, map('owner'))
    await team.create(MAPS, map('owned', { name: 'owner', uid: owner.metadata.uid ?? '' }))
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', ...here }, data: { k: 'dg==' } }
    await eventually(() => child.create(SECRETS, secret))
    await backUp(readStore({ engine: 'embedded', directory }, signal), file, signal)
    await backUp(withoutFiles(readStore({ engine: 'embedded', directory }, signal)), keyless, signal)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    rmSync(root, { recursive: true })
  })

  const restoring = (path: string) => restoreWorkspace({ file, path, store, signal })

  test('is refused while it is there, where there is none, and without its parent', async () => {
    await assert.rejects(restoring('root:team'), /the workspace root:team is there/)
    await assert.rejects(restoring('root:none'), /has no workspace root:none/)
    await assert.rejects(restoring('root'), /cannot be restored alone/)
  })

  test('is back as it was, with those below it: UIDs, owners, Secrets; and nothing else is touched', async () => {
    const before = await team.list(MAPS, here)
    const otherBefore = await server.client.get(WORKSPACES, 'other')
    await server.client.delete(WORKSPACES, 'team')
    await eventually(async () => assert.deepEqual(namesOf(await server.client.list(WORKSPACES)), ['other']))
    await assert.rejects(restoring('root:team:child'), /root:team is not there, or is another workspace/)

    const rows = await store.count('')
    const withoutKey = restoreWorkspace({ file: keyless, path: 'root:team', store, signal })
    await assert.rejects(withoutKey, /is encrypted with the key aesgcm:key-\w+, which is neither in it nor the store's/)
    assert.equal(await store.count(''), rows)
    const { readKeys } = readEncryption(directory)
    const restored = await restoreWorkspace({ file: keyless, path: 'root:team', store, readKeys, signal })
    assert.equal(restored.workspaces, 2)
    assert.deepEqual(namesOf(await server.client.list(WORKSPACES)), ['other', 'team'])
    assert.deepEqual(await server.client.get(WORKSPACES, 'other'), otherBefore)
    const now = await team.list(MAPS, here)
    const uids = (list: typeof now) => list.items.map(({ metadata }) => `${metadata.name} ${metadata.uid}`)
    assert.deepEqual(uids(now), uids(before))
    assert.equal(((await child.get(SECRETS, 's', here)) as unknown as { data: { k: string } }).data.k, 'dg==')

    await team.delete(MAPS, 'owner', here)
    await eventually(async () => assert.ok(!namesOf(await team.list(MAPS, here)).includes('owned')))
    await team.create(MAPS, map('new'))
    await assert.rejects(restoring('root:team'), /the workspace root:team is there/)
  })
})

/** As of a store in etcd, whose keys lie sealed in it. */
async function* withoutFiles(items: AsyncIterable<BackupItem>): AsyncGenerator<BackupItem> {
  for await (const item of items) if (item.type !== 'file') yield item
}

function namesOf(list: { items: readonly { metadata: { name?: string } }[] }): string[] {
  return list.items.map(({ metadata }) => metadata.name ?? '')
}
