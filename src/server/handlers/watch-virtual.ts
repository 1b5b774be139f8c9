/** Watches of kinds with virtual objects: they appear and go with their namespace, and a first write modifies one. */
import type { Change } from '../../storage/index.ts'
import type { ResourceContext } from '../context.ts'
import { ALL_CLUSTERS, epochKey } from '../keys.ts'
import type { SeenRow } from '../read.ts'
import type { Sender } from './watch.ts'

export interface VirtualWatch extends Disposable {
  /** The change as a watcher sees it, for whom the virtual object was there before and is there again afterwards. */
  readonly overlay: (change: Change) => Change
}

export async function watchVirtual(
  context: ResourceContext,
  sender: Sender,
  after: number,
): Promise<VirtualWatch | undefined> {
  const { definition, cluster, info, parts } = context
  if (definition.strategy.virtual === undefined || cluster === ALL_CLUSTERS) return undefined
  const known = new Map<string, SeenRow>()
  const remember = (rows: readonly SeenRow[]): void => {
    for (const row of rows) known.set(row.key, row)
  }
  remember(await parts.reader.virtualRows(definition, cluster, info.namespace))
  const prefix = epochKey(cluster)
  const epochs = definition.namespaced
    ? await parts.store.watch({
        prefix,
        after,
        deliver: ({ changes }) => changes.forEach(follow),
        failed: () => undefined,
      })
    : undefined

  function follow({ key, value, previous, version }: Change): void {
    const namespace = key.slice(prefix.length)
    if (namespace === '' || (info.namespace !== '' && info.namespace !== namespace)) return
    if (previous === undefined) void born(namespace, version)
    else if (value === undefined) void gone(namespace, version)
  }

  async function born(namespace: string, version: number): Promise<void> {
    const rows = await parts.reader.virtualRows(definition, cluster, namespace)
    remember(rows)
    for (const row of rows) sender.deliver({ key: row.key, version, value: row.value, previous: undefined })
  }

  async function gone(namespace: string, version: number): Promise<void> {
    for (const row of await parts.reader.virtualRows(definition, cluster, namespace)) {
      known.delete(row.key)
      sender.deliver({ key: row.key, version, value: undefined, previous: row.value })
    }
  }

  return {
    overlay: (change) => {
      const virtual = known.get(change.key)
      if (virtual === undefined) return change
      return { ...change, value: change.value ?? virtual.value, previous: change.previous ?? virtual.value }
    },
    [Symbol.dispose]: () => epochs?.[Symbol.dispose](),
  }
}
