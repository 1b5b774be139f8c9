/**
 * Members of etcd that do not reach each other, while their clients reach them: the leader with the minority, a follower, all three.
 * KEELSON_ETCD_PARTED_SECONDS cuts a server off for longer: beyond half a minute it refuses.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../src/storage/index.ts'
import { type Access, readKubeconfig } from '../kubeconfig.ts'
import { request, requestObject } from '../request.ts'
import { startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { startEtcd } from './cluster.ts'
import { load } from './load.ts'
import { watch } from './watch.ts'

const PARTED_MS = 2_000
const CUT_OFF_MS = Number(process.env.KEELSON_ETCD_PARTED_SECONDS ?? 2) * 1_000
const TOGETHER_MS = 1_000

test('members are cut off from each other and come together again: nothing is lost, or told wrongly', async (t) => {
  await using etcd = await startEtcd({ members: 3, fast: true, partable: true })
  await using cleanup = new AsyncDisposableStack()
  // A store of each member: what one is told goes through no other.
  const stores = await Promise.all(etcd.urls.map((url) => openStore({ engine: 'etcd', servers: [url] })))
  for (const store of stores) cleanup.use(store)
  const faults = (async () => {
    for (const who of ['the leader', 'a follower', 'everybody', 'the leader'] as const) {
      await sleep(TOGETHER_MS)
      const leader = await etcd.leader()
      const others = [0, 1, 2].filter((member) => member !== leader)
      if (who === 'everybody') etcd.part([0], [1])
      else etcd.part([who === 'the leader' ? leader : (leader + 1) % 3])
      if (who === 'the leader') t.diagnostic(`${await etcd.leader(others)} leads instead of ${leader}`)
      await sleep(PARTED_MS)
      etcd.heal()
    }
    await sleep(TOGETHER_MS)
  })()
  const { acknowledged, unknown, longestMs } = await load(stores, '/parted/', faults)
  t.diagnostic(`${acknowledged} acknowledged, ${unknown} unknown, ${Math.round(longestMs)} ms the longest`)
  assert.ok(acknowledged > 0)
  assert.equal(unknown, 0)
})

test('a server whose member is cut off tells nothing of before: it answers when it can, or says to come again', async (t) => {
  await using etcd = await startEtcd({ members: 3, fast: true, partable: true })
  await using folder = await temporaryFolder()
  await using cleanup = new AsyncDisposableStack()
  const key = join(folder.path, 'key')
  await writeFile(key, randomBytes(32).toString('base64'))
  const leader = await etcd.leader()
  const others = [0, 1, 2].filter((member) => member !== leader)
  const start = async (name: string, members: readonly number[]): Promise<Access> => {
    const store = `etcd://${members.map((member) => etcd.urls[member]?.replace('http://', '')).join(',')}`
    const flags = ['--store', store, '--shared-key-file', key]
    const server = cleanup.use(await startKeelson({ data: join(folder.path, name), flags }))
    // Its kubeconfig is that of the first process until it serves.
    while (!server.log().includes(' is ready: ')) await sleep(20)
    return readKubeconfig(server.kubeconfig)
  }
  const there = await start('there', others)
  const cut = await start('cut', [leader])

  const { metadata } = await requestObject<{ metadata: { resourceVersion: string } }>(cut, 'GET', CONFIG_MAPS)
  const events = watch(cut, `${CONFIG_MAPS}?watch=1&resourceVersion=${metadata.resourceVersion}`)
  const names = Array.from({ length: 10 }, (_, n) => `written-${n}`)
  await requestObject(cut, 'POST', CONFIG_MAPS, configMap('before'))
  while (events.seen.length === 0) await sleep(10)

  etcd.part([leader])
  await etcd.leader(others)
  for (const name of names) await requestObject(there, 'POST', CONFIG_MAPS, configMap(name))
  const answers = Promise.all([
    request(cut, 'GET', CONFIG_MAPS),
    request(cut, 'GET', `${CONFIG_MAPS}/written-9`),
    request(cut, 'POST', CONFIG_MAPS, configMap('late')),
  ])
  await sleep(CUT_OFF_MS)
  assert.deepEqual(events.seen, ['ADDED before'])
  etcd.heal()

  const [list, get, create] = await answers
  t.diagnostic(`answered with ${list.status}, ${get.status}, ${create.status}`)
  for (const { status, text } of [list, get, create]) {
    if (status < 300) continue
    assert.equal(status, 503, text)
    const { reason, message, details } = JSON.parse(text)
    assert.deepEqual(
      { reason, message, details },
      {
        reason: 'ServiceUnavailable',
        message: 'the store cannot be reached: nothing was changed',
        details: { retryAfterSeconds: 2 },
      },
    )
  }
  if (list.status === 200) for (const name of names) assert.ok(list.text.includes(`"${name}"`), name)
  // A request of afterwards is answered as if nothing had been.
  for (const name of names) assert.equal((await request(cut, 'GET', `${CONFIG_MAPS}/${name}`)).status, 200)
  const late = await request(there, 'GET', `${CONFIG_MAPS}/late`)
  assert.equal(late.status, create.status < 300 ? 200 : 404, late.text)
  const expected = ['before', ...names, ...(create.status < 300 ? ['late'] : [])].map((name) => `ADDED ${name}`)
  while (events.seen.length < expected.length) await sleep(10)
  events.end()
  assert.deepEqual(events.seen, expected)
})

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

function configMap(name: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { name } }
}
