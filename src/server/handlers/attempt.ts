/** Optimistic concurrency: a write that lost a race decides anew on what is there now. */
import { conflict, OBJECT_MODIFIED } from '../../machinery/index.ts'
import type { ResourceContext } from '../context.ts'
import { LostRace } from '../write.ts'

const ATTEMPTS = 8

export async function attempt<T>(context: ResourceContext, name: string, once: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await once()
    } catch (error) {
      if (!(error instanceof LostRace)) throw error
      context.request.signal.throwIfAborted()
      if (attempts === ATTEMPTS) throw conflict(groupResource(context), name, OBJECT_MODIFIED)
    }
  }
}

export function groupResource({ definition }: Pick<ResourceContext, 'definition'>): {
  group: string
  resource: string
} {
  return { group: definition.group, resource: definition.names.plural }
}
