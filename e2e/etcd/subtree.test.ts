/** The commands as they are typed, on an etcd that a server runs on. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { bundlePath } from '../bundle.ts'
import { readKubeconfig } from '../kubeconfig.ts'
import { request, requestObject } from '../request.ts'
import { startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { accessTo, createWorkspace, workspacesPath } from '../workspace.ts'
import { startEtcd } from './cluster.ts'

test('a workspace that was deleted comes back from a backup while the server runs, with its Secrets', async () => {
  await using folder = await temporaryFolder()
  await using etcd = await startEtcd({ fast: true })
  const key = join(folder.path, 'key')
  await writeFile(key, randomBytes(32).toString('base64'))
  const where = ['--store', `etcd://${new URL(etcd.urls[0] as string).host}`, '--shared-key-file', key]
  await using server = await startKeelson({ flags: where })
  while (!server.log().includes(' is ready: ')) await sleep(20)
  const keelson = async (...words: string[]) =>
    (await promisify(execFile)(process.execPath, [await bundlePath(), ...words, ...where])).stdout
  const administrator = await readKubeconfig(server.kubeconfig)
  const root = accessTo(administrator, 'root')
  const team = await createWorkspace(administrator, 'team')
  const secrets = '/api/v1/namespaces/default/secrets'
  await requestObject(team, 'POST', secrets, {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password: 'hunter2' } },
  })
  const file = join(folder.path, 'backup')
  assert.match(await keelson('backup', '--to', file), /^Backed up etcd:\/\/127\.0\.0\.1:\d+\/keelson at revision /)

  await requestObject(root, 'DELETE', `${workspacesPath}/team`)
  while ((await request(root, 'GET', `${workspacesPath}/team`)).status !== 404) await sleep(20)
  assert.match(
    await keelson('restore', '--from', file, '--subtree', 'root:team'),
    /^Restored root:team into .*: 1 work/,
  )
  const { data } = await requestObject<{ data: Record<string, string> }>(team, 'GET', `${secrets}/s`)
  assert.equal(Buffer.from(data.password ?? '', 'base64').toString(), 'hunter2')
  const names = [...(await keelson('store', 'check')).matchAll(/^(\w+) /gm)].map(([, name]) => name)
  assert.deepEqual(names, ['format', 'revision', 'history', 'rows', 'key', 'size', 'The'])
})
