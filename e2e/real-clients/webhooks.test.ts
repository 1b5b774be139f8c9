import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGoClient } from '../clients/client.ts'
import { type Access, readKubeconfig, writeKubeconfig } from '../kubeconfig.ts'
import { connect } from '../oracle/connection.ts'
import { request, requestObject } from '../request.ts'
import { startKeelson } from '../server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { createWorkspace } from '../workspace.ts'

const pipes = (version: string) => `/apis/e2e.keelson.dev/${version}/namespaces/default/pipes`
const pipe = (version: string, name: string, spec: object) => ({
  apiVersion: `e2e.keelson.dev/${version}`,
  kind: 'Pipe',
  metadata: { name },
  spec,
})

interface Pipe {
  apiVersion: string
  spec: object
}

test('controller-runtime: webhooks default, validate and convert', { timeout: 300_000 }, async () => {
  await using folder = await temporaryFolder()
  await using keelson = await startKeelson({ flags: ['--webhook-allow-cidr', '127.0.0.0/8'] })
  const access = await createWorkspace(await readKubeconfig(keelson.kubeconfig), 'webhooks')
  const kubeconfig = `${folder.path}/webhooks.kubeconfig`
  await writeKubeconfig(kubeconfig, access)
  await using webhooks = await startGoClient('webhooks', kubeconfig, 'default')
  const { port, caBundle } = await webhooks.until({ what: 'serving' })
  const clientConfig = (path: string) => ({ url: `https://127.0.0.1:${port}/${path}`, caBundle })
  await definePipes(access, clientConfig('convert'))
  await configure(access, clientConfig)

  const made = await requestObject<Pipe>(access, 'POST', pipes('v1'), pipe('v1', 'a', { length: 5 }))
  assert.deepEqual(made.spec, { length: 5, color: 'grey' }, 'defaulted')
  const old = await requestObject<Pipe>(access, 'GET', `${pipes('v1beta1')}/a`)
  assert.deepEqual([old.apiVersion, old.spec], ['e2e.keelson.dev/v1beta1', { size: 5, color: 'grey' }], 'converted')
  const older = await requestObject<Pipe>(
    access,
    'POST',
    pipes('v1beta1'),
    pipe('v1beta1', 'b', { size: 7, color: 'red' }),
  )
  assert.deepEqual(older.spec, { size: 7, color: 'red' }, 'converted for the webhooks, and back')
  const { items } = await requestObject<{ items: Pipe[] }>(access, 'GET', pipes('v1'))
  assert.deepEqual(
    items.map(({ spec }) => spec),
    [
      { length: 5, color: 'grey' },
      { length: 7, color: 'red' },
    ],
  )

  const refused = await request(access, 'POST', pipes('v1'), pipe('v1', 'none', { length: 0 }))
  assert.equal(refused.status, 403)
  assert.match(
    refused.text,
    /admission webhook \\"validate\.pipes\.e2e\.keelson\.dev\\" denied the request: a pipe of length 0 is none/,
  )
  const cut = await request(
    access,
    'PATCH',
    `${pipes('v1beta1')}/b`,
    { spec: { size: 1 } },
    'application/merge-patch+json',
  )
  assert.deepEqual([cut.status, /cut from 7 to 1/.test(cut.text)], [403, true])
  using connection = connect(access)
  const long = await connection.send({
    method: 'POST',
    path: pipes('v1'),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(pipe('v1', 'long', { length: 1000 })),
  })
  assert.deepEqual([long.status, long.headers.warning], [201, '299 - "that is long"'])

  const keep = { metadata: { labels: { keep: 'yes' } } }
  await requestObject(access, 'PATCH', `${pipes('v1')}/a`, keep, 'application/merge-patch+json')
  assert.match((await request(access, 'DELETE', `${pipes('v1')}/a`)).text, /a is kept/)
  assert.equal((await request(access, 'DELETE', `${pipes('v1')}/b`)).status, 200)

  assert.equal(await webhooks.stop(), 0)
  const alone = await request(access, 'POST', pipes('v1'), pipe('v1', 'late', { length: 1 }))
  assert.equal(alone.status, 500)
  assert.match(alone.text, /failed calling webhook \\"default\.pipes\.e2e\.keelson\.dev\\".*connection refused/)
})

async function definePipes(access: Access, clientConfig: object): Promise<void> {
  const version = (name: string, field: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: {
          spec: { type: 'object', properties: { [field]: { type: 'integer' }, color: { type: 'string' } } },
        },
      },
    },
  })
  await requestObject(access, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'pipes.e2e.keelson.dev' },
    spec: {
      group: 'e2e.keelson.dev',
      scope: 'Namespaced',
      names: { plural: 'pipes', singular: 'pipe', kind: 'Pipe', listKind: 'PipeList' },
      versions: [version('v1', 'length', true), version('v1beta1', 'size', false)],
      conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } },
    },
  })
  while ((await request(access, 'GET', pipes('v1'))).status !== 200) await sleep(50)
}

async function configure(access: Access, clientConfig: (path: string) => object): Promise<void> {
  for (const [kind, verb, operations] of [
    ['MutatingWebhookConfiguration', 'mutate', ['CREATE', 'UPDATE']],
    ['ValidatingWebhookConfiguration', 'validate', ['CREATE', 'UPDATE', 'DELETE']],
  ] as const) {
    const rule = { apiGroups: ['e2e.keelson.dev'], apiVersions: ['v1'], resources: ['pipes'], operations }
    const name = `${verb === 'mutate' ? 'default' : verb}.pipes.e2e.keelson.dev`
    await requestObject(access, 'POST', `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind,
      metadata: { name: 'pipes' },
      webhooks: [
        {
          name,
          rules: [rule],
          clientConfig: clientConfig(`${verb}-e2e-keelson-dev-v1-pipe`),
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          matchPolicy: 'Equivalent',
        },
      ],
    })
  }
}
