/** A Keelson with a control center `emea` and a platform `shop` on it, for clients of Cluster API. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type Kubectl, kubectlWith } from '../kubectl/kubectl.ts'
import { runner } from '../platform/runner.ts'
import { startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const PROVIDER = `
apiVersion: platform.keelson.dev/v1alpha1
kind: ClusterProvider
metadata: {name: here}
spec: {type: logical, ownerTag: org-a}
`

const controlCenter = (name: string) => `
apiVersion: platform.keelson.dev/v1alpha1
kind: ControlCenter
metadata: {name: ${name}}
spec: {providerRef: {name: here}}
`

const PLATFORM = `
apiVersion: platform.keelson.dev/v1alpha1
kind: Platform
metadata: {name: shop}
spec: {providerRef: {name: here}, controlCenterRef: {name: emea}}
`

/** What a provider of infrastructure and of control planes installs: kinds that clusterctl moves, too. */
export const EXAMPLE_KINDS = [
  'infrastructure.cluster.x-k8s.io ExampleCluster',
  'infrastructure.cluster.x-k8s.io ExampleMachineTemplate',
  'infrastructure.cluster.x-k8s.io ExampleMachine',
  'controlplane.cluster.x-k8s.io ExampleControlPlane',
]
  .map((line) => line.split(' '))
  .map(
    ([group, kind = '']) => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${kind.toLowerCase()}s.${group}
  labels: {cluster.x-k8s.io/v1beta2: v1beta2, clusterctl.cluster.x-k8s.io: ""}
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

/** A Cluster of those kinds, and what it names. */
export const exampleCluster = (name: string) => `
apiVersion: cluster.x-k8s.io/v1beta2
kind: Cluster
metadata: {name: ${name}}
spec:
  infrastructureRef: {apiGroup: infrastructure.cluster.x-k8s.io, kind: ExampleCluster, name: ${name}}
  controlPlaneRef: {apiGroup: controlplane.cluster.x-k8s.io, kind: ExampleControlPlane, name: ${name}}
---
apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: ExampleCluster
metadata: {name: ${name}}
spec: {controlPlaneEndpoint: {host: example.com, port: 6443}}
---
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: ExampleControlPlane
metadata: {name: ${name}}
spec: {}
`

export interface ControlCenterWorld extends AsyncDisposable {
  readonly folder: string
  /** In the workspace of ControlCenters and Platforms. */
  readonly owner: Kubectl
  /** Another one beside `emea`. Resolves with the file of its kubeconfig. */
  readonly openControlCenter: (name: string) => Promise<string>
  readonly emea: Kubectl
  readonly emeaKubeconfig: string
}

export async function startControlCenter(): Promise<ControlCenterWorld> {
  await using stack = new AsyncDisposableStack()
  const { path: folder } = stack.use(await temporaryFolder())
  const keelson = stack.use(await startKeelson({ flags: ['--webhook-allow-cidr', '127.0.0.0/8'] }))
  const owner = await kubectlWith(keelson.kubeconfig)

  async function openControlCenter(name: string): Promise<string> {
    assert.equal((await owner.run('apply -f -', controlCenter(name))).code, 0)
    for (const condition of ['Ready', 'ClusterAPIAvailable']) {
      const waited = await owner.run(`wait --for=condition=${condition} --timeout=60s controlcenter/${name}`)
      assert.equal(waited.code, 0, waited.error)
    }
    const file = join(folder, `${name}.kubeconfig`)
    const issued = await runner(`kubeconfig ControlCenter/${name} --out ${file}`, folder, {
      KUBECONFIG: keelson.kubeconfig,
    })
    assert.equal(issued.code, 0, issued.out)
    return file
  }

  assert.equal((await owner.run('apply -f -', PROVIDER)).code, 0)
  const emeaKubeconfig = await openControlCenter('emea')
  const emea = await kubectlWith(emeaKubeconfig)
  assert.equal((await owner.run('apply -f -', PLATFORM)).code, 0)
  const created = await emea.run('wait --for=create --timeout=60s secret/shop-kubeconfig')
  assert.equal(created.code, 0, created.error)
  const available = await emea.run('wait --for=condition=Available --timeout=60s cluster/shop')
  assert.equal(available.code, 0, `${available.error} ${(await emea.run('get cluster shop -o yaml')).output}`)
  const running = stack.move()
  return {
    folder,
    owner,
    openControlCenter,
    emea,
    emeaKubeconfig,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** As a provider would, when it has built what it was asked for. */
export async function reportBuilt(kubectl: Kubectl, name: string): Promise<void> {
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'Built',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }
  for (const [resource, status] of [
    ['exampleclusters', { initialization: { provisioned: true }, conditions: [ready] }],
    ['examplecontrolplanes', { initialization: { controlPlaneInitialized: true } }],
  ] as const) {
    const command = `patch ${resource} ${name} --subresource=status --type=merge -p ${JSON.stringify({ status })}`
    const { code, error } = await kubectl.run(command)
    assert.equal(code, 0, error)
  }
}
