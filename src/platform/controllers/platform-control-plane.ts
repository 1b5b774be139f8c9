/**
 * What stands for a Platform's cluster among the objects of Cluster API: a control plane that somebody else manages, and what it
 * stands on, in one object that speaks the contracts of both (v1beta2). Upstream's core calls a Cluster well only where both are
 * named. By it a Cluster is ready for any core that looks after it, ours or Cluster API's own.
 */
import { resourceRef } from '../../client/index.ts'
import { setCondition } from '../../controller/index.ts'
import { CONDITION_SCHEMA, type Condition, type JsonObject, type KubeObject } from '../../machinery/index.ts'
import type { ClusterSpec, ObservedCluster } from '../../providers/index.ts'

const GROUP = 'controlplane.keelson.dev'
const VERSION = 'v1alpha1'
const KIND = 'PlatformControlPlane'
const PLURAL = 'platformcontrolplanes'

interface ControlPlaneStatus {
  readonly initialization?: { readonly provisioned?: boolean; readonly controlPlaneInitialized?: boolean }
  readonly externalManagedControlPlane?: boolean
  readonly version?: string
  readonly externalID?: string
  readonly observedGeneration?: number
  readonly conditions?: readonly Condition[]
}

export interface PlatformControlPlane extends KubeObject {
  readonly spec: { readonly controlPlaneEndpoint?: { readonly host: string; readonly port: number } }
  readonly status?: ControlPlaneStatus
}

export const CONTROL_PLANES = resourceRef<PlatformControlPlane>(`${GROUP}/${VERSION}`, PLURAL, { namespaced: true })

export function controlPlaneReference(name: string): JsonObject {
  return { apiGroup: GROUP, kind: KIND, name }
}

export function controlPlaneOf(
  metadata: KubeObject['metadata'],
  { endpoint }: Partial<Pick<ObservedCluster, 'endpoint'>>,
): PlatformControlPlane {
  const controlPlaneEndpoint = endpoint === undefined ? undefined : { host: endpoint.host, port: endpoint.port }
  const spec = { ...(controlPlaneEndpoint !== undefined && { controlPlaneEndpoint }) }
  return { apiVersion: `${GROUP}/${VERSION}`, kind: KIND, metadata, spec }
}

interface Look {
  readonly observed?: ObservedCluster & { readonly spec: ClusterSpec }
  readonly isDeleting: boolean
}

/** `now` in milliseconds since the epoch. */
export function controlPlaneStatus(
  { metadata, status = {} }: PlatformControlPlane,
  { observed, isDeleting }: Look,
  now: number,
): ControlPlaneStatus {
  const isReady = observed?.state === 'ready' && !isDeleting
  const observedGeneration = metadata.generation ?? 0
  const trouble = isDeleting ? 'Deleting' : observed === undefined ? 'NotBuilt' : 'NotAvailable'
  const told = (type: string) => ({
    type,
    status: isReady ? ('True' as const) : ('False' as const),
    reason: isReady ? type : trouble,
    message: isReady ? '' : (observed?.message ?? ''),
    observedGeneration,
  })
  const version = observed?.spec.version
  return {
    ...status,
    externalManagedControlPlane: true,
    observedGeneration,
    ...(isReady && { initialization: { provisioned: true, controlPlaneInitialized: true } }),
    ...(version !== undefined && { version }),
    ...(observed !== undefined && { externalID: observed.externalID }),
    conditions: [told('Ready'), told('Available')].reduce<readonly Condition[]>(
      (conditions, each) => setCondition<Condition>(conditions, each, now),
      status.conditions ?? [],
    ),
  }
}

const TEXT: JsonObject = { type: 'string' }

const SCHEMA: JsonObject = {
  type: 'object',
  description: 'The control plane of a Platform, which Keelson looks after.',
  properties: {
    apiVersion: TEXT,
    kind: TEXT,
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      properties: {
        controlPlaneEndpoint: {
          type: 'object',
          description: 'Where the API server of the cluster answers.',
          required: ['host', 'port'],
          properties: {
            host: { type: 'string', minLength: 1, maxLength: 512 },
            port: { type: 'integer', format: 'int32', minimum: 1, maximum: 65_535 },
          },
        },
      },
    },
    status: {
      type: 'object',
      properties: {
        initialization: {
          type: 'object',
          properties: { provisioned: { type: 'boolean' }, controlPlaneInitialized: { type: 'boolean' } },
        },
        externalManagedControlPlane: { type: 'boolean' },
        version: TEXT,
        externalID: { type: 'string', description: 'What its provider knows the cluster by.' },
        observedGeneration: { type: 'integer', format: 'int64' },
        conditions: {
          type: 'array',
          items: CONDITION_SCHEMA,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
        },
      },
    },
  },
}

export const CONTROL_PLANE_CRD: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${PLURAL}.${GROUP}`,
    // Cluster API finds by these which version speaks which contract; clusterctl, what it moves.
    labels: {
      'app.kubernetes.io/managed-by': 'keelson',
      'cluster.x-k8s.io/provider': 'control-plane-keelson',
      'cluster.x-k8s.io/v1beta2': VERSION,
      'clusterctl.cluster.x-k8s.io': '',
    },
  },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: {
      plural: PLURAL,
      singular: KIND.toLowerCase(),
      kind: KIND,
      listKind: `${KIND}List`,
      categories: ['cluster-api'],
    },
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: SCHEMA },
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Cluster', type: 'string', jsonPath: '.metadata.labels.cluster\\.x-k8s\\.io/cluster-name' },
          { name: 'Available', type: 'string', jsonPath: '.status.conditions[?(@.type=="Available")].status' },
          { name: 'Endpoint', type: 'string', jsonPath: '.spec.controlPlaneEndpoint.host', priority: 10 },
          { name: 'Version', type: 'string', jsonPath: '.status.version' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    ],
  },
}

/** What lets Cluster API's own manager see it: the group is none of the project's (docs/book, contracts, RBAC). */
export const MANAGER_ROLE: KubeObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: {
    name: 'keelson-cluster-api-manager',
    labels: { 'app.kubernetes.io/managed-by': 'keelson', 'cluster.x-k8s.io/aggregate-to-manager': 'true' },
  },
  rules: [{ apiGroups: [GROUP], resources: [PLURAL], verbs: ['get', 'list', 'watch', 'patch', 'update', 'delete'] }],
}
