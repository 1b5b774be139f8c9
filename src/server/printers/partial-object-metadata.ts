/** meta.k8s.io PartialObjectMetadata: what an object is, without what it says. */
import type { KubeObject } from '../../machinery/index.ts'

export function partialObjectMetadata({ metadata }: KubeObject, metaVersion = 'v1'): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${metaVersion}`, metadata }
}
