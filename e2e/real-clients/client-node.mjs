// What other people's programs in JavaScript are: @kubernetes/client-node as it is published. Arguments: the package's folder.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(`${process.argv[2]}/package.json`)
const k8s = await import(pathToFileURL(require.resolve('@kubernetes/client-node')).href)
const report = (what, details = {}) => console.log(JSON.stringify({ what, ...details }))

const config = new k8s.KubeConfig()
config.loadFromDefault()
const core = config.makeApiClient(k8s.CoreV1Api)
const custom = config.makeApiClient(k8s.CustomObjectsApi)
const namespace = 'default'

const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
  core.listNamespacedConfigMap({ namespace }),
)
for (const event of ['add', 'update', 'delete']) {
  informer.on(event, ({ metadata, data }) => report(event, { name: metadata.name, data: data ?? null }))
}
informer.on('error', (error) => report('error', { message: String(error) }))
await informer.start()

await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'made' }, data: { color: 'red' } } })
await core.patchNamespacedConfigMap(
  { namespace, name: 'made', body: { data: { color: 'blue' } } },
  k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch),
)
await core.deleteNamespacedConfigMap({ namespace, name: 'made' })

const widget = { group: 'e2e.keelson.dev', version: 'v1', namespace, plural: 'widgets' }
const body = { apiVersion: 'e2e.keelson.dev/v1', kind: 'Widget', metadata: { name: 'bolt' }, spec: { size: 3 } }
await custom.createNamespacedCustomObject({ ...widget, body })
const { items } = await custom.listNamespacedCustomObject(widget)
report('widgets', { specs: items.map(({ spec }) => spec) })
try {
  await custom.createNamespacedCustomObject({ ...widget, body: { ...body, metadata: { name: 'bad' }, spec: {} } })
} catch (error) {
  report('refused', { code: error.code })
}
const objects = k8s.KubernetesObjectApi.makeApiClient(config)
const applied = await objects.patch(
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace }, data: { a: '1' } },
  undefined,
  undefined,
  'client-node',
  true,
  k8s.PatchStrategy.ServerSideApply,
)
report('applied', { data: applied.data, managers: applied.metadata.managedFields.map(({ manager }) => manager) })
