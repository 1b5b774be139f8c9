import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { KeelsonError } from '../machinery/index.ts'
import { loadKubeconfig, readKubeconfig } from './kubeconfig.ts'
import { changeKubeconfig } from './kubeconfig-edit.ts'
import { currentWorkspace, switchBack, switchWorkspace } from './workspace-context.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kubeconfig-'))
after(() => fs.rmSync(folder, { recursive: true }))

const CA = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
const base = `# kept by hand
apiVersion: v1
kind: Config
current-context: root
clusters:
  - name: root
    cluster:
      server: https://127.0.0.1:6443/clusters/root # the top
      certificate-authority-data: ${Buffer.from(CA).toString('base64')}
contexts:
  - name: root
    context: { cluster: root, user: ada, namespace: web }
users:
  - name: ada
    user: { token: s3cret }
extensions: [kept]
`

function file(name: string, text: string): string {
  const target = path.join(folder, name)
  fs.writeFileSync(target, text)
  return target
}

describe('reading', () => {
  it('gives server, trust, credentials and namespace of the current context', () => {
    const config = loadKubeconfig({ file: file('base', base), env: {} })
    assert.deepEqual(config, {
      context: 'root',
      namespace: 'web',
      server: 'https://127.0.0.1:6443/clusters/root',
      ca: CA,
      token: 's3cret',
    })
  })

  it('reads certificates and tokens from files beside the kubeconfig', () => {
    file('ca.pem', CA)
    file('token', 'from-file\n')
    const text = base
      .replace(/certificate-authority-data: .*/, 'certificate-authority: ca.pem')
      .replace('{ token: s3cret }', '{ tokenFile: token }')
    const { ca, token } = loadKubeconfig({ file: file('files', text), env: {} })
    assert.deepEqual([ca, token], [CA, 'from-file'])
  })

  it('looks at the given file, then KUBECONFIG, then the fallback, then the home directory', () => {
    const home = fs.mkdtempSync(path.join(folder, 'home-'))
    fs.mkdirSync(path.join(home, '.kube'))
    fs.writeFileSync(path.join(home, '.kube', 'config'), base.replaceAll('ada', 'home'))
    const given = file('given', base)
    const fallback = file('fallback', base)
    const first = (source: Parameters<typeof readKubeconfig>[0]) => readKubeconfig(source).files[0]
    assert.equal(first({ file: given, env: { KUBECONFIG: fallback } }), given)
    assert.equal(first({ env: { KUBECONFIG: given, HOME: home }, fallback }), given)
    assert.equal(first({ env: { HOME: home }, fallback }), fallback)
    assert.equal(
      first({ env: { HOME: home }, fallback: path.join(folder, 'none') }),
      path.join(home, '.kube', 'config'),
    )
  })

  it('merges the files of KUBECONFIG; the first that names something wins', () => {
    const other = base.replaceAll('s3cret', 'other').replaceAll('name: ada', 'name: bob')
    const env = {
      KUBECONFIG: [path.join(folder, 'absent'), file('one', base), file('two', other)].join(path.delimiter),
    }
    const config = readKubeconfig({ env })
    assert.deepEqual([...config.users.keys()], ['ada', 'bob'])
    assert.equal(config.clusters.get('root')?.file, path.join(folder, 'one'))
  })

  const mistakes: [string, string, RegExp][] = [
    ['broken YAML, with its line and without its content', `${base}more: [token: s3cret`, /broken:1[78]: (?!.*s3cret)/],
    [
      'a context that does not exist',
      base.replace('current-context: root', 'current-context: nix'),
      /"nix" does not exist/,
    ],
    ['a missing cluster', base.replace('cluster: root,', 'cluster: nix,'), /context "root": cluster "nix" is missing/],
    ['a missing user', base.replace('user: ada', 'user: nix'), /user "nix" is missing/],
    ['a server that is no https URL', base.replace('https:', 'http:'), /clusters "root": server: .* is no https URL/],
    ['data that is no PEM', base.replace(/data: .*/, 'data: YWJj'), /certificate-authority-data: is no base64 of PEM/],
    ['a file that is not there', base.replace(/-data: .*/, ': nix.pem'), /certificate-authority: ENOENT.*nix\.pem/],
    [
      'a credential plugin',
      base.replace('{ token: s3cret }', '{ exec: {} }'),
      /exec: credential plugins are not supported/,
    ],
    ['no current context', base.replace('current-context: root', ''), /has no current context/],
    ['entries without a name', base.replace('- name: ada', '- nom: ada'), /users\[0\]\.name: must be a string/],
  ]
  for (const [name, text, message] of mistakes) {
    it(`refuses ${name}`, () => {
      const load = () => loadKubeconfig({ file: file('broken', text), env: {} })
      assert.throws(
        load,
        (error) => error instanceof KeelsonError && message.test(error.message) && error.remedy !== '',
      )
    })
  }

  it('refuses a given file that does not exist', () => {
    assert.throws(() => loadKubeconfig({ file: path.join(folder, 'none'), env: {} }), /no such file/)
  })
})

describe('changing workspaces', () => {
  const at = (target: string) => readKubeconfig({ file: target, env: {} })
  const go = (target: string, place: string) => changeKubeconfig(at(target), switchWorkspace(at(target), place))
  const server = (target: string, context: string) => {
    const config = at(target)
    return config.clusters.get(config.contexts.get(context)?.value.cluster ?? '')?.value.server
  }

  it('writes the contexts that kubectl ws writes, and keeps comments, unknown fields and other entries', () => {
    const target = file('switch', base)
    go(target, 'root:acme')
    const config = at(target)
    assert.equal(currentWorkspace(config), 'root:acme')
    assert.equal(config.currentContext, 'workspace.kcp.io/current')
    assert.deepEqual(config.contexts.get('workspace.kcp.io/current')?.value, {
      cluster: 'workspace.kcp.io/current',
      user: 'ada',
    })
    assert.equal(config.contexts.get('workspace.kcp.io/previous')?.value.cluster, 'root')
    assert.equal(config.contexts.get('workspace.kcp.io/previous')?.value.namespace, 'web')
    const text = fs.readFileSync(target, 'utf8')
    for (const kept of ['# kept by hand', '# the top', 'extensions: [ kept ]']) assert.ok(text.includes(kept), kept)
    assert.equal(fs.statSync(target).mode & 0o777, 0o600)
  })

  it('goes back and forth', () => {
    const target = file('back', base)
    go(target, 'root:acme')
    go(target, 'root:acme:web')
    assert.match(server(target, 'workspace.kcp.io/previous') ?? '', /clusters\/root:acme$/)
    for (const place of ['root:acme', 'root:acme:web', 'root:acme']) {
      changeKubeconfig(at(target), switchBack(at(target)))
      assert.equal(currentWorkspace(at(target)), place)
    }
    assert.match(server(target, 'root') ?? '', /clusters\/root$/)
  })

  it('cannot go back before it went anywhere', () => {
    assert.throws(() => switchBack(at(file('fresh', base))), /no previous workspace/)
  })
})
