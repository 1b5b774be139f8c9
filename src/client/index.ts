/** The door of the client: how controllers and commands talk to an API server, in this process or over HTTPS. */
export {
  type Client,
  type ClientOptions,
  type CreateOptions,
  createClient,
  type PatchType,
  type RawOptions,
} from './client.ts'
export { clusterPathOf, inClusterPrefix } from './cluster-prefix.ts'
export type { DiscoveredResource, Discovery } from './discovery.ts'
export { type HttpsTransportOptions, httpsTransport, type RestConfig } from './https-transport.ts'
export {
  type ClientConfig,
  clientConfigOf,
  type Kubeconfig,
  type KubeconfigSource,
  loadKubeconfig,
  parseKubeconfig,
  readKubeconfig,
} from './kubeconfig.ts'
export { changeKubeconfig, type KubeconfigChange } from './kubeconfig-edit.ts'
export {
  type DeleteOptions,
  type GetOptions,
  type ListOptions,
  PARTIAL_METADATA,
  PARTIAL_METADATA_LIST,
  type PatchOptions,
  type RequestOptions,
  TABLE,
  type WatchOptions,
  type WriteOptions,
} from './options.ts'
export { groupVersionPath, type ResourceRef, resourceRef } from './resource-ref.ts'
export { inProcessTransport, type Transport, type TransportRequest } from './transport.ts'
export type { WatchEvent } from './watch-events.ts'
export { currentWorkspace, switchBack, switchWorkspace } from './workspace-context.ts'
