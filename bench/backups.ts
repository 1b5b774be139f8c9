import { randomBytes } from 'node:crypto'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundlePath } from '../e2e/bundle.ts'
import { startEtcd } from '../e2e/etcd/cluster.ts'
import { type Access, readKubeconfig } from '../e2e/kubeconfig.ts'
import { startKeelson } from '../e2e/server.ts'
import { temporaryFolder } from '../e2e/temporary-folder.ts'
import { run } from '../e2e/tools/go.ts'
import { createWorkspace } from '../e2e/workspace.ts'
import { type Job, load } from './load.ts'
import { defineRecords, recordsPath, recordTemplate } from './records.ts'

const creates = 500

/** What it takes to back a store up, to restore and to move it, and what a backup does to the server's creates. */
export interface BackupCost {
  /** Objects of about 1 kB. */
  count: number
  backupSeconds: number
  backupMB: number
  /** Of creates one after the other, milliseconds. */
  createP99Alone: number
  createP99Meanwhile: number
  restoreSeconds: number
  migrateToEtcdSeconds: number
  backupOfEtcdSeconds: number
  restoreOfEtcdSeconds: number
}

export async function benchBackup(count: number, tell: (step: string) => void): Promise<BackupCost> {
  await using folder = await temporaryFolder()
  await using etcd = await startEtcd()
  const at = (name: string) => join(folder.path, name)
  await writeFile(at('key'), randomBytes(32).toString('base64'))
  const servers = `etcd://${etcd.urls.map((url) => new URL(url).host).join(',')}`
  const onEtcd = ['--store', servers, '--shared-key-file', at('key')]
  const seconds = async (...words: string[]): Promise<number> => {
    tell(`keelson ${words.join(' ')}`)
    const begin = performance.now()
    await run(process.execPath, [await bundlePath(), ...words], folder.path)
    return Math.round((performance.now() - begin) / 100) / 10
  }
  const served = await whileServed(count, at('data'), tell, () =>
    seconds('backup', '--data', at('data'), '--to', at('backup')),
  )
  return {
    count,
    ...served,
    backupMB: Math.round((await stat(at('backup'))).size / 1e6),
    restoreSeconds: await seconds('restore', '--from', at('backup'), '--data', at('restored')),
    migrateToEtcdSeconds: await seconds(
      ...['store', 'migrate', '--data', at('data'), '--to', servers, '--shared-key-file', at('key')],
    ),
    backupOfEtcdSeconds: await seconds('backup', ...onEtcd, '--to', at('etcd-backup')),
    restoreOfEtcdSeconds: await seconds(
      ...['restore', '--from', at('etcd-backup'), ...onEtcd, '--etcd-prefix', '/restored'],
    ),
  }
}

async function whileServed(
  count: number,
  data: string,
  tell: (step: string) => void,
  backUp: () => Promise<number>,
): Promise<Pick<BackupCost, 'backupSeconds' | 'createP99Alone' | 'createP99Meanwhile'>> {
  await using keelson = await startKeelson({ data })
  const access = await createWorkspace(await readKubeconfig(keelson.kubeconfig), 'bench')
  await defineRecords(access)
  tell(`create ${count} objects`)
  await load(access, creating('listed', 'o-', 64, count))
  const alone = await load(access, creating('churn', 'alone-', 1, creates))
  const backup = { done: false }
  const backingUp = backUp().finally(() => {
    backup.done = true
  })
  const meanwhile = await p99Until(access, backup)
  return {
    backupSeconds: await backingUp,
    createP99Alone: Math.round(alone.p99 * 10) / 10,
    createP99Meanwhile: Math.round(meanwhile * 10) / 10,
  }
}

/** Of the worst of some loads. */
async function p99Until(access: Access, backup: { readonly done: boolean }): Promise<number> {
  let worst = 0
  for (let burst = 0; burst === 0 || !backup.done; burst++)
    worst = Math.max(worst, (await load(access, creating('churn', `meanwhile-${burst}-`, 1, creates))).p99)
  return worst
}

function creating(namespace: string, prefix: string, concurrency: number, count: number): Job {
  return { operation: 'create', path: recordsPath(namespace), concurrency, count, prefix, body: recordTemplate }
}
