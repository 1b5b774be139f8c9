/** The conditions of a namespace that is being deleted (pkg/controller/namespace/deletion/status_condition_utils.go). */
import { type ConditionLike, setCondition } from '../../controller/index.ts'
import type { Remaining } from '../remaining.ts'

/** v1.NamespaceCondition. */
export interface NamespaceCondition extends ConditionLike {
  readonly reason: string
  readonly message: string
}

/** In upstream's order: type, and reason and message of the state in which nothing is wrong (status False). */
const WELL = [
  ['NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'],
  ['NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  [
    'NamespaceDeletionContentFailure',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ],
  ['NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'],
  ['NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
] as const

type Fault = Pick<NamespaceCondition, 'reason' | 'message'>

/** `failures`: what went wrong with the deletion of one resource each. */
export function namespaceConditions(
  conditions: readonly NamespaceCondition[],
  remaining: Remaining,
  failures: readonly string[],
  now: number,
): readonly NamespaceCondition[] {
  const faults: Record<string, Fault | undefined> = {
    NamespaceDeletionContentFailure: contentFailure(failures),
    NamespaceContentRemaining: fault('SomeResourcesRemain', 'Some resources are remaining', remaining.byResource()),
    NamespaceFinalizersRemaining: fault(
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining',
      remaining.byFinalizer(),
    ),
  }
  return WELL.reduce<readonly NamespaceCondition[]>((all, [type, reason, message]) => {
    const status = faults[type] === undefined ? 'False' : 'True'
    return setCondition(all, { type, status, reason, message, ...faults[type] }, now)
  }, conditions)
}

function contentFailure(failures: readonly string[]): Fault | undefined {
  const text = `Failed to delete all resource types, ${failures.length} remaining`
  return fault('ContentDeletionFailed', text, failures.toSorted().join(', '))
}

function fault(reason: string, message: string, details: string): Fault | undefined {
  return details === '' ? undefined : { reason, message: `${message}: ${details}` }
}
