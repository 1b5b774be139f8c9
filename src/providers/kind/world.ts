/** What the provider works with. */
import type { Docker } from './docker/docker.ts'
import type { NodeImages } from './node-images.ts'
import type { Kind } from './run-kind.ts'

export interface KindWorld {
  readonly docker: Docker
  readonly kind: Kind
  readonly images: NodeImages
  /** Path of the workspace whose clusters are ours: an owner tag is for anybody to choose. Undefined: every workspace's. */
  readonly workspace?: string
  /** Fields of kind's configuration that every cluster has, beside name and nodes (kind.x-k8s.io/v1alpha4, Cluster). */
  readonly config: Readonly<Record<string, unknown>>
}

export const TYPE = 'kind'
