/** ClusterProfile of multicluster.x-k8s.io/v1alpha1, SIG Multicluster's inventory of clusters (KEP-4322, KEP-5339). */
import { resourceRef } from '../../client/index.ts'
import { CONDITION_SCHEMA, type Condition, type JsonObject, type KubeObject } from '../../machinery/index.ts'

const GROUP = 'multicluster.x-k8s.io'
const VERSION = 'v1alpha1'
export const PROFILE_API_VERSION = `${GROUP}/${VERSION}`

/** Its value is that of `spec.clusterManager.name`, by which consumers tell managers apart. */
export const MANAGER_LABEL = 'x-k8s.io/cluster-manager'
export const MANAGER = 'keelson'

export interface ProfileProperty {
  readonly name: string
  readonly value: string
  readonly lastObservedTime?: string
}

/** How a consumer gets at the cluster: which of its plugins, and what that is told. Never a credential. */
export interface AccessProvider {
  readonly name: string
  readonly cluster: {
    readonly server: string
    readonly 'certificate-authority-data': string
    readonly 'tls-server-name'?: string
    readonly extensions: readonly { readonly name: string; readonly extension: object }[]
  }
}

export interface ClusterProfileStatus {
  readonly conditions?: readonly Condition[]
  readonly version?: { readonly kubernetes?: string }
  readonly properties?: readonly ProfileProperty[]
  readonly accessProviders?: readonly AccessProvider[]
}

export interface ClusterProfile extends KubeObject {
  readonly spec: { readonly displayName?: string; readonly clusterManager: { readonly name: string } }
  readonly status?: ClusterProfileStatus
}

export const CLUSTER_PROFILES = resourceRef<ClusterProfile>(PROFILE_API_VERSION, 'clusterprofiles', {
  namespaced: true,
})

const TEXT: JsonObject = { type: 'string' }
const CLUSTER: JsonObject = {
  type: 'object',
  required: ['server'],
  properties: {
    server: TEXT,
    'tls-server-name': TEXT,
    'insecure-skip-tls-verify': { type: 'boolean' },
    'certificate-authority': TEXT,
    'certificate-authority-data': { type: 'string', format: 'byte' },
    'proxy-url': TEXT,
    'disable-compression': { type: 'boolean' },
    extensions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'extension'],
        properties: { name: TEXT, extension: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    },
  },
}
const PROVIDERS: JsonObject = {
  type: 'array',
  items: { type: 'object', required: ['name'], properties: { name: TEXT, cluster: CLUSTER } },
}

const CONDITIONS: JsonObject = { type: 'array', items: CONDITION_SCHEMA }

const SCHEMA: JsonObject = {
  type: 'object',
  description: 'One cluster of an inventory.',
  required: ['spec'],
  properties: {
    apiVersion: TEXT,
    kind: TEXT,
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      required: ['clusterManager'],
      properties: {
        displayName: TEXT,
        clusterManager: {
          type: 'object',
          required: ['name'],
          properties: { name: TEXT },
          'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'ClusterManager is immutable' }],
        },
      },
    },
    status: {
      type: 'object',
      properties: {
        conditions: CONDITIONS,
        version: { type: 'object', properties: { kubernetes: TEXT } },
        properties: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name', 'value'],
            properties: {
              name: { type: 'string', minLength: 1, maxLength: 253 },
              value: { type: 'string', minLength: 1, maxLength: 1024 },
              lastObservedTime: { type: 'string', format: 'date-time' },
            },
          },
        },
        accessProviders: PROVIDERS,
        credentialProviders: PROVIDERS,
      },
    },
  },
}

export const CLUSTER_PROFILE_CRD: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `clusterprofiles.${GROUP}`,
    labels: { 'app.kubernetes.io/managed-by': 'keelson' },
  },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: {
      plural: 'clusterprofiles',
      singular: 'clusterprofile',
      kind: 'ClusterProfile',
      listKind: 'ClusterProfileList',
    },
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: SCHEMA },
        subresources: { status: {} },
      },
    ],
  },
}
