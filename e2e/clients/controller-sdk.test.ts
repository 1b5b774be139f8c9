/** What is written with keelson/controller is an ordinary client: here it works on a plain cluster, the real kube-apiserver. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addFinalizer,
  apply,
  type Client,
  createClient,
  eventRecorder,
  find,
  httpsTransport,
  type KubeObject,
  LEASES,
  loadKubeconfig,
  ownerReference,
  patchStatus,
  removeFinalizer,
  resourceRef,
  runLeaderElection,
  startController,
  watching,
} from '../../src/controller/index.ts'
import { eventually } from '../../src/testing/index.ts'
import { startKubeApiserver } from '../oracle/kube-apiserver.ts'

interface Greeting extends KubeObject {
  readonly spec: { readonly name: string }
  readonly status?: { readonly text?: string }
}
const GREETINGS = resourceRef<Greeting>('example.com/v1', 'greetings', { namespaced: true })
const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const EVENTS = resourceRef('v1', 'events', { namespaced: true })
const CRDS = resourceRef('apiextensions.k8s.io/v1', 'customresourcedefinitions', { namespaced: false })
const NAMESPACES = resourceRef('v1', 'namespaces', { namespaced: false })
const FINALIZER = 'example.com/farewell'
const PLACE = { namespace: 'default' }

const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'greetings.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'greetings', singular: 'greeting', kind: 'Greeting', listKind: 'GreetingList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

function startGreetings(client: Client, farewells: string[]) {
  const recorder = eventRecorder({ component: 'greetings', now: Date.now })
  return startController({
    name: 'greetings',
    client,
    sources: [watching(GREETINGS)],
    async reconcile({ namespace, name }, { client }) {
      const found = await find(client, GREETINGS, name, { namespace })
      if (found === undefined) return
      if (found.metadata.deletionTimestamp !== undefined) {
        farewells.push(name)
        await removeFinalizer(client, GREETINGS, found, FINALIZER)
        return
      }
      const greeting = await addFinalizer(client, GREETINGS, found, FINALIZER)
      const text = `Hello, ${greeting.spec.name}!`
      await apply(client, CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace, ownerReferences: [ownerReference(greeting)] },
        data: { text },
      })
      await patchStatus(client, GREETINGS, greeting, { text })
      await recorder.event(client, greeting, { type: 'Normal', reason: 'Greeted', message: text })
    },
  })
}

test('a controller of keelson/controller on kube-apiserver', async () => {
  await using server = await startKubeApiserver()
  const config = loadKubeconfig({ file: server.kubeconfig, env: {} })
  using transport = httpsTransport(config)
  const client = createClient({ transport, cluster: new URL(config.server).pathname })
  await eventually(() => client.get(NAMESPACES, 'default'))
  await client.create(CRDS, DEFINITION)
  await eventually(() => client.list(GREETINGS, PLACE))

  const stop = new AbortController()
  const farewells: string[] = []
  const leading = runLeaderElection({
    client,
    ...PLACE,
    name: 'greetings',
    identity: 'this',
    signal: stop.signal,
    async lead(signal) {
      await using _controller = startGreetings(client, farewells)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    },
  })
  await client.create(GREETINGS, {
    apiVersion: 'example.com/v1',
    kind: 'Greeting',
    metadata: { name: 'ada', ...PLACE },
    spec: { name: 'Ada' },
  })
  await eventually(async () => {
    assert.equal((await client.get(GREETINGS, 'ada', PLACE)).status?.text, 'Hello, Ada!')
    const { items } = await client.list(EVENTS, { ...PLACE, fieldSelector: 'reason=Greeted' })
    assert.equal(items.length, 1)
  })
  assert.deepEqual((await client.get(CONFIG_MAPS, 'ada', PLACE)).data, { text: 'Hello, Ada!' })
  assert.equal((await client.get(LEASES, 'greetings', PLACE)).spec.holderIdentity, 'this')
  await client.patch(GREETINGS, 'ada', 'merge', { spec: { name: 'Grace' } }, PLACE)
  await eventually(async () =>
    assert.deepEqual((await client.get(CONFIG_MAPS, 'ada', PLACE)).data, { text: 'Hello, Grace!' }),
  )
  await client.delete(GREETINGS, 'ada', PLACE)
  await eventually(() => assert.rejects(client.get(GREETINGS, 'ada', PLACE), /not found/))
  assert.ok(farewells.includes('ada'))

  stop.abort()
  await leading
  assert.equal((await client.get(LEASES, 'greetings', PLACE)).spec.holderIdentity, '')
})
