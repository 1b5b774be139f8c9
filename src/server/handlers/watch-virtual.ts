/** Watches of kinds with virtual objects: they appear and go with their namespace, and a first write modifies one. */
import { type Change, unescapeSegment } from '../../storage/index.ts'
import type { ResourceContext } from '../context.ts'
import { epochKey } from '../keys.ts'
import { readHeader } from '../row.ts'
import { virtualNames } from '../virtual.ts'
import type { Sender } from './watch-sender.ts'

export interface VirtualWatch extends Disposable {
  /** The change as a watcher sees it, for whom the virtual object was there before and is there again afterwards: where it
   *  is another one by then, the old one goes and the new one comes. */
  readonly overlay: (change: Change) => readonly Change[]
}

export async function watchVirtual(
  { definition, cluster, info, parts }: ResourceContext,
  sender: Sender,
  after: number,
): Promise<VirtualWatch | undefined> {
  const rows = await parts.reader.virtual(definition, cluster)
  if (rows === undefined) return undefined
  const isWatched = (namespace: string) => info.namespace === '' || info.namespace === namespace
  /** The namespaces that exist; for a cluster-scoped kind the logical cluster itself, as ''. */
  const places = new Set(definition.namespaced ? (await parts.reader.namespacesOf(cluster)).filter(isWatched) : [''])
  const names = virtualNames(definition)
  const prefix = epochKey(cluster)

  const epochs = await parts.store.watch({
    prefix,
    after,
    deliver: ({ changes }) => changes.forEach(follow),
    failed: () => undefined,
  })

  function follow({ key, value, previous, version }: Change): void {
    const place = unescapeSegment(key.slice(prefix.length))
    if (place === '' && value === undefined) for (const each of places) gone(each, version)
    if (!definition.namespaced || place === '' || !isWatched(place)) return
    if (previous === undefined) born(place, version)
    else if (value === undefined) gone(place, version)
  }

  function born(place: string, version: number): void {
    if (places.has(place)) return
    places.add(place)
    for (const { key, value } of rows?.in(place) ?? []) sender.deliver({ key, version, value, previous: undefined })
  }

  function gone(place: string, version: number): void {
    if (!places.delete(place)) return
    for (const { key, value } of rows?.in(place) ?? []) {
      sender.deliver({ key, version, value: undefined, previous: value })
    }
  }

  return {
    overlay: (change) => {
      const end = change.key.lastIndexOf('/')
      if (!names.has(change.key.slice(end + 1))) return [change]
      const place = definition.namespaced ? change.key.slice(change.key.lastIndexOf('/', end - 1) + 1, end) : ''
      const virtual = places.has(place) ? rows.in(place).find(({ key }) => key === change.key) : undefined
      const { value = virtual?.value, previous = virtual?.value } = change
      return isSame(value, previous)
        ? [{ ...change, value, previous }]
        : [
            { ...change, value: undefined, previous },
            { ...change, value, previous: undefined },
          ]
    },
    [Symbol.dispose]: () => epochs[Symbol.dispose](),
  }
}

/** By their uids; one that is not there is nobody else. */
function isSame(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined || readHeader(one).u === readHeader(other).u
}
