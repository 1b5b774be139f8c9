/** What is sent to, and comes back from, the subresource `kubeconfig`: in the shape of Gardener's AdminKubeconfigRequest. */
import type { KubeObject } from '../../machinery/index.ts'
import { PLATFORM_API_VERSION } from '../api/declare-kind.ts'

export const KUBECONFIG_REQUEST = 'KubeconfigRequest'

export interface KubeconfigRequest extends KubeObject {
  readonly spec?: {
    /** Default, and at most: the object's spec.access.ttl. */
    readonly expirationSeconds?: number
  }
  readonly status?: {
    /** Base64. */
    readonly kubeconfig: string
    /** RFC 3339, UTC. */
    readonly expirationTimestamp: string
  }
}

export function kubeconfigRequest(expirationSeconds: number | undefined): KubeconfigRequest {
  const spec = expirationSeconds === undefined ? {} : { expirationSeconds }
  return { apiVersion: PLATFORM_API_VERSION, kind: KUBECONFIG_REQUEST, metadata: {}, spec }
}
