/** ClusterProvider: one configured way of making clusters: its type, credentials, owner tag and limits. */
import type { JsonObject } from '../../machinery/index.ts'
import { declareKind } from './declare-kind.ts'
import { DURATION, statusOf } from './fields.ts'

const IMMUTABLE: JsonObject = {
  'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is immutable: make another ClusterProvider' }],
}

const EXISTING_CLUSTERS: JsonObject = {
  type: 'array',
  maxItems: 64,
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
  items: {
    type: 'object',
    required: ['name', 'kubeconfig'],
    properties: {
      name: {
        type: 'string',
        minLength: 1,
        maxLength: 63,
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
        description: 'What a ControlCenter or Platform calls it in spec.externalName.',
      },
      kubeconfig: {
        type: 'object',
        description: 'How to get there, as an administrator of the cluster. It is handed to nobody.',
        properties: {
          file: {
            type: 'string',
            minLength: 1,
            maxLength: 4096,
            description: 'A file of the machine that runs keelson --local.',
          },
          secretRef: {
            type: 'object',
            required: ['name'],
            description: 'A Secret of the workspace, for a server.',
            properties: {
              name: { type: 'string', minLength: 1, maxLength: 253 },
              namespace: { type: 'string', minLength: 1, maxLength: 63, default: 'default' },
              key: { type: 'string', minLength: 1, maxLength: 253, default: 'value' },
            },
          },
          context: { type: 'string', maxLength: 253, description: "Default: the kubeconfig's current one." },
        },
      },
    },
  },
}

export const clusterProvider = declareKind({
  kind: 'ClusterProvider',
  plural: 'clusterproviders',
  description: 'A configured way of making clusters.',
  columns: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type' },
    { name: 'Owner-Tag', type: 'string', jsonPath: '.spec.ownerTag' },
  ],
  spec: {
    type: 'object',
    required: ['type', 'ownerTag'],
    properties: {
      type: {
        type: 'string',
        minLength: 1,
        maxLength: 63,
        description: 'Which provider: simulated, logical, existing, kind. Immutable.',
        ...IMMUTABLE,
      },
      ownerTag: {
        type: 'string',
        minLength: 1,
        maxLength: 63,
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
        description: 'What everything carries that is made through it: the state is found again by it. Immutable.',
        ...IMMUTABLE,
      },
      credentials: {
        type: 'object',
        default: { source: 'None' },
        properties: { source: { type: 'string', enum: ['None'], default: 'None' } },
      },
      limits: {
        type: 'object',
        default: {},
        properties: {
          parallel: { type: 'integer', format: 'int32', minimum: 1, maximum: 64, default: 2 },
          createTimeout: { ...DURATION, default: '15m' },
        },
      },
      simulated: {
        type: 'object',
        required: ['folder'],
        description: 'For the type simulated: where its pretended world is.',
        properties: { folder: { type: 'string', minLength: 1, maxLength: 4096 } },
      },
      kind: {
        type: 'object',
        description: 'For the type kind: how its nodes are made. Default: as kind has it.',
        properties: {
          image: {
            type: 'string',
            minLength: 1,
            maxLength: 512,
            description:
              "The nodes' image. With a tag or digest it is that of every node; without one its tags are versions.",
          },
          config: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
            description:
              "Fields of kind's own configuration (kind.x-k8s.io/v1alpha4, Cluster), without name and nodes.",
          },
        },
      },
      existing: {
        type: 'object',
        required: ['clusters'],
        description: 'For the type existing: the clusters that can be adopted.',
        properties: { clusters: EXISTING_CLUSTERS },
      },
    },
    example: {
      type: 'simulated',
      ownerTag: 'org-a',
      limits: { parallel: 2, createTimeout: '15m' },
      simulated: { folder: '.keelson/simulated' },
    },
  },
  status: statusOf({ observedGeneration: { type: 'integer', format: 'int64' } }),
})
