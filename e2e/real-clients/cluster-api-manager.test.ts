/**
 * Cluster API's own core manager, unmodified, at a control center that Keelson serves: with its definitions it takes over what
 * Keelson's core has looked after, its webhooks are asked, and what Keelson publishes stays as it is.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { freePort } from '../free-port.ts'
import { makeCertificates, readCertificate } from '../oracle/certificates.ts'
import { toolPath } from '../tools/build.ts'
import { run } from '../tools/go.ts'
import { clusterAPIVersion } from '../tools/recipes.ts'
import {
  type ControlCenterWorld,
  EXAMPLE_KINDS,
  exampleCluster,
  reportBuilt,
  startControlCenter,
} from './control-center.ts'

const deployment = `
apiVersion: cluster.x-k8s.io/v1beta2
kind: MachineDeployment
metadata: {name: workers}
spec:
  clusterName: example
  replicas: 2
  template:
    spec:
      clusterName: example
      bootstrap: {dataSecretName: bootstrap}
      infrastructureRef: {apiGroup: infrastructure.cluster.x-k8s.io, kind: ExampleMachineTemplate, name: workers}
---
apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: ExampleMachineTemplate
metadata: {name: workers}
spec: {template: {spec: {}}}
`

/** The folder of the module, as `go build` has it. */
async function moduleFolder(scratch: string): Promise<string> {
  const module = `sigs.k8s.io/cluster-api@${clusterAPIVersion}`
  return (JSON.parse(await run('go', ['mod', 'download', '-json', module], scratch)) as { Dir: string }).Dir
}

interface Webhooks {
  readonly port: number
  readonly caBundle: string
}

/** The service of a webhook is what kustomize makes of it; without one, a URL says the same. */
function byURL(text: string, { port, caBundle }: Webhooks): string {
  const documents = parseAllDocuments(text).map((document) => document.toJS() as { webhooks?: Webhook[] })
  for (const { webhooks = [] } of documents) {
    for (const webhook of webhooks) {
      const { path = '' } = webhook.clientConfig.service ?? {}
      webhook.clientConfig = { url: `https://127.0.0.1:${port}${path}`, caBundle }
    }
  }
  return documents.map((document) => stringify(document)).join('---\n')
}

interface Webhook {
  clientConfig: { service?: { path?: string }; url?: string; caBundle?: string }
}

