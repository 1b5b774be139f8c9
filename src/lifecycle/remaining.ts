/** What is left of a namespace or logical cluster that is being deleted, counted for upstream's messages. */
import type { ResourceRef } from '../client/index.ts'
import { isDeleting, type ObjectReference, targetOf } from './object-reference.ts'

export interface Remaining {
  readonly count: (object: ObjectReference) => void
  readonly total: () => number
  /** Resources with objects that nobody has deleted yet. */
  readonly undeleted: () => readonly ResourceRef[]
  /** Resources with objects none of which a finalizer holds: they should have gone. */
  readonly unexplained: () => readonly ResourceRef[]
  /** `configmaps. has 2 resource instances`, as upstream writes it, with the dot that an empty group leaves. */
  readonly byResource: () => string
  /** `example.com/hold in 2 resource instances`. */
  readonly byFinalizer: () => string
}

interface Tally {
  readonly resource: ResourceRef
  objects: number
  undeleted: number
  held: number
}

export function countRemaining(): Remaining {
  const resources = new Map<string, Tally>()
  const finalizers = new Map<string, number>()
  const where = (matches: (tally: Tally) => boolean) =>
    [...resources.values()].filter(matches).map(({ resource }) => resource)

  return {
    count(object) {
      const resource = targetOf(object)
      const key = `${resource.resource}.${resource.group}`
      const tally = resources.get(key) ?? { resource, objects: 0, undeleted: 0, held: 0 }
      resources.set(key, tally)
      const holds = object.metadata.finalizers ?? []
      tally.objects++
      if (!isDeleting(object)) tally.undeleted++
      if (holds.length > 0) tally.held++
      for (const finalizer of holds) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1)
    },
    total: () => [...resources.values()].reduce((sum, { objects }) => sum + objects, 0),
    undeleted: () => where(({ undeleted }) => undeleted > 0),
    unexplained: () => where(({ held }) => held === 0),
    byResource: () => sorted([...resources].map(([key, { objects }]) => `${key} has ${objects} resource instances`)),
    byFinalizer: () => sorted([...finalizers].map(([name, count]) => `${name} in ${count} resource instances`)),
  }
}

function sorted(texts: readonly string[]): string {
  return texts.toSorted().join(', ')
}
