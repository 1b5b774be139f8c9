import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { isStatus, type KubeObject } from '../../machinery/index.ts'
import { type Client, eventually, resourceRef, startServer, type TestServer } from '../../testing/index.ts'
import { ALICE, type APIExport, allowAlice, apiExport, conditionOf, exported, widgetSchema } from './test-objects.ts'

const SCHEMAS = resourceRef('apis.kcp.io/v1alpha1', 'apiresourceschemas', { namespaced: false })
const EXPORTS = resourceRef<APIExport>('apis.kcp.io/v1alpha2', 'apiexports', { namespaced: false })
const SECRETS = resourceRef('v1', 'secrets', { namespaced: true })
const isRefused = (text: RegExp) => (error: unknown) => isStatus(error, 'Forbidden') && text.test(error.message)

let server: TestServer
let client: Client
before(async () => {
  server = await startServer()
  client = await server.workspace('provider')
})
after(() => server[Symbol.asyncDispose]())

describe('an APIResourceSchema', () => {
  const changed = (change: (spec: Record<string, unknown>) => void, name = 'v1.widgets.example.com'): KubeObject => {
    const schema = structuredClone(widgetSchema())
    schema.metadata.name = name
    change(schema.spec as Record<string, unknown>)
    return schema
  }
  const versionsOf = (spec: Record<string, unknown>) => spec.versions as Record<string, unknown>[]

  const REFUSED: readonly [string, KubeObject, RegExp][] = [
    [
      'a name of another resource',
      changed(() => undefined, 'v1.gadgets.example.com'),
      /metadata\.name: Invalid value.*must end in \.widgets\.example\.com/,
    ],
    ['a prefix that begins with a digit', changed(() => undefined, '1.widgets.example.com'), /metadata\.name/],
    [
      'a protected group without approval',
      changed((spec) => {
        spec.group = 'apps.k8s.io'
      }, 'v1.widgets.apps.k8s.io'),
      /api-approved\.kubernetes\.io/,
    ],
    [
      'a group without a dot',
      changed((spec) => {
        spec.group = 'example'
      }, 'v1.widgets.example'),
      /spec\.group/,
    ],
    [
      'a schema that is not structural',
      changed((spec) => {
        for (const version of versionsOf(spec)) version.schema = { type: 'object', properties: { spec: {} } }
      }),
      /spec\.versions\[0\]\.schema\.properties\[spec\]\.type: Required value/,
    ],
    [
      'no version to store',
      changed((spec) => {
        for (const version of versionsOf(spec)) version.storage = false
      }),
      /storage/,
    ],
    [
      'several versions without a conversion',
      changed((spec) => {
        spec.versions = versionsOf(spec).flatMap((version) => [version, { ...version, name: 'v2', storage: false }])
      }),
      /spec\.conversion: Required value/,
    ],
  ]
  for (const [what, schema, message] of REFUSED) {
    test(`is refused with ${what}`, async () => {
      await assert.rejects(client.create(SCHEMAS, schema), isRefused(message))
    })
  }

  test('may be of the core group, and is never changed', async () => {
    const schema = changed((spec) => {
      spec.group = ''
      spec.names = { plural: 'services', singular: 'service', kind: 'Service', listKind: 'ServiceList' }
    }, 'v1.services.core')
    const created = await client.create(SCHEMAS, schema)
    await client.patch(SCHEMAS, 'v1.services.core', 'merge', { metadata: { labels: { a: 'b' } } })
    const spec = { ...(created.spec as object), scope: 'Cluster' }
    await assert.rejects(
      client.patch(SCHEMAS, 'v1.services.core', 'merge', { spec }),
      isRefused(/spec: Invalid value.*field is immutable/),
    )
  })
})

