/** The provider kind by the command and by a server, on a Docker and a kind that are pretended: e2e/kind has the real ones. */
import assert from 'node:assert/strict'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type FakeDocker, startFakeDocker } from '../../src/providers/kind/fake/fake-docker.ts'
import { eventually } from '../../src/testing/index.ts'
import { type Kubectl, kubectlWith } from '../kubectl/kubectl.ts'
import { type Keelson, startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { runner } from './runner.ts'

const MANIFESTS = `
apiVersion: platform.keelson.dev/v1alpha1
kind: ClusterProvider
metadata: {name: docker}
spec: {type: kind, ownerTag: org-a}
---
apiVersion: platform.keelson.dev/v1alpha1
kind: ControlCenter
metadata: {name: emea}
spec: {providerRef: {name: docker}, version: v1.35.4, topology: {pools: [{name: w, replicas: 1}]}}
`

/** As the sample of cluster-api-provider-kind. */
const KIND_CLUSTER = `
apiVersion: cluster.x-k8s.io/v1beta1
kind: Cluster
metadata: {name: shop, namespace: default}
spec:
  infrastructureRef:
    apiVersion: infrastructure.cluster.x-k8s.io/v1alpha3
    kind: KindCluster
    name: shop
    namespace: default
---
apiVersion: infrastructure.cluster.x-k8s.io/v1alpha3
kind: KindCluster
metadata: {name: shop, namespace: default}
spec: {name: shop, controlPlaneNodes: 1, workerNodes: 1}
`

describe('clusters of kind', () => {
  const stack = new AsyncDisposableStack()
  let folder = ''
  let docker: FakeDocker
  let environment: Record<string, string>
  const names = () => [...docker.containers.values()].map(({ name }) => name).sort()

  before(async () => {
    folder = stack.use(await temporaryFolder()).path
    docker = stack.use(await startFakeDocker())
    const command = join(folder, 'kind')
    const program = join(import.meta.dirname, '../../src/providers/kind/fake/fake-kind.ts')
    await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
    await chmod(command, 0o755)
    environment = { DOCKER_HOST: `unix://${docker.socket}`, KEELSON_KIND: command, PATH: process.env.PATH ?? '' }
  })
  after(() => stack.disposeAsync())

  test('are planned, made, found, mended and ended by the command alone', async () => {
    await writeFile(join(folder, 'manifests.yaml'), MANIFESTS)
    const run = (line: string) => runner(`${line} --local -f manifests.yaml`, folder, environment)
    const done = async (line: string, code = 0) => {
      const ran = await run(line)
      assert.equal(ran.code, code, ran.out)
      return ran.out
    }
    const planned = await done('plan --detailed-exitcode', 2)
    assert.match(planned, /ControlCenter\/emea +create +docker \(kind, nodes in containers of this machine\)/)
    assert.deepEqual(names(), [])
    await done('apply --auto-approve')
    const made = names()
    assert.match(made.join(), /^keelson-emea-[0-9a-f]{12}-control-plane,keelson-emea-[0-9a-f]{12}-worker$/)
    await done('drift --detailed-exitcode')
    await done('kubeconfig ControlCenter/emea --out emea.kubeconfig')
    assert.match(await readFile(join(folder, 'emea.kubeconfig'), 'utf8'), /server: https:\/\/127\.0\.0\.1:\d+/)
    for (const container of docker.containers.values()) {
      if (container.name.endsWith('worker'))
        Object.assign(container, { state: 'exited', status: 'Exited (1) just now' })
    }
    assert.match(await done('drift --detailed-exitcode', 2), /repair.*worker: Exited \(1\) just now/)
    await done('apply --auto-approve')
    await done('drift --detailed-exitcode')
    await done('destroy --auto-approve')
    assert.deepEqual([docker.containers.size, docker.volumes.size], [0, 0])
  })

  describe('by a server', () => {
    let keelson: Keelson
    let kubectl: Kubectl

    before(async () => {
      // What it is started with is what this process has.
      Object.assign(process.env, environment)
      keelson = stack.use(await startKeelson())
      kubectl = await kubectlWith(keelson.kubeconfig)
    })

    const must = async (of: Kubectl, line: string, input?: string) => {
      const { code, output, error } = await of.run(line, input)
      assert.equal(code, 0, error)
      return output
    }

    test('a KindCluster in a control center becomes one, by its known manifest', async () => {
      const center = MANIFESTS.replace('type: kind', 'type: logical').replace(/, version: .*}/, '}')
      await must(kubectl, 'apply -f -', center)
      await must(kubectl, 'wait --for=condition=ClusterAPIAvailable controlcenter/emea --timeout=120s')
      const issued = await runner('kubeconfig ControlCenter/emea --out center.kubeconfig', folder, {
        ...environment,
        KUBECONFIG: keelson.kubeconfig,
      })
      assert.equal(issued.code, 0, issued.out)
      const inside = await kubectlWith(join(folder, 'center.kubeconfig'))
      await must(inside, 'apply -f -', KIND_CLUSTER)
      await must(inside, 'wait --for=jsonpath={.status.ready}=true kindcluster/shop --timeout=120s')
      await must(inside, 'wait --for=jsonpath={.status.phase}=Provisioned cluster/shop --timeout=120s')
      const table = await must(inside, 'get kindclusters')
      assert.match(table, /^NAME +READY +PHASE\nshop +true +Ready\n$/)
      assert.deepEqual(names(), ['shop-control-plane', 'shop-worker'])
      assert.equal(await must(inside, 'get secret shop-kubeconfig -o jsonpath={.type}'), 'cluster.x-k8s.io/secret')
      await must(inside, 'delete cluster shop --timeout=120s')
      assert.deepEqual([docker.containers.size, docker.volumes.size], [0, 0])
    })

    test('what fails is told in the object, with the last lines of the log', async () => {
      docker.kind = { failure: ['kubeadm: booting', 'ERROR: failed to create cluster: no space left on device'] }
      const center = MANIFESTS.replaceAll('name: docker', 'name: real').replace('name: emea', 'name: apac')
      await must(kubectl, 'apply -f -', center)
      await eventually(async () => {
        const told = await must(kubectl, 'get controlcenter apac -o jsonpath={.status.conditions}')
        assert.match(told, /Docker's disk is full/)
      })
      const told = await must(kubectl, 'get events -o jsonpath={.items[*].message}')
      assert.match(told, /Docker's disk is full[\s\S]*kubeadm: booting/)
      docker.kind = {}
      await must(kubectl, 'wait --for=condition=Ready controlcenter/apac --timeout=120s')
      await must(kubectl, 'delete controlcenter apac --timeout=120s')
      assert.deepEqual([docker.containers.size, docker.volumes.size], [0, 0])
    })
  })
})
