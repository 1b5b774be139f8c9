/** What a store holds from its first start on: the logical clusters `root` and `system:admin`, and root's types and rights. */
import { randomUUID } from 'node:crypto'
import type { KubeObject } from '../machinery/index.ts'
import {
  clusterRole,
  clusterRoleBinding,
  encodeRow,
  epochKey,
  LOGICAL_CLUSTER_NAME,
  objectKey,
  type ResourceDefinition,
  ROOT_CLUSTER,
  SHARD_CLUSTER,
  timestamp,
} from '../server/index.ts'
import type { Operation, Precondition, Store } from '../storage/index.ts'
import {
  PATH_ANNOTATION,
  PHASE_LABEL,
  SHARD_ANNOTATION,
  SHARD_NAME,
  TENANCY_GROUP,
  TYPE_ANNOTATION,
} from './api/groups.ts'
import type { WorkspaceTypeSpec } from './api/workspace-type.ts'
import { clusterRows } from './birth.ts'
import { workspaceTypeDefinition } from './workspace-type.ts'

const RBAC = 'rbac.authorization.k8s.io'
const ALL_AUTHENTICATED = 'system:authenticated'

const UNIVERSAL = { name: 'universal', path: ROOT_CLUSTER }
const ORGANIZATION = { name: 'organization', path: ROOT_CLUSTER }
const TEAM = { name: 'team', path: ROOT_CLUSTER }

/** kcp's config/root: what the types are called and where they may lie. */
const TYPES: Readonly<Record<string, WorkspaceTypeSpec>> = {
  root: { extend: { with: [UNIVERSAL] }, limitAllowedParents: { none: true }, defaultChildWorkspaceType: ORGANIZATION },
  universal: { initializer: true, defaultChildWorkspaceType: UNIVERSAL },
  organization: {
    extend: { with: [UNIVERSAL] },
    defaultChildWorkspaceType: UNIVERSAL,
    limitAllowedParents: { types: [{ name: 'root', path: ROOT_CLUSTER }] },
    limitAllowedChildren: { types: [UNIVERSAL] },
  },
  team: {
    extend: { with: [UNIVERSAL] },
    defaultChildWorkspaceType: UNIVERSAL,
    limitAllowedParents: { types: [ORGANIZATION, TEAM] },
  },
}

const ROLES: Readonly<Record<string, readonly object[]>> = {
  'system:kcp:authenticated:universal-workspacetype-use': [
    {
      apiGroups: [TENANCY_GROUP],
      resources: ['workspacetypes'],
      resourceNames: ['universal', 'organization', 'team'],
      verbs: ['use'],
    },
  ],
}

/** ClusterRoleBindings of everyone who is authenticated, by name; the roles are root's own or those of the bootstrap policy. */
const BINDINGS: Readonly<Record<string, string>> = {
  'system:kcp:tenancy:authenticated:access': 'system:kcp:workspace:access',
  'system:kcp:authenticated:tenancy:reader': 'system:kcp:tenancy:reader',
  'system:kcp:authenticated:universal-workspacetype-use': 'system:kcp:authenticated:universal-workspacetype-use',
}

export interface BootstrapOptions {
  readonly store: Store
  readonly logicalCluster: ResourceDefinition
  readonly externalURL: () => string
  readonly now: () => number
}

/** One commit on the first start; on later ones it finds everything there, and so does all but one of several that start at once. */
export async function bootstrap(options: BootstrapOptions): Promise<void> {
  const { store, logicalCluster } = options
  const created = timestamp(options.now())
  const operations: Operation[] = []
  const absent: string[] = []
  for (const [cluster, type] of [
    [ROOT_CLUSTER, 'root:root'],
    [SHARD_CLUSTER, undefined],
  ] as const) {
    if ((await store.get(epochKey(cluster))) !== undefined) continue
    absent.push(epochKey(cluster))
    operations.push(...clusterRows(logicalCluster, cluster, cluster, logicalClusterOf(options, cluster, type, created)))
  }
  for (const [definition, object] of rootObjects(created)) {
    const key = objectKey(definition, ROOT_CLUSTER, '', object.metadata.name ?? '')
    if ((await store.get(key)) !== undefined) continue
    absent.push(key)
    operations.push({ type: 'put', key, value: encodeRow(definition, object) })
  }
  if (operations.length === 0) return
  const preconditions = absent.map((key): Precondition => ({ type: 'absent', key }))
  const { ok } = await store.commit({ lane: SHARD_CLUSTER, preconditions, operations })
  if (!ok) await bootstrap(options)
}

function* rootObjects(creationTimestamp: string): Generator<[ResourceDefinition, KubeObject]> {
  const metadata = (name: string): KubeObject['metadata'] => ({ name, uid: randomUUID(), creationTimestamp })
  for (const [name, spec] of Object.entries(TYPES)) {
    const meta = { ...metadata(name), generation: 1, annotations: { [PATH_ANNOTATION]: ROOT_CLUSTER } }
    yield [
      workspaceTypeDefinition,
      { apiVersion: `${TENANCY_GROUP}/v1alpha1`, kind: 'WorkspaceType', metadata: meta, spec, status: {} },
    ]
  }
  for (const [name, rules] of Object.entries(ROLES)) {
    yield [clusterRole, { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: metadata(name), rules }]
  }
  for (const [name, role] of Object.entries(BINDINGS)) {
    const subjects = [{ kind: 'Group', apiGroup: RBAC, name: ALL_AUTHENTICATED }]
    const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: role }
    yield [
      clusterRoleBinding,
      { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: metadata(name), subjects, roleRef },
    ]
  }
}

function logicalClusterOf(
  { externalURL }: BootstrapOptions,
  cluster: string,
  type: string | undefined,
  creationTimestamp: string,
): KubeObject {
  const annotations = {
    [PATH_ANNOTATION]: cluster,
    [SHARD_ANNOTATION]: SHARD_NAME,
    ...(type !== undefined && { [TYPE_ANNOTATION]: type }),
  }
  return {
    apiVersion: 'core.kcp.io/v1alpha1',
    kind: 'LogicalCluster',
    metadata: {
      name: LOGICAL_CLUSTER_NAME,
      uid: randomUUID(),
      creationTimestamp,
      generation: 1,
      labels: { [PHASE_LABEL]: 'Ready' },
      annotations,
    },
    spec: { directlyDeletable: false },
    status: { URL: `${externalURL()}/clusters/${cluster}`, phase: 'Ready' },
  }
}
