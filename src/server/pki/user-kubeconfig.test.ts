import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { type Authority, createAuthority } from './authority.ts'
import type { Kubeconfig } from './kubeconfig.ts'
import { ensureUserKubeconfig } from './user-kubeconfig.ts'

const DAY = 24 * 60 * 60 * 1000
const url = 'https://127.0.0.1:6443'

describe("a user's kubeconfig", () => {
  let folder: string
  let authority: Authority
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keelson-users-'))
    authority = await createAuthority()
  })
  after(() => rm(folder, { recursive: true }))

  const ensure = async (path: string, changes: object = {}) => {
    const settings = { path, user: 'shop', workspace: 'root:acme:shop', url, authority, now: Date.now, ...changes }
    await ensureUserKubeconfig(settings)
    return readFile(path, 'utf8')
  }

  test('leads into the workspace, by a certificate of the server’s authority, and its owner alone may read it', async () => {
    const path = join(folder, 'shop.kubeconfig')
    const { clusters, users, contexts, ...config } = parse(await ensure(path)) as Kubeconfig
    assert.equal(clusters[0]?.cluster.server, `${url}/clusters/root:acme:shop`)
    assert.deepEqual(contexts[0]?.context, { cluster: 'root:acme:shop', user: 'shop' })
    assert.equal(config['current-context'], 'root:acme:shop')
    const data = String(users[0]?.user['client-certificate-data'])
    const certificate = new X509Certificate(Buffer.from(data, 'base64'))
    assert.equal(certificate.subject, 'CN=shop')
    assert.ok(certificate.checkIssued(new X509Certificate(authority.caCertificate)))
    assert.equal((await stat(path)).mode & 0o777, 0o600)
  })

  test('stays as it is while it serves, with what was added to it', async () => {
    const path = join(folder, 'kept.kubeconfig')
    const text = `# mine\n${await ensure(path)}`
    await writeFile(path, text)
    assert.ok((await ensure(path, { now: () => Date.now() + 20 * DAY })) === text)
  })

  const renewals: readonly (readonly [string, () => Promise<object>])[] = [
    ['the certificate runs out', async () => ({ now: () => Date.now() + 25 * DAY })],
    ['the server has moved', async () => ({ url: 'https://127.0.0.1:7443' })],
    ['the server has another authority', async () => ({ authority: await createAuthority() })],
    ['it is for somebody else', async () => ({ user: 'payments' })],
  ]
  for (const [reason, change] of renewals) {
    test(`is written anew when ${reason}`, async () => {
      const path = join(folder, `${reason}.kubeconfig`)
      const before = await ensure(path)
      assert.ok((await ensure(path, await change())) !== before)
    })
  }

  test('is written anew when it is no kubeconfig', async () => {
    const path = join(folder, 'broken.kubeconfig')
    await writeFile(path, 'nonsense: [')
    assert.match(await ensure(path), /^apiVersion: v1$/m)
  })
})
