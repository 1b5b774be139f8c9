/** Objects that exist by themselves, as rows: what a kind's `virtual` says of one logical cluster. */
import type { ResourceDefinition } from './definition.ts'
import { objectKey } from './keys.ts'
import type { LogicalClusterRecord } from './logical-cluster.ts'
import type { SeenRow } from './read.ts'
import { encodeRow } from './row.ts'

/** Namespaces that need no row. */
export const VIRTUAL_NAMESPACES: readonly string[] = ['default', 'kube-system']

export interface VirtualRows {
  /** Of a namespace, whether it exists or not; '' for cluster-scoped kinds. */
  readonly in: (namespace: string) => readonly SeenRow[]
}

export interface VirtualPlace {
  readonly cluster: string
  readonly logicalCluster: LogicalClusterRecord
  /** PEM, for kube-root-ca.crt. */
  readonly rootCertificate: string
}

const names = new WeakMap<ResourceDefinition, ReadonlySet<string>>()
const NOWHERE = { cluster: '', creationTimestamp: '', namespace: '', rootCertificate: '' }

/** What such objects are called, the same in every namespace and logical cluster: all other names need no look at them. */
export function virtualNames(definition: ResourceDefinition): ReadonlySet<string> {
  let known = names.get(definition)
  if (known === undefined) {
    const objects = definition.strategy.virtual?.(NOWHERE) ?? []
    known = new Set(objects.map(({ metadata }) => metadata.name ?? ''))
    names.set(definition, known)
  }
  return known
}

/** Undefined for kinds that have no such objects. */
export function virtualRowsOf(definition: ResourceDefinition, place: VirtualPlace): VirtualRows | undefined {
  const { virtual } = definition.strategy
  if (virtual === undefined) return undefined
  const { cluster, logicalCluster, rootCertificate } = place
  const { creationTimestamp, version } = logicalCluster
  return {
    in: (namespace) =>
      virtual({ cluster, creationTimestamp, namespace, rootCertificate }).map((object) => ({
        key: objectKey(definition, cluster, object.metadata.namespace ?? '', object.metadata.name ?? ''),
        value: encodeRow(definition, object),
        version,
        virtual: true,
      })),
  }
}
