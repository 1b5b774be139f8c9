/** Cluster API's own command at a control center that Keelson serves: what its users expect to see. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Kubectl, kubectlWith } from '../kubectl/kubectl.ts'
import { runner } from '../platform/runner.ts'
import { startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { toolPath } from '../tools/build.ts'

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

/** What a provider of infrastructure and of control planes installs and makes: kinds, and an object of each. */
const PROVIDER = ['infrastructure.cluster.x-k8s.io ExampleCluster', 'controlplane.cluster.x-k8s.io ExampleControlPlane']
  .map((line) => line.split(' '))
  .map(
    ([group, kind = '']) => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${kind.toLowerCase()}s.${group}
  labels: {cluster.x-k8s.io/v1beta2: v1beta2}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: ${kind.toLowerCase()}s, singular: ${kind.toLowerCase()}, kind: ${kind}}
  versions:
  - name: v1beta2
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`,
  )
  .join('---')

const CLUSTER = `
apiVersion: cluster.x-k8s.io/v1beta2
kind: Cluster
metadata: {name: example}
spec:
  infrastructureRef: {apiGroup: infrastructure.cluster.x-k8s.io, kind: ExampleCluster, name: example}
  controlPlaneRef: {apiGroup: controlplane.cluster.x-k8s.io, kind: ExampleControlPlane, name: example}
---
apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: ExampleCluster
metadata: {name: example}
spec: {controlPlaneEndpoint: {host: example.com, port: 6443}}
---
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: ExampleControlPlane
metadata: {name: example}
spec: {}
`

describe('clusterctl at a control center', () => {
  const stack = new AsyncDisposableStack()
  let folder = ''
  let emea: Kubectl

  async function clusterctl(line: string): Promise<string> {
    const env = { HOME: folder, KUBECONFIG: join(folder, 'emea.kubeconfig'), CLUSTERCTL_DISABLE_VERSIONCHECK: 'true' }
    const child = spawn(await toolPath('clusterctl'), line.split(' '), { env })
    let [output, error] = ['', '']
    child.stdout.on('data', (piece) => {
      output += piece
    })
    child.stderr.on('data', (piece) => {
      error += piece
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    assert.equal(code, 0, error)
    return output
  }

  before(async () => {
    folder = stack.use(await temporaryFolder()).path
    const keelson = stack.use(await startKeelson())
    const owner = await kubectlWith(keelson.kubeconfig)
    assert.equal((await owner.run('apply -f -', PLATFORM)).code, 0)
    const waited = await owner.run('wait --for=condition=Ready --timeout=30s controlcenter/emea platform/shop')
    assert.equal(waited.code, 0, waited.error)
    const file = join(folder, 'emea.kubeconfig')
    const issued = await runner(`kubeconfig ControlCenter/emea --out ${file}`, folder, {
      KUBECONFIG: keelson.kubeconfig,
    })
    assert.equal(issued.code, 0, issued.out)
    emea = await kubectlWith(file)
    const created = await emea.run('wait --for=create --timeout=30s secret/shop-kubeconfig')
    assert.equal(created.code, 0, created.error)
  })
  after(() => stack.disposeAsync())

  test('describes a platform', async () => {
    const shown = await clusterctl('describe cluster shop')
    assert.match(shown, /^NAME +REPLICAS +AVAILABLE +READY +UP TO DATE +STATUS +REASON +SINCE +MESSAGE/)
    assert.match(shown, /^Cluster\/shop +True +Available/m)
  })

  test('gives the kubeconfig of a platform', async () => {
    const file = join(folder, 'shop.kubeconfig')
    await writeFile(file, await clusterctl('get kubeconfig shop'), { mode: 0o600 })
    const shop = await kubectlWith(file)
    assert.match((await shop.run('get namespaces -o name')).output, /namespace\/kube-system/)
  })

  test('describes a Cluster of other providers, with what it stands on', async () => {
    const status = async (resource: string, text: string) => {
      const command = `patch ${resource} example --subresource=status --type=merge -p {"status":${text}}`
      const { code, error } = await emea.run(command)
      assert.equal(code, 0, error)
    }
    assert.equal((await emea.run('apply -f -', PROVIDER)).code, 0)
    await emea.run('wait --for=condition=Established crd --all')
    const applied = await emea.run('apply -f -', CLUSTER)
    assert.equal(applied.code, 0, applied.error)
    const ready =
      '{"initialization":{"provisioned":true},"conditions":[{"type":"Ready","status":"True","reason":"Built","message":"","lastTransitionTime":"2026-01-01T00:00:00Z"}]}'
    await status('exampleclusters', ready)
    await status('examplecontrolplanes', '{"initialization":{"controlPlaneInitialized":true}}')
    const waited = await emea.run('wait --for=condition=Available --timeout=30s cluster/example')
    assert.equal(waited.code, 0, `${waited.error} ${(await emea.run('get cluster example -o yaml')).output}`)
    const shown = await clusterctl('describe cluster example --show-conditions all')
    assert.match(shown, /^Cluster\/example/m)
    assert.match(shown, /Available +True +Available/)
    assert.match(shown, /ClusterInfrastructure - ExampleCluster\/example/)
    assert.match(shown, /ControlPlane - ExampleControlPlane\/example/)
    assert.match(shown, /InfrastructureReady +True +Built/)
    assert.match((await emea.run('get clusters')).output, /example +True .*Provisioned/)
    const deleted = await emea.run('delete cluster example --timeout=30s')
    assert.equal(deleted.code, 0, deleted.error)
    assert.match((await emea.run('get exampleclusters,examplecontrolplanes')).error, /No resources found/)
  })
})
