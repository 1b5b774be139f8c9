import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isStatus, StatusError } from '../machinery/index.ts'
import { openStore, type Store } from '../storage/index.ts'
import { pathKey } from './keys.ts'
import { findScope } from './scope.ts'

describe('a URL names a logical cluster', () => {
  let store: Store
  before(async () => {
    store = await openStore({ engine: 'memory' })
    const operations = [{ type: 'put', key: pathKey('root:acme'), value: Buffer.from('1a2b') } as const]
    await store.commit({ lane: '', preconditions: [], operations })
  })
  after(() => store[Symbol.asyncDispose]())

  const FOUND: readonly [string, string, string][] = [
    ['/api/v1', 'system:admin', '/api/v1'],
    ['/clustersx/root', 'system:admin', '/clustersx/root'],
    ['/clusters/root', 'root', '/'],
    ['/clusters/root/', 'root', '/'],
    ['/clusters/root/api/v1', 'root', '/api/v1'],
    ['/clusters/system:admin/api', 'system:admin', '/api'],
    ['/clusters/root:acme/api', '1a2b', '/api'],
    ['/clusters/root%3Aacme/api', '1a2b', '/api'],
    ['/clusters/1a2b/api', '1a2b', '/api'],
    ['/clusters/*/api', '*', '/api'],
    ['/clusters/%2A/api', '*', '/api'],
    ['/clusters/root/clusters/other/api', 'root', '/clusters/other/api'],
  ]
  for (const [path, cluster, rest] of FOUND) {
    test(path, async () => assert.deepEqual(await findScope(path, store), { cluster, path: rest }))
  }

  const INVALID = [
    '',
    'UPPER',
    'root:',
    ':root',
    'root::acme',
    '-root',
    'a'.repeat(64),
    'root%2Facme',
    'root%00',
    '..',
    '%2e%2e',
    '%ZZ',
    'root acme',
    'root\n',
    '日本',
    '**',
    'root:*',
    '__proto__',
  ]
  for (const name of INVALID) {
    test(`${JSON.stringify(name)} is invalid`, async () => {
      await assert.rejects(
        findScope(`/clusters/${name}/api`, store),
        (error) =>
          error instanceof StatusError && error.status.code === 400 && error.message.startsWith('invalid cluster'),
      )
    })
  }

  test('a path that leads nowhere is not found', async () => {
    const message = 'workspaces.tenancy.kcp.io "root:nowhere" not found'
    await assert.rejects(
      findScope('/clusters/root:nowhere/api', store),
      (error) => isStatus(error, 'NotFound') && error.message === message,
    )
  })
})
