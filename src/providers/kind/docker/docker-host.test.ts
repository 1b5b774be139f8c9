import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findDockerHost } from './docker-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'keelson-docker-host-'))
after(() => rmSync(folder, { recursive: true }))

function context(name: string, host: string): void {
  const meta = join(folder, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'))
  mkdirSync(meta, { recursive: true })
  writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }))
}
context('desktop', 'unix:///run/desktop/docker.sock')
context('remote', 'ssh://build@example.org')
writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: 'desktop' }))

const cases: readonly (readonly [string, Record<string, string>, string])[] = [
  ['DOCKER_HOST first', { DOCKER_HOST: 'unix:///mine.sock', DOCKER_CONFIG: folder }, '/mine.sock'],
  ['then the current context', { DOCKER_CONFIG: folder }, '/run/desktop/docker.sock'],
  [
    'the default context is the usual socket',
    { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'default' },
    '/var/run/docker.sock',
  ],
  ['without a configuration, the usual socket', { DOCKER_CONFIG: '/nowhere' }, '/var/run/docker.sock'],
]
for (const [what, env, socket] of cases) {
  test(`where Docker is: ${what}`, () => {
    assert.equal(findDockerHost(env).socket, socket)
  })
}

test('a Docker elsewhere is refused, as its clusters would be there, too', () => {
  for (const env of [{ DOCKER_HOST: 'tcp://10.0.0.1:2375' }, { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'remote' }]) {
    assert.throws(() => findDockerHost(env), /which is no socket of this machine/)
  }
  assert.throws(() => findDockerHost({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'gone' }), /context "gone" is not there/)
})
