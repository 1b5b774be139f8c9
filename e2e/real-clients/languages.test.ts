import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { startClient } from '../clients/client.ts'
import { widgetsCrd } from '../fixtures/widgets.ts'
import { type Access, readKubeconfig } from '../kubeconfig.ts'
import { request, requestObject } from '../request.ts'
import { startTarget } from '../target.ts'
import { clientNodeFolder, pythonWithKopf } from '../tools/packages.ts'

const widgets = '/apis/e2e.keelson.dev/v1/namespaces/default/widgets'

interface Widget {
  metadata: { finalizers?: string[] }
  status?: { observedSize?: number }
}

test('JavaScript: @kubernetes/client-node with an informer', { timeout: 300_000 }, async () => {
  const folder = await clientNodeFolder()
  await using target = await startTarget()
  const kubeconfig = await target.workspace('javascript')
  await defineWidgets(await readKubeconfig(kubeconfig))
  const program = join(import.meta.dirname, 'client-node.mjs')
  await using client = startClient('client-node', process.execPath, [program, folder], { KUBECONFIG: kubeconfig })
  await client.until({ what: 'add', name: 'made', data: { color: 'red' } })
  await client.until({ what: 'update', name: 'made', data: { color: 'blue' } })
  await client.until({ what: 'delete', name: 'made', data: { color: 'blue' } })
  await client.until({ what: 'widgets', specs: [{ size: 3, color: 'green' }] })
  await client.until({ what: 'refused', code: 422 })
  await client.until({ what: 'applied', data: { a: '1' }, managers: ['client-node'] })
  assert.deepEqual(
    client.reports.filter(({ what }) => what === 'error'),
    [],
  )
})

test('Python: the kubernetes client, and an operator with kopf', { timeout: 300_000 }, async () => {
  const python = await pythonWithKopf()
  await using target = await startTarget()
  const kubeconfig = await target.workspace('python')
  const access = await readKubeconfig(kubeconfig)
  await defineWidgets(access)
  await requestObject(access, 'POST', widgets, {
    apiVersion: 'e2e.keelson.dev/v1',
    kind: 'Widget',
    metadata: { name: 'bolt' },
    spec: { size: 1 },
  })
  const program = join(import.meta.dirname, 'kopf_operator.py')
  const run = ['-m', 'kopf', 'run', '--standalone', '--namespace=default', program]
  await using client = startClient('kopf', python, run, { KUBECONFIG: kubeconfig, PYTHONDONTWRITEBYTECODE: '1' })
  await client.until({ what: 'listed', more: true })
  await client.until({ what: 'watched', type: 'ADDED', data: { a: '2' } })
  await client.until({ what: 'refused', status: 404, reason: 'NotFound' })
  await client.until({ what: 'created', name: 'bolt', size: 1 })
  while ((await requestObject<Widget>(access, 'GET', `${widgets}/bolt`)).status?.observedSize !== 1) await sleep(50)
  const { metadata } = await requestObject<Widget>(access, 'GET', `${widgets}/bolt`)
  assert.deepEqual(metadata.finalizers, ['e2e.keelson.dev/kopf'])
  await requestObject(access, 'PATCH', `${widgets}/bolt`, { spec: { size: 2 } }, 'application/merge-patch+json')
  await client.until({ what: 'updated', name: 'bolt', old: 1, new: 2 })
  await requestObject(access, 'DELETE', `${widgets}/bolt`)
  await client.until({ what: 'deleted', name: 'bolt' })
  while ((await request(access, 'GET', `${widgets}/bolt`)).status !== 404) await sleep(50)
})

async function defineWidgets(access: Access): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  await requestObject(access, 'POST', path, parse(await readFile(widgetsCrd, 'utf8')))
  while ((await request(access, 'GET', widgets)).status !== 200) await sleep(50)
}
