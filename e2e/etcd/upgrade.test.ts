/** Two versions of Keelson, whose stores have different formats: side by side on one etcd, and one after the other in a directory. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Access, readKubeconfig } from '../kubeconfig.ts'
import { request, requestObject } from '../request.ts'
import { type Keelson, startKeelson } from '../server.ts'
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts'
import { startEtcd } from './cluster.ts'
import { buildLaterVersion } from './later-version.ts'

let folder: TemporaryFolder
let later: string
before(async () => {
  folder = await temporaryFolder()
  later = await buildLaterVersion(join(folder.path, 'later'))
})
after(() => folder[Symbol.asyncDispose]())

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const create = (access: Access, name: string) =>
  requestObject(access, 'POST', CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
const status = async (access: Access, name: string) => (await request(access, 'GET', `${CONFIG_MAPS}/${name}`)).status

async function accessTo(server: Keelson): Promise<Access> {
  while (!server.log().includes(' is ready: ')) await sleep(20)
  return readKubeconfig(server.kubeconfig)
}

test('on etcd both versions serve one store until its format is raised; then the earlier one ends, and is refused', async () => {
  await using etcd = await startEtcd({ fast: true })
  const key = join(folder.path, 'key')
  await writeFile(key, randomBytes(32).toString('base64'))
  const flags = ['--store', `etcd://${etcd.urls[0]?.replace('http://', '')}`, '--shared-key-file', key]
  const start = (name: string, command?: string) =>
    startKeelson({ data: join(folder.path, name), flags, ...(command !== undefined && { command }) })
  await using old = await start('old')
  await using young = await start('young', later)
  const [atOld, atYoung] = [await accessTo(old), await accessTo(young)]
  await create(atOld, 'from-old')
  await create(atYoung, 'from-young')
  assert.deepEqual([await status(atYoung, 'from-old'), await status(atOld, 'from-young')], [200, 200])

  const upgrade = () => promisify(execFile)(process.execPath, [later, 'store', 'upgrade', ...flags])
  assert.equal((await upgrade()).stdout, 'Format 1 became 2\n')
  while (!old.log().includes('has format 2, this version of Keelson knows format 1')) await sleep(20)
  await assert.rejects(create(atOld, 'too-late'))
  assert.equal(await status(atYoung, 'too-late'), 404)
  await create(atYoung, 'after')
  assert.equal((await upgrade()).stdout, 'The store has format 2 already\n')
  await assert.rejects(start('again'), /the store in etcd has format 2, this version of Keelson knows format 1/)
  await using next = await start('next', later)
  assert.equal(await status(await accessTo(next), 'from-old'), 200)
})

test('a data directory is brought forward by the first start of the later version, and the earlier one refuses it', async () => {
  const data = join(folder.path, 'data')
  const first = await startKeelson({ data })
  await create(await accessTo(first), 'kept')
  await first.stop()
  {
    await using server = await startKeelson({ data, command: later })
    assert.equal(await status(await accessTo(server), 'kept'), 200)
  }
  await assert.rejects(startKeelson({ data }), /has format 3, this version of Keelson knows formats up to 2/)
})
