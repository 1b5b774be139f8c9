/** Clusters of the type `logical`, as their users have them: a kubeconfig, and the real kubectl. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { eventually } from '../../src/testing/index.ts'
import { bundlePath } from '../bundle.ts'
import { readKubeconfig, writeKubeconfig } from '../kubeconfig.ts'
import { type Kubectl, kubectlWith } from '../kubectl/kubectl.ts'
import { type Keelson, startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const PLATFORM = `
apiVersion: platform.keelson.dev/v1alpha1
kind: ClusterProvider
metadata: {name: here}
spec: {type: logical, ownerTag: org-a}
---
apiVersion: platform.keelson.dev/v1alpha1
kind: ControlCenter
metadata: {name: emea}
spec: {providerRef: {name: here}}
---
apiVersion: platform.keelson.dev/v1alpha1
kind: Platform
metadata: {name: shop}
spec: {providerRef: {name: here}, controlCenterRef: {name: emea}}
`

const WIDGETS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {size: {type: integer}}}}
`

const WIDGET = `
apiVersion: example.com/v1
kind: Widget
metadata: {name: large, namespace: team}
spec: {size: 3}
`

/** What there is, for a failure. */
async function what(kubectl: Kubectl): Promise<string> {
  const { output } = await kubectl.run('get clusterproviders,controlcenters,platforms -o yaml')
  return output
}

