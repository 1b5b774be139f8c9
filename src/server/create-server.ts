/** Puts the server together from a store, an authenticator and the kinds that it serves. */
import { randomUUID } from 'node:crypto'
import { generateName, type Handler, type KubeObject } from '../machinery/index.ts'
import type { Store } from '../storage/index.ts'
import { startAdmission } from './admission/create-admission.ts'
import { convertingReader, createRowConverter } from './apiextensions/converting-reader.ts'
import { definitionsFromCRD } from './apiextensions/definitions-from-crd.ts'
import { type Authenticator, withServiceAccounts } from './authentication/authenticator.ts'
import { serviceAccountTokens } from './authentication/service-account-tokens.ts'
import { createTokenIssuer, type TokenIssuerOptions } from './authentication/token-issuer.ts'
import { resourceAttributes } from './authorization/attributes.ts'
import { createAuthorizer } from './authorization/authorizer.ts'
import { withDefaultRoles } from './authorization/default-roles.ts'
import { indexRbac, type RbacIndex } from './authorization/rbac-index.ts'
import { refuseEscalation } from './authorization/role-admission.ts'
import { customResourceDefinition } from './builtins/custom-resource-definition.ts'
import { builtinDefinitions } from './builtins/definitions.ts'
import { clusterRole, role } from './builtins/role.ts'
import { clusterRoleBinding, roleBinding } from './builtins/role-binding.ts'
import { secret } from './builtins/secret.ts'
import { serviceAccount } from './builtins/service-account.ts'
import type { ServerParts } from './context.ts'
import type { DefinitionSet, ResourceDefinition } from './definition.ts'
import { joinDefinitions } from './definitions.ts'
import { derive } from './derived.ts'
import { createDiagnostics } from './diagnostics.ts'
import { type ClusterAuthority, clusterAuthorities } from './endpoints/cluster-authority.ts'
import { startSweeper } from './expiry/sweeper.ts'
import { serverChecks } from './health.ts'
import { ALL_CLUSTERS, rangePrefix } from './keys.ts'
import { LIFECYCLE_DEFINITIONS } from './lifecycle.ts'
import { LOGICAL_CLUSTERS_PREFIX, type LogicalClusterRecord, readLogicalCluster } from './logical-cluster.ts'
import { processMetrics } from './metrics/process-metrics.ts'
import { requestMetrics } from './metrics/request-metrics.ts'
import { measuredStore } from './metrics/store-metrics.ts'
import { createObserver, type ObserverOptions } from './observer.ts'
import { createPipeline, type PipelineOptions } from './pipeline.ts'
import { createServiceAccountKey } from './pki/service-account-key.ts'
import { followQuotas } from './quota/quotas.ts'
import { createReader, presentObject } from './read.ts'
import { accessReviewers } from './reviewers.ts'
import type { DefinitionSources, SharedDefinitions } from './shared-definitions.ts'
import { createAddressPolicy } from './webhooks/address-policy.ts'
import { createWebhookCaller } from './webhooks/client-config.ts'
import { createDialer } from './webhooks/dialer.ts'
import { createGate } from './webhooks/gate.ts'

export interface ServerOptions {
  readonly store: Store
  readonly authenticator: Authenticator
  /** Kinds that are served in every logical cluster besides the built-in ones. */
  readonly definitions: readonly ResourceDefinition[]
  /** Definitions that logical clusters have of one another; default: none. */
  readonly share?: (sources: DefinitionSources) => Promise<SharedDefinitions>
  /** ClusterRoles and ClusterRoleBindings that hold in every logical cluster besides the bootstrap policy. */
  readonly policy: readonly KubeObject[]
  /** The server's own, for logical clusters that have no endpoint. */
  readonly authority: ClusterAuthority
  /** How tokens of service accounts are signed; default: by a key of this process alone, whose tokens end with it. */
  readonly tokens?: TokenIssuerOptions
  /** CIDR ranges of loopback, link-local and private addresses that tenants' webhooks may be at; default: none. */
  readonly webhookAllowCidr?: readonly string[]
  readonly externalURL: () => string
  readonly report: PipelineOptions['report']
  /** The store can no longer be trusted: the process has to end. */
  readonly failed: (error: Error) => void
  readonly now?: () => number
  /** For what goes by its time; default: the machine's clock. */
  readonly setTimeout?: (callback: () => void, ms: number) => Disposable
  /** Who is told of requests: the audit, logs. */
  readonly observe?: Omit<ObserverOptions, 'metrics'>
  /** Metrics that other parts of the process count, in Prometheus' text format. */
  readonly moreMetrics?: () => string
}

export interface Server extends Disposable {
  readonly handler: Handler
  /** Whose token it is, service accounts' included. */
  readonly authenticateToken: Authenticator['authenticateToken']
}

/** Logical clusters whose RBAC, definitions and LogicalCluster are kept computed. */
const KEPT = 4096
/** Calls to webhooks that one logical cluster may have under way. */
const WEBHOOK_CALLS = 64
const NONE: readonly ResourceDefinition[] = []

