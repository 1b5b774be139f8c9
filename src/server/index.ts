/** The door of the API server. */
export { definitionsAs, definitionsFromCRD } from './apiextensions/definitions-from-crd.ts'
export { createAuthenticator } from './authentication/authenticator.ts'
export { hashedTokenAuthenticator, type TokenAuthenticator } from './authentication/hashed-tokens.ts'
export { readTokenFile } from './authentication/token-file.ts'
export { ACTIVE, TERMINATING } from './birth.ts'
export { clusterRole } from './builtins/role.ts'
export { clusterRoleBinding } from './builtins/role-binding.ts'
export { createServer, type Server, type ServerOptions } from './create-server.ts'
export type { Change, CommitPart, DefinitionSet, OperationContext, ResourceDefinition, Services } from './definition.ts'
export { definitionWith } from './definition-with.ts'
export { definitionSet } from './definitions.ts'
export { type Derived, derive } from './derived.ts'
export { boundedCache } from './discovery/bounded-cache.ts'
export {
  newAuthorityData,
  readIssuer,
  signFor,
} from './endpoints/endpoint-authority.ts'
export {
  AUTHORITY_NAMESPACE,
  authoritySecretName,
  ENDPOINTS_CLUSTER,
  LOGICAL_ENDPOINTS,
  type LogicalEndpoint,
} from './endpoints/logical-endpoint.ts'
export { type Endpoints, startEndpoints } from './endpoints/start-endpoints.ts'
export { featureDefinitions } from './feature-definitions.ts'
export { heldHandler } from './held-handler.ts'
export {
  ALL_CLUSTERS,
  deletionKey,
  epochKey,
  objectKey,
  ownerIndexKey,
  ownerIndexPrefix,
  pathKey,
  rangePrefix,
} from './keys.ts'
export { deletionRow } from './lifecycle.ts'
export { LOGICAL_CLUSTER_NAME, LOGICAL_CLUSTERS, readLogicalCluster } from './logical-cluster.ts'
export { timestamp } from './metadata.ts'
export { openServerStore } from './open-store.ts'
export { hashAdminTokens, newAdminTokens } from './pki/admin-tokens.ts'
export { createAuthority, ensureAuthority } from './pki/authority.ts'
export { adminKubeconfig, ensureAdminKubeconfig } from './pki/kubeconfig.ts'
export { ensureServiceAccountKey } from './pki/service-account-key.ts'
export { readServingFiles } from './pki/serving-files.ts'
export { servingNames } from './pki/serving-names.ts'
export { readClientCAs } from './pki/tls.ts'
export { ensureUserKubeconfig } from './pki/user-kubeconfig.ts'
export { openProcessLog } from './process-log.ts'
export { purgeCluster } from './purge.ts'
export type { RequestInfo } from './route.ts'
export { encodeRow } from './row.ts'
export { ROOT_CLUSTER, SHARD_CLUSTER } from './scope.ts'
export type { DefinitionSources, SharedDefinitions, VirtualWorkspace } from './shared-definitions.ts'
export { type Listener, listen } from './socket.ts'
export { openStoreAt, storeCommands } from './store-commands.ts'
export { createAddressPolicy } from './webhooks/address-policy.ts'
