/**
 * KindCluster of infrastructure.cluster.x-k8s.io/v1alpha3, as mnitchev/cluster-api-provider-kind defines it: names, fields,
 * defaults and columns are its own, so that its manifests apply as they are. `status.conditions` is added.
 */
import type { JsonObject, KubeObject } from '../../../machinery/index.ts'

const CONDITIONS: JsonObject = {
  type: 'array',
  items: {
    type: 'object',
    required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
    properties: {
      type: { type: 'string' },
      status: { type: 'string' },
      reason: { type: 'string' },
      message: { type: 'string' },
      lastTransitionTime: { type: 'string', format: 'date-time' },
      observedGeneration: { type: 'integer', format: 'int64' },
    },
  },
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
}

export const KIND_CLUSTER_CRD: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'kindclusters.infrastructure.cluster.x-k8s.io',
    labels: {
      'cluster.x-k8s.io/provider': 'infrastructure-kind',
      'cluster.x-k8s.io/v1beta1': 'v1alpha3',
      // clusterctl move takes along what has it (cmd/clusterctl/client/cluster/objectgraph.go).
      'clusterctl.cluster.x-k8s.io': '',
    },
  },
  spec: {
    group: 'infrastructure.cluster.x-k8s.io',
    scope: 'Namespaced',
    names: { kind: 'KindCluster', listKind: 'KindClusterList', plural: 'kindclusters', singular: 'kindcluster' },
    versions: [
      {
        name: 'v1alpha3',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Ready', type: 'boolean', jsonPath: '.status.ready' },
          { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A cluster of kind on the Docker of the machine that Keelson runs on.',
            properties: {
              apiVersion: { type: 'string' },
              kind: { type: 'string' },
              metadata: { type: 'object' },
              spec: {
                type: 'object',
                required: ['name'],
                properties: {
                  name: {
                    type: 'string',
                    description:
                      'The name of the cluster in kind. Where another workspace has it already, an ending tells them apart.',
                  },
                  controlPlaneNodes: { type: 'integer' },
                  workerNodes: { type: 'integer' },
                  controlPlaneEndpoint: {
                    type: 'object',
                    required: ['host', 'port'],
                    description: 'Where its API is. Written by the controller.',
                    // Clients in Go send an empty one.
                    properties: { host: { type: 'string' }, port: { type: 'integer' } },
                  },
                },
              },
              status: {
                type: 'object',
                required: ['phase', 'ready'],
                properties: {
                  ready: { type: 'boolean', default: false },
                  phase: { type: 'string', default: 'Pending' },
                  failureMessage: { type: 'string' },
                  conditions: CONDITIONS,
                },
              },
            },
          },
        },
      },
    ],
  },
}
