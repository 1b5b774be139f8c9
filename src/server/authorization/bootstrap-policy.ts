/**
 * The policy of `system:admin`, valid in every logical cluster and changed by nobody: Kubernetes' default ClusterRoles and
 * bindings (kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy), as far as they are for people and for parts that a
 * control plane without nodes has, and kcp's (pkg/authorization/bootstrap/policy.go).
 */
import type { KubeObject } from '../../machinery/index.ts'
import {
  ALL_AUTHENTICATED,
  ALL_UNAUTHENTICATED,
  EXTERNAL_LOGICAL_CLUSTER_ADMIN,
  KCP_ADMIN,
  LOGICAL_CLUSTER_ADMIN,
  SYSTEM_MASTERS,
  SYSTEM_MONITORING,
  WORKSPACE_BOOTSTRAPPER,
} from '../authentication/users.ts'
import { ADMIN, at, CORE, EDIT, HEALTH, on, READ, VIEW } from './bootstrap-rules.ts'
import type { PolicyRule } from './policy-rule.ts'
import { indexRbac, type RbacIndex } from './rbac-index.ts'

const ALL = [on('*', '*', '*'), at('*', '*')]

interface BootstrapRole {
  readonly rules: readonly PolicyRule[]
  /** Which roles take these rules in: label `rbac.authorization.k8s.io/aggregate-to-<role>`. */
  readonly into?: string
  /** A role that takes others in: its rules are theirs. */
  readonly aggregates?: string
}

const KUBERNETES_ROLES: Readonly<Record<string, BootstrapRole>> = {
  'cluster-admin': { rules: ALL },
  admin: { aggregates: 'admin', rules: [...EDIT, ...VIEW, ...ADMIN] },
  edit: { aggregates: 'edit', into: 'admin', rules: [...EDIT, ...VIEW] },
  view: { aggregates: 'view', into: 'edit', rules: VIEW },
  'system:aggregate-to-admin': { into: 'admin', rules: ADMIN },
  'system:aggregate-to-edit': { into: 'edit', rules: EDIT },
  'system:aggregate-to-view': { into: 'view', rules: VIEW },
  'system:discovery': {
    rules: [at(`${HEALTH} /version /version/ /openapi /openapi/* /api /api/* /apis /apis/*`)],
  },
  'system:monitoring': {
    rules: [
      at(`/flagz /statusz /metrics /metrics/slis ${HEALTH} /livez/* /readyz/* /healthz/*`),
      on(CORE, 'nodes/metrics', 'get'),
    ],
  },
  'system:basic-user': {
    rules: [
      on('authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews', 'create'),
      on('authentication.k8s.io', 'selfsubjectreviews', 'create'),
    ],
  },
  'system:public-info-viewer': { rules: [at(`${HEALTH} /version /version/`)] },
  'system:auth-delegator': {
    rules: [
      on('authentication.k8s.io', 'tokenreviews', 'create'),
      on('authorization.k8s.io', 'subjectaccessreviews', 'create'),
    ],
  },
  'system:service-account-issuer-discovery': {
    rules: [
      at('/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/'),
    ],
  },
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient': {
    rules: [on('certificates.k8s.io', 'certificatesigningrequests/nodeclient', 'create')],
  },
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient': {
    rules: [on('certificates.k8s.io', 'certificatesigningrequests/selfnodeclient', 'create')],
  },
  'system:certificates.k8s.io:legacy-unknown-approver': approver('kubernetes.io/legacy-unknown'),
  'system:certificates.k8s.io:kubelet-serving-approver': approver('kubernetes.io/kubelet-serving'),
  'system:certificates.k8s.io:kube-apiserver-client-approver': approver('kubernetes.io/kube-apiserver-client'),
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver': approver(
    'kubernetes.io/kube-apiserver-client-kubelet',
  ),
}

function approver(signer: string): BootstrapRole {
  return { rules: [on('certificates.k8s.io', 'signers', 'approve', signer)] }
}