describe('an APIExport', () => {
  test('has its identity when the create is answered', async () => {
    const created = await client.create(EXPORTS, apiExport('first'))
    assert.deepEqual(created.spec.identity?.secretRef, { namespace: 'kcp-system', name: 'first' })
    const secret = await client.get(SECRETS, 'first', { namespace: 'kcp-system' })
    const { key = '' } = secret.data as Record<string, string>
    const bytes = Buffer.from(key, 'base64')
    assert.equal(created.status?.identityHash, createHash('sha256').update(bytes).digest('hex'))
    assert.equal(conditionOf(created, 'IdentityValid')?.status, 'True')
    assert.equal(created.metadata.annotations?.['kcp.io/path'], 'root:provider')
    const second = await client.create(EXPORTS, apiExport('second'))
    assert.notEqual(second.status?.identityHash, created.status?.identityHash)
  })

  test('may take an identity that is there, and waits for one that is not', async () => {
    const metadata = { name: 'own', namespace: 'default' }
    const spec = { resources: [], identity: { secretRef: { namespace: 'default', name: 'own' } } }
    const waiting = await client.create(EXPORTS, { ...apiExport('third'), spec })
    assert.equal(waiting.status?.identityHash, undefined)
    const { status, reason } = conditionOf(waiting, 'IdentityValid') ?? {}
    assert.deepEqual([status, reason], ['False', 'IdentityVerificationFailed'])
    const data = { key: Buffer.from('abc').toString('base64') }
    await client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata, data })
    const expected = createHash('sha256').update('abc').digest('hex')
    assert.equal((await client.create(EXPORTS, { ...apiExport('fourth'), spec })).status?.identityHash, expected)
    await eventually(async () => {
      const again = await client.get(EXPORTS, 'third')
      assert.equal(again.status?.identityHash, expected)
      assert.equal(conditionOf(again, 'IdentityValid')?.status, 'True')
    })
  })

  test('keeps its identity whatever its Secret becomes', async () => {
    const { status } = await client.create(EXPORTS, apiExport('kept'))
    const data = { key: Buffer.from('another').toString('base64') }
    await client.patch(SECRETS, 'kept', 'merge', { data }, { namespace: 'kcp-system' })
    const looked = await client.patch(EXPORTS, 'kept', 'merge', { metadata: { labels: { look: 'again' } } })
    assert.equal(looked.status?.identityHash, status?.identityHash)
    assert.equal(conditionOf(looked, 'IdentityValid')?.reason, 'IdentityVerificationFailed')
  })

  const claim = { group: 'apps.example.com', resource: 'things', verbs: ['*'] }
  const virtual = { virtual: { identityHash: 'a', reference: { apiGroup: 'a', kind: 'B', name: 'c' } } }
  const REFUSED: readonly [string, APIExport, RegExp][] = [
    [
      'a schema of another resource',
      apiExport('bad', [{ ...exported(), schema: 'v1.gadgets.example.com' }]),
      /spec\.resources\[0\]\.schema: Invalid value: "v1\.gadgets\.example\.com": must end in \.widgets\.example\.com/,
    ],
    [
      'virtual storage',
      apiExport('bad', [{ ...exported(), storage: virtual }]),
      /spec\.resources\[0\]\.storage\.virtual: Forbidden/,
    ],
    [
      'a claim on what is not built in, without its identity',
      { ...apiExport('bad'), spec: { ...{ permissionClaims: [claim] } } } as APIExport,
      /spec\.permissionClaims\[0\]\.identityHash.*identityHash is required for API types that are not built-in/,
    ],
    [
      'a path that is not its own',
      apiExport('bad', [], { annotations: { 'kcp.io/path': 'root' } }),
      /must match canonical path "root:provider"/,
    ],
  ]
  for (const [what, object, message] of REFUSED) {
    test(`is refused with ${what}`, async () => {
      await assert.rejects(client.create(EXPORTS, object), isRefused(message))
    })
  }

  test('its status is not for its owner to write', async () => {
    await allowAlice(client, 'all', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }])
    const alice = server.as(ALICE).inCluster('root:provider')
    const made = await alice.create(EXPORTS, apiExport('by-alice'))
    await assert.rejects(
      alice.updateStatus(EXPORTS, { ...made, status: { identityHash: 'stolen' } }),
      isRefused(/apiexports\/status/),
    )
  })
})