describe('a logical cluster', () => {
  const stack = new AsyncDisposableStack()
  let folder = ''
  let keelson: Keelson
  let owner: Kubectl
  let emea: Kubectl

  const start = async () => {
    keelson = stack.use(await startKeelson({ data: join(folder, 'data') }))
    owner = await kubectlWith(keelson.kubeconfig)
  }

  /** As `keelson kubeconfig` issues it. */
  async function issue(name: string): Promise<string> {
    const path = join(await mkdtemp(join(folder, 'issued-')), 'kubeconfig')
    const env = { ...process.env, KUBECONFIG: keelson.kubeconfig }
    await promisify(execFile)(process.execPath, [await bundlePath(), 'kubeconfig', name, '--out', path], { env })
    return path
  }

  /** The credential of one kubeconfig at the server of another, which is trusted. */
  async function shownAt(own: string, other: string): Promise<Kubectl> {
    const [{ credential }, { url, ca }] = await Promise.all([readKubeconfig(own), readKubeconfig(other)])
    const path = join(folder, 'shown-elsewhere.kubeconfig')
    await writeKubeconfig(path, { url, ca, credential })
    return kubectlWith(path)
  }

  before(async () => {
    folder = stack.use(await temporaryFolder()).path
    await start()
  })
  after(() => stack.disposeAsync())

  test('is ready when it was applied', async () => {
    const applied = await owner.run('apply -f -', PLATFORM)
    assert.equal(applied.code, 0, applied.error)
    const waited = await owner.run('wait --for=condition=Ready --timeout=120s controlcenter/emea platform/shop')
    assert.equal(waited.code, 0, waited.error)
    const { output } = await owner.run('get controlcenters')
    assert.match(output, /emea .* API only, no nodes/)
  })

  test('serves kubectl by a kubeconfig of its own', async () => {
    emea = await kubectlWith(await issue('ControlCenter/emea'))
    const steps: [command: string, input: string, output: RegExp][] = [
      ['auth whoami -o jsonpath={.status.userInfo.username}', '', /^kubernetes-admin$/],
      ['create namespace team', '', /namespace\/team created/],
      ['create configmap settings -n team --from-literal=tier=web', '', /configmap\/settings created/],
      ['get configmap settings -n team -o jsonpath={.data.tier}', '', /^web$/],
      ['apply -f -', WIDGETS, /widgets.example.com created/],
      ['wait --for=condition=Established crd/widgets.example.com', '', /condition met/],
      ['apply -f -', WIDGET, /widget.example.com\/large created/],
      ['get widgets -A -o jsonpath={.items[0].spec.size}', '', /^3$/],
      ['wait --for=create --timeout=60s cluster/shop', '', /condition met/],
      ['wait --for=condition=Available --timeout=60s cluster/shop', '', /condition met/],
      ['get clusters', '', /shop +True .*Provisioned/],
      ['wait --for=condition=ControlPlaneHealthy --timeout=60s clusterprofile/shop', '', /condition met/],
      ['get secret shop-kubeconfig -o jsonpath={.type}', '', /^cluster.x-k8s.io\/secret$/],
    ]
    for (const [command, input, expected] of steps) {
      const { output, error } = await emea.run(command, input)
      assert.match(output, expected, `${command}: ${error}`)
    }
  })

  test('gives the kubeconfig of a platform to whoever may read it in its control center', async () => {
    const { output } = await emea.run('get secret shop-kubeconfig -o jsonpath={.data.value}')
    const path = join(folder, 'published.kubeconfig')
    await writeFile(path, Buffer.from(output, 'base64'), { mode: 0o600 })
    const shop = await kubectlWith(path)
    assert.match((await shop.run('get namespaces -o name')).output, /namespace\/kube-system/)
    assert.equal((await shop.run('get widgets -A')).code, 1, 'what is in one cluster is in no other')
  })

  test('its certificate is nobody’s at the server, and at another endpoint', async () => {
    const path = await issue('Platform/shop')
    for (const other of [keelson.kubeconfig, await issue('ControlCenter/emea')]) {
      const { error, code } = await (await shownAt(path, other)).run('get --raw /api/v1/namespaces')
      assert.equal(code, 1, other)
      assert.match(error, /Error from server \(Forbidden\).*system:anonymous/, other)
    }
  })

  test('after a restart the same kubeconfig works, and everything is there', async () => {
    await keelson.stop()
    assert.equal((await emea.run('get namespace team --request-timeout=60s')).code, 1)
    await start()
    await eventually(
      async () => {
        const { output, error } = await emea.run('get widgets -n team -o name')
        assert.match(output, /widget\.example\.com\/large/, error)
      },
      { timeout: 120_000 },
    )
  })

  test('where its port was taken meanwhile, status and published kubeconfig follow it', async () => {
    const portOf = async () => Number((await owner.run('get platform shop -o jsonpath={.status.endpoint.port}')).output)
    const before = await portOf()
    await keelson.stop()
    const squatter = createServer().listen(before, '127.0.0.1')
    stack.defer(() => void squatter.close())
    await once(squatter, 'listening').catch((error) => assert.equal(error.code, 'EADDRINUSE'))
    await start()
    const published = async (): Promise<string> => {
      const { output } = await emea.run('get secret shop-kubeconfig -o jsonpath={.data.value}')
      return Buffer.from(output, 'base64').toString()
    }
    await eventually(
      async () => {
        const port = await portOf()
        assert.notEqual(port, before)
        // The rest of it is a credential.
        assert.equal(/^ +server: .*:(\d+)$/m.exec(await published())?.[1], String(port))
      },
      { timeout: 120_000 },
    )
    const path = join(folder, 'moved.kubeconfig')
    await writeFile(path, await published(), { mode: 0o600 })
    const { output, error } = await (await kubectlWith(path)).run('get namespaces -o name')
    assert.match(output, /namespace\/default/, error)
  })

  test('goes with its object, with everything in it', async () => {
    const deleted = await owner.run('delete -f - --timeout=120s', PLATFORM)
    assert.equal(deleted.code, 0, `${deleted.error}${await what(owner)}`)
    const { error } = await emea.run('get namespaces --request-timeout=60s')
    assert.match(error, /refused/)
  })

  test('killed while it is made, and while it ends, it is whole or not there', async () => {
    const endpoints = async (): Promise<number> => {
      const path = '/apis/endpoints.keelson.dev/v1alpha1/logicalendpoints'
      const { output, error } = await owner.run(`get --context system:admin --raw ${path}`)
      assert.equal(error, '')
      return JSON.parse(output).items.length
    }
    const killAndStart = async () => {
      for (const pid of keelson.processes) process.kill(pid, 'SIGKILL')
      await keelson.stop()
      await start()
    }
    assert.equal(await endpoints(), 0)
    assert.equal((await owner.run('apply -f -', PLATFORM)).code, 0)
    await killAndStart()
    const waited = await owner.run('wait --for=condition=Ready --timeout=120s controlcenter/emea platform/shop')
    assert.equal(waited.code, 0, waited.error)
    assert.equal(await endpoints(), 2)
    emea = await kubectlWith(await issue('ControlCenter/emea'))
    assert.match((await emea.run('get namespaces -o name')).output, /namespace\/default/)
    await owner.run('delete --wait=false -f -', PLATFORM)
    await killAndStart()
    const gone = await owner.run('wait --for=delete --timeout=120s controlcenter/emea platform/shop')
    assert.equal(gone.code, 0, gone.error)
    assert.equal(await endpoints(), 0)
  })
})
