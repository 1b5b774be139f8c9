/** The hooks of a kind for another version of it: each runs on the stored version, and what it changes is brought back. */
import type { KubeObject } from '../../machinery/index.ts'
import type { Change, ResourceDefinition } from '../../server/index.ts'

type StoredForm = NonNullable<ResourceDefinition['storedForm']>

export function inStoredForm({ definition, toStored, fromStored }: StoredForm): ResourceDefinition['strategy'] {
  const { prepareForCreate, prepareForUpdate, prepareForDelete, admit, commit } = definition.strategy
  /** What was admitted is what is committed. */
  const admitted = new WeakMap<KubeObject, KubeObject>()

  function through<T>(object: KubeObject, hook: (stored: KubeObject) => T): T {
    const stored = toStored(object)
    const result = hook(stored)
    replace(object, fromStored(stored))
    return result
  }

  function stored(change: Change): Change {
    if (change.type === 'delete') return { ...change, old: toStored(change.old) }
    const object = admitted.get(change.object) ?? toStored(change.object)
    return change.type === 'create' ? { ...change, object } : { ...change, object, old: toStored(change.old) }
  }

  return {
    prepareForCreate: (object, context) => through(object, (it) => prepareForCreate?.(it, context)),
    prepareForUpdate: (object, old, context) => through(object, (it) => prepareForUpdate?.(it, toStored(old), context)),
    prepareForDelete: (object, context) => through(object, (it) => prepareForDelete?.(it, context)),
    admit: async (change, context) => {
      if (change.type !== 'delete') admitted.delete(change.object)
      const inner = stored(change)
      await admit?.(inner, context)
      if (change.type === 'delete' || inner.type === 'delete') return
      replace(change.object, fromStored(inner.object))
      admitted.set(change.object, inner.object)
    },
    ...(commit !== undefined && { commit: (change, context) => commit(stored(change), context) }),
  }
}

function replace(object: KubeObject, by: KubeObject): void {
  const target: Record<string, unknown> = object
  for (const key of Object.keys(target)) if (!(key in by)) delete target[key]
  Object.assign(target, by)
}
