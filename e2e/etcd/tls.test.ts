/** Etcd behind TLS, with users that are known by their certificates. */
import assert from 'node:assert/strict'
import { request } from 'node:https'
import { join } from 'node:path'
import { test } from 'node:test'
import { storeCommands } from '../../src/server/index.ts'
import { openStore } from '../../src/storage/index.ts'
import { makeCertificates, readCertificate } from '../oracle/certificates.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { startEtcd } from './cluster.ts'

interface Files {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

test('a store is opened with a client certificate, below the prefix that its user may write, and not without', async () => {
  await using folder = await temporaryFolder()
  await makeCertificates(folder.path)
  const pem = (name: string) => readCertificate(folder.path, name)
  const ca = await pem('ca.crt')
  const tls = { ca, cert: await pem('admin.crt'), key: await pem('admin.key') }
  await using etcd = await startEtcd({ fast: true, certificates: folder.path })
  const open = (files: Partial<Files>, prefix?: string) =>
    openStore({ engine: 'etcd', servers: etcd.urls, tls: files, ...(prefix !== undefined && { prefix }) })
  await allowOnly(etcd.urls[0] as string, tls, 'admin', '/keelson/')

  {
    await using store = await open(tls)
    const put = { type: 'put', key: '/a', value: Buffer.from('1') } as const
    assert.deepEqual(await store.commit({ lane: '', preconditions: [], operations: [put] }), { ok: true, revision: 2 })
    assert.equal((await store.get('/a'))?.value.toString(), '1')
  }
  const file = (name: string) => join(folder.path, name)
  const files = { cafile: file('ca.crt'), certfile: file('admin.crt'), keyfile: file('admin.key') }
  const at = (prefix: string) => ({ directory: folder.path, etcd: { servers: etcd.urls, prefix, ...files } })
  const { signal } = new AbortController()
  const { problems, rows } = await storeCommands.check(at('/keelson'), signal)
  assert.deepEqual([problems, rows], [[], 1])
  await storeCommands.backUp({ etcd: at('/keelson').etcd }, file('backup'), signal)
  await assert.rejects(
    storeCommands.restore(file('backup'), at('/elsewhere'), signal),
    /refuses this client: .*permission/,
  )
  await assert.rejects(open(tls, '/elsewhere'), { name: 'KeelsonError', message: /refuses this client: .*permission/ })
  for (const files of [{ ca }, { cert: tls.cert, key: tls.key }])
    await assert.rejects(open(files), { name: 'KeelsonError', message: /cannot be used/ })
})

/** From here on, the user named alone may read and write below the prefix, beside root. */
async function allowOnly(url: string, tls: Files, user: string, prefix: string): Promise<void> {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const end = `${prefix.slice(0, -1)}0`
  const steps: [string, object][] = [
    ['user/add', { name: 'root', options: { no_password: true } }],
    ['user/grant', { user: 'root', role: 'root' }],
    ['role/add', { name: 'writer' }],
    ['role/grant', { name: 'writer', perm: { permType: 'READWRITE', key: base64(prefix), range_end: base64(end) } }],
    ['user/add', { name: user, options: { no_password: true } }],
    ['user/grant', { user, role: 'writer' }],
    ['enable', {}],
  ]
  for (const [step, body] of steps) {
    const status = await new Promise<number>((resolve, reject) => {
      const outgoing = request(`${url}/v3/auth/${step}`, { ...tls, method: 'POST', agent: false }, (incoming) => {
        incoming.resume()
        resolve(incoming.statusCode ?? 0)
      })
      outgoing.on('error', reject)
      outgoing.end(JSON.stringify(body))
    })
    assert.equal(status, 200, step)
  }
}
