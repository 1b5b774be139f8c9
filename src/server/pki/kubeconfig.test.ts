import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { KeelsonError } from '../../machinery/index.ts'
import { hashedTokenAuthenticator } from '../authentication/hashed-tokens.ts'
import { ensureAdminKubeconfig, type Kubeconfig } from './kubeconfig.ts'

const URL = 'https://127.0.0.1:6443'

async function dataDirectory(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'keelson-kubeconfig-'))
  t.after(() => rm(directory, { recursive: true }))
  const path = join(directory, 'admin.kubeconfig')
  const start = async (url = URL, caCertificate = 'CA') => {
    const authenticateToken = hashedTokenAuthenticator(await ensureAdminKubeconfig({ directory, url, caCertificate }))
    const config = parse(await readFile(path, 'utf8')) as Kubeconfig
    const userOf = (name: string) => authenticateToken(tokenOf(config, name))
    return { config, userOf, authenticateToken }
  }
  return { directory, path, start }
}

function tokenOf(config: Kubeconfig, name: string): string {
  return config.users.find((entry) => entry.name === name)?.user.token ?? ''
}

describe('the admin kubeconfig', () => {
  test("has kcp's contexts, and is readable by its owner alone", async (t) => {
    const { path, start } = await dataDirectory(t)
    const { config } = await start()
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.equal(config['current-context'], 'root')
    const urlOf = (name: string | undefined) => config.clusters.find((entry) => entry.name === name)?.cluster.server
    const contexts = config.contexts.map(({ name, context }) => [name, urlOf(context.cluster), context.user])
    assert.deepEqual(contexts, [
      ['root', `${URL}/clusters/root`, 'kcp-admin'],
      ['base', URL, 'kcp-admin'],
      ['shard-base', URL, 'shard-admin'],
      ['system:admin', `${URL}/clusters/system:admin`, 'shard-admin'],
    ])
    for (const { cluster } of config.clusters) assert.equal(cluster['certificate-authority-data'], 'Q0E=')
  })

  test('holds a token for each administrator, of which the server keeps only the hash', async (t) => {
    const { directory, start } = await dataDirectory(t)
    const { config, userOf } = await start()
    assert.deepEqual(await userOf('kcp-admin'), { username: 'kcp-admin', groups: ['system:kcp:admin'] })
    assert.deepEqual(await userOf('shard-admin'), { username: 'shard-admin', groups: ['system:masters'] })
    const store = await readFile(join(directory, '.admin-token-store'), 'utf8')
    for (const name of ['kcp-admin', 'shard-admin']) assert.ok(!store.includes(tokenOf(config, name)))
    assert.equal((await stat(join(directory, '.admin-token-store'))).mode & 0o777, 0o600)
  })

  test('stays valid over restarts, untouched when nothing has changed', async (t) => {
    const { path, start } = await dataDirectory(t)
    const first = await start()
    const before = await stat(path)
    const second = await start()
    assert.equal((await stat(path)).ino, before.ino)
    assert.equal((await second.authenticateToken(tokenOf(first.config, 'kcp-admin')))?.username, 'kcp-admin')
  })

  test('follows the server to another port and authority, with the contexts that kubectl ws has added', async (t) => {
    const { path, start } = await dataDirectory(t)
    const { config } = await start()
    config.clusters.push({ name: 'workspace.kcp.io/current', cluster: { server: `${URL}/clusters/root:org` } })
    config.clusters.push({ name: 'elsewhere', cluster: { server: 'https://example.com' } })
    config.contexts.push({
      name: 'workspace.kcp.io/current',
      context: { cluster: 'workspace.kcp.io/current', user: 'kcp-admin' },
    })
    config.contexts[0] = { name: 'root', context: { cluster: 'root', user: 'kcp-admin', namespace: 'web' } }
    config['current-context'] = 'workspace.kcp.io/current'
    await writeFile(path, stringify(config))

    const moved = await start('https://127.0.0.1:7777', 'CA2')
    const clusters = Object.fromEntries(moved.config.clusters.map(({ name, cluster }) => [name, cluster]))
    assert.deepEqual(clusters['workspace.kcp.io/current'], {
      server: 'https://127.0.0.1:7777/clusters/root:org',
      'certificate-authority-data': 'Q0Ey',
    })
    assert.equal(clusters.base?.server, 'https://127.0.0.1:7777')
    assert.deepEqual(clusters.elsewhere, { server: 'https://example.com' })
    assert.equal(moved.config['current-context'], 'workspace.kcp.io/current')
    assert.equal(moved.config.contexts[0]?.context.namespace, 'web')
    assert.equal(tokenOf(moved.config, 'kcp-admin'), tokenOf(config, 'kcp-admin'))
  })

  test('removing it revokes its credentials', async (t) => {
    const { path, start } = await dataDirectory(t)
    const first = await start()
    await rm(path)
    const second = await start()
    assert.equal(await second.authenticateToken(tokenOf(first.config, 'shard-admin')), undefined)
    assert.equal((await second.userOf('shard-admin'))?.username, 'shard-admin')
  })

  test('a token that somebody wrote into it is worth nothing', async (t) => {
    const { path, start } = await dataDirectory(t)
    const { config } = await start()
    const kept = tokenOf(config, 'kcp-admin')
    config.users[1] = { name: 'shard-admin', user: { token: 'guessed' } }
    await writeFile(path, stringify(config))
    const second = await start()
    assert.equal(await second.authenticateToken('guessed'), undefined)
    assert.equal((await second.authenticateToken(kept))?.username, 'kcp-admin')
  })
})

describe('broken files are named, with what to do and without what they hold', () => {
  const cases: { name: string; file: string; content: string; message: RegExp }[] = [
    {
      name: 'YAML',
      file: 'admin.kubeconfig',
      content: 'users: [s3cret',
      message: /admin\.kubeconfig is not valid YAML$/,
    },
    { name: 'kind', file: 'admin.kubeconfig', content: 'kind: Pod', message: /admin\.kubeconfig is not a kubeconfig$/ },
    {
      name: 'store',
      file: '.admin-token-store',
      content: 'kcp-admin s3cret',
      message: /\.admin-token-store line 1 is not a user name and a SHA-256$/,
    },
  ]
  for (const { name, file, content, message } of cases) {
    test(name, async (t) => {
      const { directory, start } = await dataDirectory(t)
      await writeFile(join(directory, file), content)
      await assert.rejects(start(), (error) => {
        assert.ok(error instanceof KeelsonError)
        assert.match(error.message, message)
        assert.ok(!`${error.message}${error.remedy}${String(error.cause)}`.includes('s3cret'))
        return true
      })
    })
  }
})
