/** Cluster API's own command at a control center that Keelson serves: what its users expect to see. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { kubectlWith } from '../kubectl/kubectl.ts'
import { toolPath } from '../tools/build.ts'
import {
  type ControlCenterWorld,
  EXAMPLE_KINDS,
  exampleCluster,
  reportBuilt,
  startControlCenter,
} from './control-center.ts'

describe('clusterctl at a control center', () => {
  let world: ControlCenterWorld

  async function clusterctl(line: string, kubeconfig = world.emeaKubeconfig): Promise<string> {
    const env = { HOME: world.folder, KUBECONFIG: kubeconfig, CLUSTERCTL_DISABLE_VERSIONCHECK: 'true' }
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
    world = await startControlCenter()
  })
  after(() => world[Symbol.asyncDispose]())

  test('describes a platform', async () => {
    const shown = await clusterctl('describe cluster shop')
    assert.match(shown, /^NAME +REPLICAS +AVAILABLE +READY +UP TO DATE +STATUS +REASON +SINCE +MESSAGE/)
    assert.match(shown, /^Cluster\/shop +True +Available/m)
    assert.match(shown, /ControlPlane - PlatformControlPlane\/shop/)
    // What `--v1beta2=false` would show, which clusterctl v1.13 writes to its standard input.
    const ready = `get cluster shop -o jsonpath={.status.deprecated.v1beta1.conditions[?(@.type=="Ready")].status}`
    assert.equal((await world.emea.run(ready)).output, 'True')
  })

  test('gives the kubeconfig of a platform', async () => {
    const file = join(world.folder, 'shop.kubeconfig')
    await writeFile(file, await clusterctl('get kubeconfig shop'), { mode: 0o600 })
    const shop = await kubectlWith(file)
    assert.match((await shop.run('get namespaces -o name')).output, /namespace\/kube-system/)
  })

  test('describes a Cluster of other providers, with what it stands on', async () => {
    const { emea } = world
    assert.equal((await emea.run('apply -f -', EXAMPLE_KINDS)).code, 0)
    await emea.run('wait --for=condition=Established crd --all')
    const applied = await emea.run('apply -f -', exampleCluster('example'))
    assert.equal(applied.code, 0, applied.error)
    await reportBuilt(emea, 'example')
    const waited = await emea.run('wait --for=condition=Available --timeout=60s cluster/example')
    assert.equal(waited.code, 0, `${waited.error} ${(await emea.run('get cluster example -o yaml')).output}`)
    const shown = await clusterctl('describe cluster example --show-conditions all')
    assert.match(shown, /^Cluster\/example/m)
    assert.match(shown, /Available +True +Available/)
    assert.match(shown, /ClusterInfrastructure - ExampleCluster\/example/)
    assert.match(shown, /ControlPlane - ExampleControlPlane\/example/)
    assert.match(shown, /InfrastructureReady +True +Built/)
    assert.match((await emea.run('get clusters')).output, /example +True .*Provisioned/)
  })

  test('moves a namespace into a directory, and from there into another control center', async () => {
    const { emea } = world
    const directory = join(world.folder, 'moved')
    await mkdir(directory)
    await clusterctl(`move --to-directory ${directory} -n default`)
    const files = (await readdir(directory)).map((file) => file.split('_').slice(0, 1)[0])
    for (const kind of ['Cluster', 'ExampleCluster', 'ExampleControlPlane', 'PlatformControlPlane', 'Secret']) {
      assert.ok(files.includes(kind), `${kind} is not among ${files}`)
    }
    // What was moved out goes on where it was.
    const paused = await emea.run('get cluster example -o jsonpath={.spec.paused}')
    assert.equal(paused.output, '')
    const file = await world.openControlCenter('apac')
    const apac = await kubectlWith(file)
    assert.equal((await apac.run('apply -f -', EXAMPLE_KINDS)).code, 0)
    await apac.run('wait --for=condition=Established crd --all')
    await clusterctl(`move --from-directory ${directory}`, file)
    const [cluster, infrastructure] = await Promise.all(
      ['cluster', 'examplecluster'].map(async (kind) =>
        JSON.parse((await apac.run(`get ${kind} example -o json`)).output),
      ),
    )
    assert.equal(cluster.spec.paused, undefined)
    assert.equal(infrastructure.metadata.ownerReferences[0].uid, cluster.metadata.uid)
    // A status is never moved: whoever looks after an object makes it anew.
    await reportBuilt(apac, 'example')
    const waited = await apac.run('wait --for=condition=Available --timeout=60s cluster/example')
    assert.equal(waited.code, 0, `${waited.error} ${(await apac.run('get cluster example -o yaml')).output}`)
  })

  test('ends a Cluster with what it stands on', async () => {
    const { emea } = world
    const deleted = await emea.run('delete cluster example --timeout=60s')
    assert.equal(deleted.code, 0, deleted.error)
    assert.match((await emea.run('get exampleclusters,examplecontrolplanes')).error, /No resources found/)
  })
})
