/** Real nodes: workers that come and go, pods that reach each other across them, and an upgrade that keeps what runs. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { ClusterIntent, ClusterProvider, ObservedCluster } from '../../src/providers/index.ts'
import { openKindProvider } from '../../src/providers/index.ts'
import { type Kubectl, kubectlWith } from '../kubectl/kubectl.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { kubernetesVersion } from '../tools/recipes.ts'
import type { Docker } from './docker-daemon.ts'
import { kindEnvironment, startKindDocker } from './kind-docker.ts'
import { provideBalancerImage } from './light-image.ts'
import { PAUSE_IMAGE } from './node-image/images.ts'
import { NEXT_VERSION, NODE_IMAGES, provideNodeImage } from './node-image/node-image.ts'

const OWNER = 'org-a'
const within = () => AbortSignal.timeout(900_000)
const pool = (replicas: number) => ({ pools: [{ name: 'a', replicas }] })

const intentOf = (spec: ClusterIntent['spec']): ClusterIntent => ({
  externalName: 'nodes',
  identity: { org: 'acme', workspace: 'root:acme', kind: 'Platform', name: 'nodes' },
  ownerTag: OWNER,
  manifestDigest: `sha256:${JSON.stringify(spec).length}`,
  run: 'run-1',
  spec,
})

const stack = new AsyncDisposableStack()
let docker: Docker
let provider: ClusterProvider
let cluster: ObservedCluster
let kubectl: Kubectl

async function must(command: string, input?: string): Promise<string> {
  const { code, output, error } = await kubectl.run(command, input)
  assert.equal(code, 0, `kubectl ${command}: ${error}`)
  return output
}

async function kubectlOf({ externalID }: ObservedCluster): Promise<Kubectl> {
  const file = join(stack.use(await temporaryFolder()).path, 'kubeconfig')
  const { kubeconfig } = await provider.issueAccess(externalID, 3600, { ownerTag: OWNER, signal: within() })
  await writeFile(file, kubeconfig.reveal(), { mode: 0o600 })
  return kubectlWith(file)
}

before(async () => {
  docker = stack.use(await startKindDocker())
  await provideNodeImage(docker, NEXT_VERSION)
  provider = openKindProvider({ image: NODE_IMAGES }, { env: { ...process.env, ...(await kindEnvironment(docker)) } })
  cluster = await provider.create(intentOf({ version: kubernetesVersion, topology: pool(1) }), { signal: within() })
  kubectl = await kubectlOf(cluster)
  await must('wait --for=create serviceaccount/default --timeout=300s')
})
after(() => stack.disposeAsync())

const nodes = async () =>
  (
    await must(
      'get nodes --sort-by=.metadata.name -o jsonpath={range.items[*]}{.metadata.name}={.status.nodeInfo.kubeletVersion},{end}',
    )
  )
    .split(',')
    .filter(Boolean)

test('a control plane and a worker are Ready, and say which version they run', async () => {
  await must('wait --for=condition=Ready nodes --all --timeout=300s')
  assert.deepEqual(await nodes(), [`nodes-control-plane=${kubernetesVersion}`, `nodes-worker=${kubernetesVersion}`])
  assert.deepEqual(cluster.spec, {
    version: kubernetesVersion,
    topology: { controlPlane: { replicas: 1 }, ...pool(1) },
  })
})

test('a pod on the worker is reached from the control plane', async () => {
  await must('apply -f -', podOn('nodes-worker'))
  await must('wait --for=condition=Ready pod/pinned --timeout=300s')
  const address = await must('get pod pinned -o jsonpath={.status.podIP}')
  // Nobody listens there: a refusal (7) comes from the pod, and where no way leads to it there is none (28).
  const refused = docker.run('exec', 'nodes-control-plane', 'curl', '--max-time', '20', `http://${address}:1`)
  await assert.rejects(refused, /ended with 7\b/)
  await must('delete pod pinned')
})

test('a pool grows, and what was added runs pods', async () => {
  cluster = await provider.update(cluster.externalID, intentOf({ topology: pool(2) }), { signal: within() })
  await must('wait --for=condition=Ready node/nodes-worker2 --timeout=300s')
  await must('apply -f -', podOn('nodes-worker2'))
  await must('wait --for=condition=Ready pod/pinned --timeout=300s')
})

test('a pool shrinks by the last that came', async () => {
  cluster = await provider.update(cluster.externalID, intentOf({ topology: pool(1) }), { signal: within() })
  assert.deepEqual((await nodes()).length, 2)
})

test('an upgrade replaces every node, and keeps objects and the credential', async () => {
  await must('create configmap kept --from-literal=a=b')
  await must('delete pods --all')
  const before = await docker.run('ps', '--quiet', '--no-trunc')
  const spec = { version: NEXT_VERSION, topology: pool(1) }
  cluster = await provider.update(cluster.externalID, intentOf(spec), { signal: within() })
  assert.equal(cluster.spec.version, NEXT_VERSION)
  const present = await docker.run('ps', '--all', '--quiet', '--no-trunc')
  for (const id of before.split('\n').filter(Boolean)) assert.ok(!present.includes(id))
  assert.equal(JSON.parse(await must('version -o json')).serverVersion.gitVersion, NEXT_VERSION)
  await must('wait --for=condition=Ready nodes --all --timeout=300s')
  assert.deepEqual(await nodes(), [`nodes-control-plane=${NEXT_VERSION}`, `nodes-worker=${NEXT_VERSION}`])
  assert.equal(await must('get configmap kept -o jsonpath={.data.a}'), 'b')
  await must('apply -f -', podOn('nodes-worker'))
  await must('wait --for=condition=Ready pod/pinned --timeout=300s')
})

async function assertNothingLeft(): Promise<void> {
  assert.equal(await docker.run('ps', '--all', '--quiet'), '')
  assert.equal(await docker.run('volume', 'ls', '--quiet'), '')
}

test('after it nothing is left', async () => {
  await provider.delete(cluster.externalID, { ownerTag: OWNER, signal: within() })
  await assertNothingLeft()
})

test('of three control planes one may go: the API is written to meanwhile, and it comes back', async () => {
  await provideBalancerImage(docker)
  const topology = { controlPlane: { replicas: 3 }, pools: [] }
  const intent = intentOf({ version: kubernetesVersion, topology })
  cluster = await provider.create(intent, { signal: within() })
  assert.deepEqual([cluster.state, cluster.spec], ['ready', { version: kubernetesVersion, topology }])
  kubectl = await kubectlOf(cluster)
  await must('wait --for=condition=Ready nodes --all --timeout=600s')
  assert.deepEqual(
    await nodes(),
    ['', '2', '3'].map((number) => `nodes-control-plane${number}=${kubernetesVersion}`),
  )
  await docker.run('kill', 'nodes-control-plane2')
  const hurt = await provider.observe(cluster.externalName, within())
  assert.ok(hurt.found)
  assert.match(`${hurt.state}: ${hurt.message}`, /^failed: not all of its nodes run: nodes-control-plane2/)
  await must('create configmap kept --from-literal=a=b')
  cluster = await provider.update(cluster.externalID, intent, { signal: within() })
  assert.equal(cluster.state, 'ready')
  await must('wait --for=condition=Ready node/nodes-control-plane2 --timeout=600s')
  await provider.delete(cluster.externalID, { ownerTag: OWNER, signal: within() })
  await assertNothingLeft()
})

const podOn = (node: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: pinned}
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 0
  containers: [{name: pause, image: ${PAUSE_IMAGE}}]
`