describe('the core manager of Cluster API at a control center', { timeout: 600_000 }, () => {
  const stack = new AsyncDisposableStack()
  let world: ControlCenterWorld
  let source = ''
  let webhooks: Webhooks
  let log = ''

  const emea = async (line: string, input?: string): Promise<string> => {
    const { code, output, error } = await world.emea.run(line, input)
    assert.equal(code, 0, `${line}: ${error}`)
    return output
  }

  before(async () => {
    world = stack.use(await startControlCenter())
    source = await moduleFolder(world.folder)
    const certificates = join(world.folder, 'serving')
    await mkdir(certificates)
    await makeCertificates(certificates)
    await rename(join(certificates, 'apiserver.crt'), join(certificates, 'tls.crt'))
    await rename(join(certificates, 'apiserver.key'), join(certificates, 'tls.key'))
    const caBundle = Buffer.from(await readCertificate(certificates, 'ca.crt')).toString('base64')
    webhooks = { port: await freePort(), caBundle }
    await emea('apply -f -', EXAMPLE_KINDS)
    await emea('wait --for=condition=Established crd --all --timeout=60s')
    await emea('apply -f -', exampleCluster('example'))
    await reportBuilt(world.emea, 'example')
    await emea('wait --for=condition=Available --timeout=60s cluster/example')
  })
  after(() => stack.disposeAsync())

  test('its definitions take the place of Keelson’s', async () => {
    for (const name of parse(await readFile(join(source, 'config/crd/kustomization.yaml'), 'utf8')).resources) {
      const file = join(source, 'config/crd', name)
      await emea(`apply --server-side --force-conflicts -f ${file}`)
    }
    await emea('wait --for=condition=Established crd --all --timeout=60s')
    const generated = `get crd clusters.cluster.x-k8s.io -o jsonpath={.metadata.annotations}`
    assert.match(await emea(generated), /controller-gen/)
  })

  test('it starts, and finds the Clusters well', async () => {
    const certificates = join(world.folder, 'serving')
    const child = spawn(
      await toolPath('cluster-api-manager'),
      [
        `--webhook-port=${webhooks.port}`,
        `--webhook-cert-dir=${certificates}`,
        '--diagnostics-address=127.0.0.1:0',
        '--insecure-diagnostics',
        '--health-addr=127.0.0.1:0',
        '--remote-connection-grace-period=30s',
      ],
      { env: { HOME: world.folder, KUBECONFIG: world.emeaKubeconfig } },
    )
    stack.defer(async () => {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    })
    child.stderr.on('data', (piece) => {
      log += piece
    })
    // It sets what Keelson's core does not for a platform whose address it may reach, too; and in an object of its own time.
    await emea('annotate cluster example look=now')
    await emea('wait --for=condition=Available --timeout=120s cluster/shop')
    const manager = 'get cluster example -o jsonpath={.metadata.managedFields[*].manager} --show-managed-fields'
    for (;;) {
      assert.equal(child.exitCode, null, log)
      if (/\bmanager\b|cluster-api-manager/.test(await emea(manager))) break
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  })

  test('Keelson’s core looks on: a change is told by the manager alone', async () => {
    const status = { initialization: { provisioned: true }, conditions: [down()] }
    await emea(`patch exampleclusters example --subresource=status --type=merge -p ${JSON.stringify({ status })}`)
    await emea('wait --for=condition=InfrastructureReady=False --timeout=60s cluster/example')
    const told = JSON.parse(await emea('get cluster example -o json --show-managed-fields'))
    const fields = told.metadata.managedFields.filter(({ subresource }: { subresource?: string }) => subresource)
    const latest = fields.toSorted((one: { time: string }, other: { time: string }) =>
      one.time.localeCompare(other.time),
    )
    assert.doesNotMatch(latest.at(-1).manager, /^keelson/)
    await reportBuilt(world.emea, 'example')
    await emea('wait --for=condition=InfrastructureReady --timeout=60s cluster/example')
  })

  test('its webhooks default and refuse, by their URLs', async () => {
    await emea('apply -f -', byURL(await readFile(join(source, 'config/webhook/manifests.yaml'), 'utf8'), webhooks))
    const bare = `
apiVersion: cluster.x-k8s.io/v1beta2
kind: Cluster
metadata: {name: bare}
spec: {controlPlaneEndpoint: {host: example.com, port: 6443}}
`
    let refused = await world.emea.run('apply -f -', bare)
    // A configuration holds from the moment that the server has read it.
    while (refused.code === 0) {
      await emea('delete cluster bare')
      refused = await world.emea.run('apply -f -', bare)
    }
    assert.match(refused.error, /one of spec.controlPlaneRef, spec.infrastructureRef or spec.topology must be set/)
    await emea('create secret generic bootstrap')
    await emea('apply -f -', deployment)
    const selector = await emea('get machinedeployment workers -o jsonpath={.spec.selector.matchLabels}')
    assert.match(selector, /"cluster.x-k8s.io\/deployment-name":"workers"/)
  })

  test('machines come of a MachineDeployment, with the owners of Cluster API’s tree', async () => {
    await emea('wait --for=create --timeout=120s machineset -l cluster.x-k8s.io/deployment-name=workers')
    await emea('wait --for=jsonpath={.status.replicas}=2 --timeout=120s machinedeployment/workers')
    const { items } = JSON.parse(await emea('get machines -l cluster.x-k8s.io/cluster-name=example -o json'))
    assert.deepEqual(
      items.map(
        ({ metadata }: { metadata: { ownerReferences: { kind: string }[] } }) => metadata.ownerReferences[0]?.kind,
      ),
      ['MachineSet', 'MachineSet'],
    )
  })

  test('a platform of Keelson’s is a Cluster that it reaches', async () => {
    await emea('wait --for=condition=RemoteConnectionProbe --timeout=120s cluster/shop')
    await emea('wait --for=condition=ControlPlaneAvailable --timeout=60s cluster/shop')
    const shop = await emea('get cluster shop -o yaml')
    assert.match(await emea('get clusters'), /shop +True .*Provisioned/, shop)
  })

  test('it ends a Cluster, and Keelson ends a platform', async () => {
    await emea('delete machinedeployment workers --timeout=120s')
    await emea('delete cluster example --timeout=120s')
    const { code, error } = await world.owner.run('delete platform shop --timeout=60s')
    assert.equal(code, 0, error)
    await emea('wait --for=delete cluster/shop --timeout=60s')
    assert.equal(await emea('get clusters -o name'), '')
  })
})

function down() {
  return {
    type: 'Ready',
    status: 'False',
    reason: 'Down',
    message: 'balancer',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }
}
