/** Which finalizers a deletion waits for (apiserver/pkg/registry/generic/registry/store.go). */
import { FINALIZER_DELETE_DEPENDENTS, FINALIZER_ORPHAN_DEPENDENTS, type KubeObject } from '../../machinery/index.ts'
import type { ResourceDefinition } from '../definition.ts'
import type { Propagation } from '../options.ts'

export function hasPendingFinalizers(definition: ResourceDefinition, object: KubeObject): boolean {
  if ((object.metadata.finalizers ?? []).length > 0) return true
  return (
    isNamespace(definition) && ((object.spec as { finalizers?: string[] } | undefined)?.finalizers ?? []).length > 0
  )
}

function isNamespace({ group, names }: ResourceDefinition): boolean {
  return group === '' && names.plural === 'namespaces'
}

/** The finalizers after a delete call: those of garbage collection follow the call, or stay when it says nothing. */
export function finalizersForDeletion(object: KubeObject, propagation: Propagation | undefined): string[] {
  const finalizers = object.metadata.finalizers ?? []
  if (propagation === undefined) return [...finalizers]
  const others = finalizers.filter(
    (name) => name !== FINALIZER_ORPHAN_DEPENDENTS && name !== FINALIZER_DELETE_DEPENDENTS,
  )
  if (propagation === 'Orphan') return [...others, FINALIZER_ORPHAN_DEPENDENTS]
  if (propagation === 'Foreground') return [...others, FINALIZER_DELETE_DEPENDENTS]
  return others
}