export async function createServer(options: ServerOptions): Promise<Server> {
  const { externalURL, failed, now = Date.now } = options
  const { store, families: storeFamilies } = measuredStore(options.store)
  const custom = rangePrefix(customResourceDefinition, ALL_CLUSTERS, '')
  const clusters = await derive<LogicalClusterRecord | undefined>({
    store,
    prefixes: [LOGICAL_CLUSTERS_PREFIX],
    compute: (cluster) => readLogicalCluster(store, cluster),
    limit: KEPT,
    failed,
  })
  const dialer = createDialer(createAddressPolicy(options.webhookAllowCidr ?? []))
  const webhooks = createWebhookCaller(dialer, createGate(WEBHOOK_CALLS))
  const convert = createRowConverter({ webhooks, logicalClusterOf: clusters.of })
  const authorityOf = clusterAuthorities({ store, logicalClusterOf: clusters.of, server: options.authority, now })
  const rows = createReader({ store, logicalClusterOf: clusters.of, authorityOf })
  const reader = convertingReader(rows, convert)

  async function read(
    definition: ResourceDefinition,
    cluster: string,
    namespace: string,
    name: string,
  ): Promise<KubeObject | undefined> {
    const row = await reader.get(definition, cluster, namespace, name)
    return row === undefined ? undefined : presentObject(definition, row, cluster)
  }

  const tokens = createTokenIssuer(options.tokens ?? { key: createServiceAccountKey() })
  const accounts = serviceAccountTokens({
    issuer: tokens,
    now,
    serviceAccount: (...place) => read(serviceAccount, ...place),
    secret: (...place) => read(secret, ...place),
  })
  const authenticator = withServiceAccounts(options.authenticator, accounts)

  async function readAll(definition: ResourceDefinition, cluster: string, namespace: string): Promise<KubeObject[]> {
    const objects: KubeObject[] = []
    let after: string | undefined
    for (;;) {
      const page = await reader.page(definition, {
        cluster,
        namespace,
        limit: 500,
        ...(after !== undefined && { after }),
      })
      for (const row of page.rows) objects.push(presentObject(definition, row, cluster))
      after = page.rows.at(-1)?.key
      if (!page.more || after === undefined) return objects
    }
  }

  const rbac = await derive<RbacIndex>({
    store,
    prefixes: [clusterRole, role, clusterRoleBinding, roleBinding].map((kind) => rangePrefix(kind, ALL_CLUSTERS, '')),
    compute: async (cluster) => {
      const [clusterRoles, roles, clusterRoleBindings, roleBindings] = await Promise.all([
        readAll(clusterRole, cluster, ''),
        readAll(role, cluster, ''),
        readAll(clusterRoleBinding, cluster, ''),
        readAll(roleBinding, cluster, ''),
      ])
      return withDefaultRoles(indexRbac({ clusterRoles, roles, clusterRoleBindings, roleBindings }), clusterRoles)
    },
    limit: KEPT,
    failed,
  })
  const shared = await options.share?.({ store, readAll, limit: KEPT, failed })
  const authorizer = createAuthorizer({
    rbacOf: rbac.of,
    logicalClusterOf: clusters.of,
    policy: options.policy,
    maximalPolicyIn: async (...resource) => shared?.maximalPolicyIn(...resource),
  })
  const served = [
    ...builtinDefinitions({ access: accessReviewers({ authenticator, authorizer, accounts, tokens }) }),
    ...LIFECYCLE_DEFINITIONS,
    ...options.definitions,
  ]
  const definitions = await derive<readonly ResourceDefinition[]>({
    store,
    prefixes: [custom],
    compute: async (cluster) => {
      if (cluster === ALL_CLUSTERS) return NONE
      const crds = await readAll(customResourceDefinition, cluster, '')
      return crds.length === 0 ? NONE : crds.flatMap(definitionsFromCRD)
    },
    limit: KEPT,
    failed,
  })
  const admission = await startAdmission({
    store,
    readAll,
    authorize: authorizer.authorize,
    webhooks,
    limit: KEPT,
    failed,
  })
  const quotas = await followQuotas({ store, limit: KEPT, failed })
  const joined = joinDefinitions(served)
  const definitionsOf = async (cluster: string): Promise<DefinitionSet> => {
    const own = await definitions.of(cluster)
    return joined((await shared?.definitionsIn(cluster)) ?? NONE, own)
  }
  const metrics = requestMetrics()
  const parts: ServerParts = {
    store,
    reader,
    watchEvents: metrics.watchEvents,
    externalURL,
    now,
    readAll,
    definitionsOf,
    logicalClusterOf: clusters.of,
    read,
    quotas,
    admission,
    convert,
    authorityOf,
    tokens,
    permits: async (user, verb, resource) =>
      (await authorizer.authorize(resourceAttributes({ user, verb, ...resource }), { deep: true })).allowed,
    refuseEscalation: (change) => refuseEscalation(change, authorizer),
    random: { uid: randomUUID, suffix: () => generateName('') },
  }
  const sweeper = startSweeper({
    parts,
    definitions: served.filter(({ strategy, storedForm }) => strategy.expiry !== undefined && storedForm === undefined),
    report: options.report,
    ...(options.setTimeout !== undefined && { setTimeout: options.setTimeout }),
  })
  return {
    authenticateToken: authenticator.authenticateToken,
    handler: createPipeline({
      parts,
      observer: createObserver({ ...options.observe, metrics }),
      diagnostics: createDiagnostics({
        checks: serverChecks(store),
        families: [...metrics.families, ...storeFamilies, ...processMetrics()],
        more: options.moreMetrics ?? (() => ''),
      }),
      authenticator,
      authorizer,
      report: options.report,
      virtualWorkspace: async (path) => shared?.virtualWorkspace(path),
      identified: async (identity) => shared?.identified(identity),
    }),
    [Symbol.dispose]: () => {
      sweeper[Symbol.dispose]()
      for (const derived of [clusters, rbac, definitions, quotas, admission, dialer]) derived[Symbol.dispose]()
      shared?.[Symbol.dispose]()
    },
  }
}
