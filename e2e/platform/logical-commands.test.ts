/** The commands on clusters of the type `logical`, each on a runner of its own; and where their keys are, and are not. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Keelson, startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type Run, runner } from './runner.ts'

const MANIFESTS = `
apiVersion: platform.keelson.dev/v1alpha1
kind: ClusterProvider
metadata: {name: here}
spec: {type: logical, ownerTag: org-a}
---
apiVersion: platform.keelson.dev/v1alpha1
kind: ControlCenter
metadata: {name: emea}
spec: {providerRef: {name: here}, access: {publish: {argocd: true, capiSecret: true}}}
---
apiVersion: platform.keelson.dev/v1alpha1
kind: Platform
metadata: {name: shop}
spec: {providerRef: {name: here}, controlCenterRef: {name: emea}}
`

describe('the commands on logical clusters', () => {
  const stack = new AsyncDisposableStack()
  const said: string[] = []
  let folder = ''
  let keelson: Keelson

  const run = async (line: string): Promise<Run> => {
    const result = await runner(line, folder, { KUBECONFIG: keelson.kubeconfig })
    if (!/^(kubeconfig|get secret)/.test(line)) said.push(result.out)
    return result
  }
  const file = (name: string, text: string) => writeFile(join(folder, name), text)

  before(async () => {
    folder = stack.use(await temporaryFolder()).path
    keelson = stack.use(await startKeelson({ data: join(folder, 'data') }))
    await mkdir(join(folder, 'manifests'))
    await file('manifests/all.yaml', MANIFESTS)
  })
  after(() => stack.disposeAsync())

  const steps: readonly [line: string, code: number, out: RegExp][] = [
    ['validate -f manifests', 0, /^3 objects are valid\.$/m],
    [
      'plan -f manifests --detailed-exitcode --out plan.json',
      2,
      /\+ Platform\/shop +create +here \(API only, no nodes\)/,
    ],
    ['apply plan.json', 0, /ControlCenter\/emea: created\n[\s\S]*Platform\/shop: created\n\n2 created\./],
    ['wait -f manifests --timeout 120s', 0, /Platform\/shop: ready/],
    ['drift -f manifests --detailed-exitcode', 0, /^No drift\.$/m],
    ['plan -f manifests -o json', 0, /"actions": \[\s*"no-op"\s*\]/],
    ['state ls', 0, /ControlCenter\/emea +root +here \(API only, no nodes\) +ready +keelson-emea-[0-9a-f]{12}/],
    ['state show shop -o json', 0, /"caFingerprint": "sha256:[0-9a-f]{64}"/],
    ['get controlcenters,platforms,events -o yaml', 0, /reason: Available/],
    ['plan -f manifests --local', 1, /spec\.type: a logical cluster lives in a Keelson server/],
    ['destroy -f manifests', 64, /- ControlCenter\/emea +delete/],
  ]
  for (const [line, code, out] of steps) {
    test(line, async () => {
      const result = await run(line)
      assert.equal(result.code, code, result.out)
      assert.match(result.out, out)
    })
  }

  test('kubeconfig: leads into the cluster, and into no other', async () => {
    assert.equal((await run('kubeconfig Platform/shop --ttl 10m --out shop.kubeconfig')).code, 0)
    const { code, out } = await run('get namespaces --kubeconfig shop.kubeconfig')
    assert.deepEqual([code, /default +Active/.test(out)], [0, true])
    assert.match((await run('kubeconfig Platform/shop --ttl 2h')).out, /at most|longer|spec\.access\.ttl/)
  })

  test('what is refused is told by file, line and field, and nothing of it is written', async () => {
    const bad = 'apiVersion: platform.keelson.dev/v1alpha1\nkind: ControlCenter\nmetadata: {name: bad}\nspec:\n'
    const cases = [
      ['  providerRef: {name: here}\n  version: v1.35.4\n', /bad\.yaml:6: spec\.version: .*logical cannot honour it/],
      [
        '  providerRef: {name: here}\n  topology: {pools: [{name: a}]}\n',
        /bad\.yaml:6: spec\.topology\.pools: .*logical cannot honour it/,
      ],
      ['  providerRef: {name: nowhere}\n', /bad\.yaml:5: spec\.providerRef\.name: ClusterProvider "nowhere" is not/],
      [
        '  providerRef: {name: here}\n  vresion: v1\n',
        /bad\.yaml:6: spec\.vresion: unknown field\n +did you mean version/,
      ],
    ] as const
    for (const [spec, expected] of cases) {
      await file('bad.yaml', bad + spec)
      const { code, out } = await run('apply --auto-approve -f bad.yaml')
      assert.equal(code, 1)
      assert.match(out, expected)
    }
    assert.match((await run('get controlcenter bad')).out, /NotFound/)
  })

  test('no byte of plan, output, log, or store is a key of a cluster, though Secrets publish them', async () => {
    const keys: string[] = []
    for (const line of [
      'kubeconfig emea',
      'get secret emea-kubeconfig -o jsonpath={.data.value}',
      'get secret emea-argocd-cluster -o jsonpath={.data.config}',
    ]) {
      const { code, out } = await run(line)
      assert.equal(code, 0, out)
      const text = line.startsWith('get') ? Buffer.from(out, 'base64').toString() : out
      const [, key = ''] = /(?:client-key-data: |"keyData":\s*")([A-Za-z0-9+/=]+)/.exec(text) ?? []
      assert.match(Buffer.from(key, 'base64').toString(), /PRIVATE KEY/, line)
      keys.push(key, Buffer.from(key, 'base64').toString().split('\n')[1] ?? '')
    }
    const kept = (await readdir(join(folder, 'data'))).filter((name) => name.startsWith('store'))
    assert.ok(kept.length > 0)
    const places = [...kept.map((name) => join(folder, 'data', name)), join(folder, 'plan.json')]
    for (const text of [...said, keelson.log(), ...places.map((place) => readFileSync(place, 'latin1'))]) {
      // Of a base64 in a base64 at least its middle would be there as it is.
      for (const key of keys) assert.ok(!text.includes(key.slice(16, 56)))
      assert.doesNotMatch(text, /BEGIN (?:EC )?PRIVATE KEY|LS0tLS1CRUdJTiBQUklWQVRF|LS0tLS1CRUdJTiBFQyBQUklW/)
    }
  })

  test('destroy takes all of it away', async () => {
    const { code, out } = await run('destroy -f manifests --auto-approve')
    assert.equal(code, 0, out)
    assert.match(out, /Platform\/shop: deleted\n[\s\S]*ControlCenter\/emea: deleted\n\n2 deleted\./)
    assert.match((await run('state ls')).out, /No clusters found/)
    assert.match((await run('get secrets')).out, /No resources found/)
  })
})
