import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ResourceRef, resourceRef } from '../../client/index.ts'
import {
  applyDefaults,
  isStatus,
  type JsonObject,
  type KubeObject,
  parseStructuralSchema,
  pruneValue,
  validateCustomResourceDefinition,
  validateValue,
} from '../../machinery/index.ts'
import { startServer } from '../../testing/index.ts'
import { platformFeature } from '../index.ts'

interface Definition {
  readonly names: {
    readonly plural: string
    readonly singular: string
    readonly kind: string
    readonly shortNames: string[]
    readonly categories: string[]
  }
  readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: JsonObject } }]
}

const feature = platformFeature({ simulatedFolder: '/nowhere' })
const kinds = feature.apis.map((crd) => ({ crd, spec: crd.spec as unknown as Definition }))

function exampleOf({ names, versions }: Definition): KubeObject {
  const { properties } = versions[0].schema.openAPIV3Schema as { properties: { spec: { example: JsonObject } } }
  const spec = structuredClone(properties.spec.example)
  return { apiVersion: 'platform.keelson.dev/v1alpha1', kind: names.kind, metadata: { name: 'example' }, spec }
}

/** What nothing carries out yet. */
const REFUSED = ['SharedService']

for (const { crd, spec } of kinds) {
  test(`${spec.names.kind}: is a definition that kube-apiserver would take`, () => {
    assert.deepEqual(validateCustomResourceDefinition(structuredClone(crd)), [])
  })

  test(`${spec.names.kind}: no field of its example is unknown, and it is valid unless this version refuses the kind`, () => {
    const schema = parseStructuralSchema(spec.versions[0].schema.openAPIV3Schema, '')
    assert.ok(schema.ok)
    const example = exampleOf(spec)
    assert.deepEqual(pruneValue(schema.value, example, { isResourceRoot: true }), [])
    applyDefaults(schema.value, example)
    const refused = validateValue(schema.value, example, '').map(({ field, reason }) => `${field} ${reason}`)
    assert.deepEqual(refused, REFUSED.includes(spec.names.kind) ? ['spec.packageInstallRef FieldValueForbidden'] : [])
  })
}

/**
 * Plurals, singulars and short names, then categories, of the groups that Keelson speaks, from the CRDs that these projects
 * publish; of Kubernetes itself those with a short name.
 */
const SPOKEN: Readonly<Record<string, readonly [names: string, categories: string]>> = {
  kubernetes: [
    'configmaps cm componentstatuses cs endpoints ep events ev limitranges limits namespaces ns nodes no pods po services svc persistentvolumeclaims pvc persistentvolumes pv replicationcontrollers rc resourcequotas quota serviceaccounts sa secrets customresourcedefinitions crd crds daemonsets ds deployments deploy replicasets rs statefulsets sts horizontalpodautoscalers hpa cronjobs cj jobs certificatesigningrequests csr ingresses ing networkpolicies netpol poddisruptionbudgets pdb priorityclasses pc storageclasses sc leases',
    'all api-extensions',
  ],
  'cluster.x-k8s.io': [
    'clusters cl machines ma machinesets ms machinedeployments md machinepools mp machinehealthchecks mhc mhcs clusterclasses cc clusterresourcesets clusterresourcesetbindings machinedrainrules ipaddresses ipaddressclaims extensionconfigs ext kubeadmconfigs kubeadmcontrolplanes kcp providers',
    'cluster-api',
  ],
  'kcp.io': [
    'workspaces ws workspacetypes workspaceauthenticationconfigurations logicalclusters apiexports apibindings apiresourceschemas apiconversions apiexportendpointslices shards partitions partitionsets cachedresources',
    'kcp',
  ],
  'kube-bind.io': [
    'apiservicebindings sb apiservicebindingbundles sbb apiserviceexports apiserviceexportrequests apiserviceexporttemplates apiservicenamespaces boundschemas clusterbindings collections',
    'kube-bindings',
  ],
  'crossplane.io': [
    'compositeresourcedefinitions xrd xrds compositions xr comp compositionrevisions comprev environmentconfigs envcfg usages managedresourcedefinitions mrd mrds operations cronoperations watchoperations providers providerrevisions configurations configurationrevisions functions functionrevisions locks deploymentruntimeconfigs imageconfigs',
    'crossplane pkg pkgrev managed claim composite defn apiextensions',
  ],
  'argoproj.io': ['applications app apps applicationsets appset appsets appprojects appproj appprojs', 'argo'],
  'carvel.dev': ['packages pkg packagemetadatas pkgm packageinstalls pkgi packagerepositories pkgr apps app', 'carvel'],
  'multicluster.x-k8s.io': ['clusterprofiles serviceexports svcex serviceimports svcim', 'multicluster'],
}

test('no name or category of ours is one of a group that Keelson speaks, nor given twice', () => {
  const ours = kinds.flatMap(({ spec }) => [spec.names.plural, spec.names.singular, ...spec.names.shortNames])
  assert.deepEqual(ours, [...new Set(ours)])
  const categories = new Set(kinds.flatMap(({ spec }) => spec.names.categories))
  for (const [group, [names, theirs]] of Object.entries(SPOKEN)) {
    const shared = names.split(' ').filter((name) => ours.includes(name))
    assert.deepEqual([group, shared], [group, []])
    assert.deepEqual([group, theirs.split(' ').filter((name) => categories.has(name))], [group, []])
  }
})

test('a server with this feature serves the kinds in every workspace, with defaults and refusals by field', async () => {
  await using server = await startServer({ features: [feature] })
  const client = await server.workspace('acme')
  for (const { spec } of kinds) {
    const ref: ResourceRef = resourceRef('platform.keelson.dev/v1alpha1', spec.names.plural, { namespaced: false })
    if (REFUSED.includes(spec.names.kind)) {
      await assert.rejects(client.create(ref, exampleOf(spec)), (error) => isStatus(error, 'Invalid'))
      continue
    }
    const created = await client.create(ref, exampleOf(spec))
    // What is only asked is not stored.
    assert.equal(created.metadata.generation, spec.names.kind === 'WorldReview' ? undefined : 1)
  }
  const controlCenters = resourceRef('platform.keelson.dev/v1alpha1', 'controlcenters', { namespaced: false })
  const { spec } = await client.get(controlCenters, 'example')
  const { adoption, deletionPolicy, managementPolicies } = spec as Record<string, unknown>
  assert.deepEqual([adoption, deletionPolicy, managementPolicies], ['Never', 'Delete', ['*']])
  const wrong = { providerRef: { name: 'laptop' }, version: '1.35' }
  await assert.rejects(
    client.create(controlCenters, {
      apiVersion: 'platform.keelson.dev/v1alpha1',
      kind: 'ControlCenter',
      metadata: { name: 'wrong' },
      spec: wrong,
    }),
    (error) => isStatus(error, 'Invalid') && error.status.details?.causes?.[0]?.field === 'spec.version',
  )
})
