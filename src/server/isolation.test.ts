import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { KubeObject } from '../machinery/index.ts'
import { type Client, resourceRef, startServer } from '../testing/index.ts'

const CONFIG_MAPS = resourceRef('v1', 'configmaps', { namespaced: true })
const ROLES = resourceRef('rbac.authorization.k8s.io/v1', 'clusterroles', { namespaced: false })
const KINDS = [
  [CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap' }, 'default'],
  [ROLES, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', rules: [] }, ''],
] as const

const command = fc.record({
  cluster: fc.nat(2),
  kind: fc.nat(1),
  verb: fc.constantFrom('create', 'label', 'delete', 'deletecollection'),
  name: fc.constantFrom('a', 'ab', 'b', 'a.b'),
})

test('whatever is done in one workspace, the others neither see nor feel it', async () => {
  await using server = await startServer({ features: [] })
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (commands) => {
      const number = run++
      const clients: Client[] = []
      // One workspace's path begins as another's does.
      for (const name of [`w${number}`, `w${number}x`, `w${number}-x`]) clients.push(await server.workspace(name))
      const model = clients.map(() => KINDS.map(() => new Map<string, string>()))
      for (const [index, { cluster, kind, verb, name }] of commands.entries()) {
        const client = clients[cluster]
        const [resource, object, namespace] = KINDS[kind] ?? assert.fail()
        const known = model[cluster]?.[kind]
        assert.ok(client && known)
        const labels = { made: `by-${cluster}-${index}` }
        const options = { namespace }
        const exists = known.has(name)
        if (verb === 'create') {
          const metadata = { name, labels, ...(namespace !== '' && { namespace }) }
          const made = client.create(resource, { ...object, metadata } as KubeObject)
          await (exists ? assert.rejects(made) : made)
          if (!exists) known.set(name, labels.made)
        } else if (verb === 'label') {
          const patched = client.patch(resource, name, 'merge', { metadata: { labels } }, options)
          await (exists ? patched : assert.rejects(patched))
          if (exists) known.set(name, labels.made)
        } else if (verb === 'delete') {
          const deleted = client.delete(resource, name, options)
          await (exists ? deleted : assert.rejects(deleted))
          known.delete(name)
        } else {
          await client.deleteCollection(resource, { ...options, labelSelector: 'made' })
          known.clear()
        }
      }
      for (const [index, client] of clients.entries()) {
        for (const [kind, [resource]] of KINDS.entries()) {
          const { items } = await client.list(resource, { labelSelector: 'made' })
          const found = new Map(items.map(({ metadata }) => [metadata.name, metadata.labels?.made]))
          assert.deepEqual(found, model[index]?.[kind])
        }
      }
    }),
    { numRuns: 25 },
  )
})
