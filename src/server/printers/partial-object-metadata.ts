/** meta.k8s.io/v1 PartialObjectMetadata: what an object is, without what it says. */
import type { KubeObject } from '../../machinery/index.ts'

export function partialObjectMetadata({ metadata }: KubeObject): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
}
