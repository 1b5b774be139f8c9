import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { KubeObject } from '../machinery/index.ts'
import { openStore } from '../storage/index.ts'
import { startServer, type TestServer } from '../testing/index.ts'
import { type TriedAnswer, tryRequest } from './try-request.ts'

const NAMESPACES = '/clusters/root:successors/api/v1/namespaces'

describe('the service account that every namespace has', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ store: await openStore({ engine: 'memory' }), features: [] })
    await server.workspace('successors')
  })
  after(() => server[Symbol.asyncDispose]())

  const send = async (method: string, url: string, body?: unknown): Promise<TriedAnswer & { object: KubeObject }> => {
    const answer = await tryRequest(server.handler, method, url, body === undefined ? {} : { body })
    assert.ok(answer.status < 300, answer.text)
    return { ...answer, object: answer.json as unknown as KubeObject }
  }
  const accountIn = async (name: string): Promise<string> => {
    await send('POST', NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    return `${NAMESPACES}/${name}/serviceaccounts/default`
  }
  const uidOf = async (account: string): Promise<string | undefined> => (await send('GET', account)).object.metadata.uid

  for (const written of [false, true]) {
    test(`comes back as another one when it is deleted${written ? ' after it was changed' : ''}`, async () => {
      const account = await accountIn(written ? 'changed' : 'unchanged')
      if (written) {
        const { object } = await send('GET', account)
        await send('PUT', account, { ...object, metadata: { ...object.metadata, labels: { a: 'b' } } })
      }
      const before = (await send('GET', account)).object
      const { object: answered } = await send('DELETE', account)
      assert.equal(answered.metadata.uid, before.metadata.uid)
      const after = (await send('GET', account)).object
      assert.notEqual(after.metadata.uid, before.metadata.uid)
      assert.equal(after.metadata.labels, undefined)
      await send('DELETE', account)
      assert.equal(new Set([before.metadata.uid, after.metadata.uid, await uidOf(account)]).size, 3)
    })
  }

  test('goes and comes for whoever watches', async () => {
    const account = await accountIn('watched')
    const collection = account.slice(0, account.lastIndexOf('/'))
    const { resourceVersion = '' } = (await send('GET', collection)).object.metadata
    const { uid } = (await send('GET', account)).object.metadata
    await send('DELETE', account)
    const { text } = await send('GET', `${collection}?watch=true&timeoutSeconds=1&resourceVersion=${resourceVersion}`)
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.metadata.uid === uid]),
      [
        ['DELETED', true],
        ['ADDED', false],
      ],
    )
  })

  test('stays in a dry run', async () => {
    const account = await accountIn('dry')
    const uid = await uidOf(account)
    await send('DELETE', `${account}?dryRun=All`)
    assert.equal(await uidOf(account), uid)
  })

  test('leaves its dependents to the garbage collector', async () => {
    const account = await accountIn('owning')
    const uid = await uidOf(account)
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ServiceAccount', name: 'default', uid }]
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', ownerReferences } }
    await send('POST', `${NAMESPACES}/owning/configmaps`, map)
    await send('DELETE', account)
    const absent = await send('GET', '/clusters/root:successors/apis/lifecycle.keelson.dev/v1alpha1/absentowners')
    assert.ok(absent.text.includes(String(uid)))
  })

  test('is no other one while its namespace ends', async () => {
    const account = await accountIn('ending')
    const { object } = await send('GET', account)
    await send('PUT', account, { ...object, metadata: { ...object.metadata, labels: { a: 'b' } } })
    await send('DELETE', `${NAMESPACES}/ending`)
    await send('DELETE', account)
    await send('GET', `${NAMESPACES}/ending`)
    assert.equal(await uidOf(account), object.metadata.uid)
  })
})