const KCP_ROLES: Readonly<Record<string, BootstrapRole>> = {
  'system:kcp:tenancy:reader': {
    rules: [on('tenancy.kcp.io', 'workspaces workspacetypes', READ), on('core.kcp.io', 'logicalclusters', READ)],
  },
  'system:kcp:workspace:access': { rules: [at('/', 'access')] },
  'system:kcp:metrics-reader': { rules: [at('/metrics')] },
  [WORKSPACE_BOOTSTRAPPER]: { rules: ALL },
  [LOGICAL_CLUSTER_ADMIN]: {
    rules: [
      on('core.kcp.io', 'logicalclusters logicalclusters/status', '*'),
      on('tenancy.kcp.io', 'workspaces', 'delete update get'),
    ],
  },
  [EXTERNAL_LOGICAL_CLUSTER_ADMIN]: {
    rules: [
      on('core.kcp.io', 'logicalclusters logicalclusters/status', 'delete update get'),
      on('tenancy.kcp.io', 'workspaces', 'delete update patch get'),
      on('tenancy.kcp.io', 'workspaceauthenticationconfigurations', 'get'),
      on(CORE, 'serviceaccounts secrets', 'get'),
      at('/', 'access'),
      on('authorization.k8s.io', 'subjectaccessreviews', 'create'),
      on('apis.kcp.io', 'apiexportendpointslices', READ),
      on('apis.kcp.io', 'apiexportendpointslices/status', 'update patch get'),
      on('apis.kcp.io', 'apibindings', 'list'),
      on('apis.kcp.io', 'apiexports apiresourceschemas', 'get'),
      on('cache.kcp.io', 'clustercachedresourceendpointslices', READ),
      on('cache.kcp.io', 'clustercachedresourceendpointslices/status', 'update patch get'),
      on('migration.kcp.io', 'logicalclusterdumps', 'create'),
      on('migration.kcp.io', 'logicalclustermigrations logicalclustermigrations/status', 'get update patch'),
      on('apiextensions.k8s.io', 'customresourcedefinitions', 'get create'),
    ],
  },
}

/** Name of the binding, its ClusterRole, and the groups that it is for. */
const BINDINGS: readonly (readonly [name: string, role: string, ...groups: string[]])[] = [
  ['cluster-admin', 'cluster-admin', SYSTEM_MASTERS],
  ['system:monitoring', 'system:monitoring', SYSTEM_MONITORING],
  ['system:discovery', 'system:discovery', ALL_AUTHENTICATED],
  ['system:basic-user', 'system:basic-user', ALL_AUTHENTICATED],
  ['system:public-info-viewer', 'system:public-info-viewer', ALL_AUTHENTICATED, ALL_UNAUTHENTICATED],
  ['system:service-account-issuer-discovery', 'system:service-account-issuer-discovery', 'system:serviceaccounts'],
  ['system:kcp:admin:cluster-admin', 'cluster-admin', KCP_ADMIN],
  [
    WORKSPACE_BOOTSTRAPPER,
    WORKSPACE_BOOTSTRAPPER,
    WORKSPACE_BOOTSTRAPPER,
    `apis.kcp.io:binding:${WORKSPACE_BOOTSTRAPPER}`,
  ],
  [LOGICAL_CLUSTER_ADMIN, LOGICAL_CLUSTER_ADMIN, LOGICAL_CLUSTER_ADMIN],
  [EXTERNAL_LOGICAL_CLUSTER_ADMIN, EXTERNAL_LOGICAL_CLUSTER_ADMIN, EXTERNAL_LOGICAL_CLUSTER_ADMIN],
]

const RBAC = 'rbac.authorization.k8s.io'
const AGGREGATE = `${RBAC}/aggregate-to-`

/** The policy as ClusterRoles, as a client of `system:admin` sees them. */
export function bootstrapClusterRoles(): KubeObject[] {
  return Object.entries({ ...KUBERNETES_ROLES, ...KCP_ROLES }).map(([name, { rules, into, aggregates }]) => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: metadata(name, into === undefined ? {} : { [AGGREGATE + into]: 'true' }),
    ...(aggregates === undefined
      ? {}
      : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [AGGREGATE + aggregates]: 'true' } }] } }),
    rules: structuredClone(rules),
  }))
}

/** The policy's ClusterRoleBindings. */
export function bootstrapClusterRoleBindings(): KubeObject[] {
  return BINDINGS.map(([name, role, ...groups]) => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: metadata(name, {}),
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: groups.map((group) => ({ apiGroup: RBAC, kind: 'Group', name: group })),
  }))
}

function metadata(name: string, labels: Record<string, string>): KubeObject['metadata'] {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  }
}

let index: RbacIndex | undefined

/** The policy, indexed; one for the whole process. */
export function bootstrapRbac(): RbacIndex {
  index ??= indexRbac({
    clusterRoles: bootstrapClusterRoles(),
    clusterRoleBindings: bootstrapClusterRoleBindings(),
    roles: [],
    roleBindings: [],
  })
  return index
}
