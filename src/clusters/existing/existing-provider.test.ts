import { inProcessTransport } from '../../client/index.ts'
import { createClient } from '../../controller/index.ts'
import { KeelsonError } from '../../machinery/index.ts'
import {
  type AdoptedWorld,
  describeAdoptingProvider,
  describeInterruptedAdoption,
  type Interruptible,
} from '../../providers/conformance.ts'
import { externalNameOf, openLogicalProvider, TAGS } from '../../providers/index.ts'
import { resourceRef, startServer } from '../../testing/index.ts'
import { connect } from './connection.ts'
import { type ExistingCluster, openExistingProvider } from './existing-provider.ts'
import { selfContainedConfig } from './kubeconfig.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const OWNED = ['configmaps', 'serviceaccounts', 'clusterrolebindings', 'secrets']
const signal = new AbortController().signal
const USER = { username: 'logical-cluster-provider', groups: ['system:masters'] }

/** Each cluster is an API of its own, with an endpoint and an authority of its own: a logical cluster of a server for tests. */
async function openExistingWorld(): Promise<AdoptedWorld & Interruptible> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startServer({ listen: true }))
  const transport = inProcessTransport(server.handler, USER)
  const logical = openLogicalProvider({
    client: () => createClient({ transport, cluster: '/clusters/system:admin' }),
  })
  const clusters: ExistingCluster[] = []
  let isCutOff = false

  const running = opened.move()
  return {
    open: () => openExistingProvider({ clusters }),
    specs: { first: {}, second: {} },
    refused: { spec: { version: 'v1.35.0' }, field: 'spec.version' },
    async plant(name, _, ownerTag) {
      const identity = { org: 'acme', workspace: 'root:acme', kind: 'Platform', name }
      const made = await logical.create(
        {
          externalName: externalNameOf(identity),
          identity,
          ownerTag: 'those-whose-it-is',
          manifestDigest: 'sha256:0',
          run: 'run-0',
          spec: {},
        },
        { signal },
      )
      const { kubeconfig } = await logical.issueAccess(made.externalID, 3600, { ownerTag: 'those-whose-it-is', signal })
      const config = selfContainedConfig(kubeconfig.reveal(), name)
      clusters.push({
        name,
        async config() {
          if (isCutOff) throw new KeelsonError('no route', 'end the fault')
          return config
        },
      })
      if (ownerTag === undefined) return
      using connection = connect(config, () => true)
      await connection.client.create(CONFIG_MAPS, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'keelson-adoption', namespace: 'kube-system' },
        data: { [TAGS.owner]: ownerTag },
      })
    },
    async cutOff() {
      isCutOff = true
    },
    async heal() {
      isCutOff = false
    },
    interrupt(nth, between) {
      let left = nth
      let isDone = false
      server.faults.interrupt(
        async () => {
          isDone = true
          await between()
        },
        ({ headers }) => headers['user-agent'] === 'keelson/existing' && --left === 0,
      )
      return () => {
        server.faults.interrupt(between, () => false)
        return isDone
      }
    },
    async everythingKept() {
      const lists = clusters.map(async ({ name, config }) => {
        using connection = connect(await config(signal), () => true)
        const resources = (await connection.client.discovery.resources()).filter(({ verbs }) => verbs.includes('list'))
        const kept = resources.filter(({ resource }) => OWNED.includes(resource))
        const found = await Promise.all(kept.map((resource) => connection.client.list(resource)))
        return `${name} ${found.map(({ items }) => JSON.stringify(items)).join('\n')}`
      })
      return (await Promise.all(lists)).join('\n')
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

describeAdoptingProvider('existing', openExistingWorld)
describeInterruptedAdoption('existing', openExistingWorld)
