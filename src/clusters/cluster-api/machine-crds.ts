/**
 * Kinds that clients of Cluster API list beside a Cluster (clusterctl describe). Machines are what providers of infrastructure
 * bring; without such a provider there are none, and nothing here carries one out.
 */
import type { JsonObject, KubeObject } from '../../machinery/index.ts'
import { LABELS } from './cluster-crd.ts'

const KINDS: readonly (readonly [kind: string, shortName: string])[] = [
  ['Machine', 'ma'],
  ['MachineSet', 'ms'],
  ['MachineDeployment', 'md'],
  ['MachinePool', 'mp'],
]

const OPEN: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

export const MACHINE_CRDS: readonly KubeObject[] = KINDS.map(([kind, shortName]) => {
  const plural = `${kind.toLowerCase()}s`
  const version = (name: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    ...(!storage && { deprecated: true }),
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          metadata: { type: 'object' },
          spec: OPEN,
          status: OPEN,
        },
      },
    },
    subresources: { status: {} },
    additionalPrinterColumns: [
      { name: 'Cluster', type: 'string', jsonPath: '.spec.clusterName' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  })
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.cluster.x-k8s.io`, labels: LABELS },
    spec: {
      group: 'cluster.x-k8s.io',
      scope: 'Namespaced',
      names: {
        plural,
        singular: kind.toLowerCase(),
        kind,
        listKind: `${kind}List`,
        shortNames: [shortName],
        categories: ['cluster-api'],
      },
      versions: [version('v1beta2', true), version('v1beta1', false)],
    },
  }
})
