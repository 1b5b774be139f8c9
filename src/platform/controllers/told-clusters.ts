/**
 * What was seen of clusters whose provider tells of changes: good until it tells of one, or until the object that stands for the
 * cluster here changes. Whoever looks because time has passed, and not because anything happened, asks the world nothing.
 */
import type { ClusterProvider, ObservedCluster } from '../../providers/index.ts'
import { following } from './following.ts'

export interface ToldClusters extends Disposable {
  /** What was seen last, or what `look` sees. `key` names the object. */
  readonly seen: (key: string, of: Asked, look: Look) => Promise<ObservedCluster | undefined>
  /** The object has changed. */
  readonly changed: (key: string) => void
  /** The object has gone. */
  readonly gone: (key: string) => void
}

export interface Asked {
  readonly provider: ClusterProvider
  readonly externalName: string
}

type Look = () => Promise<ObservedCluster | undefined>

export function toldClusters(): ToldClusters {
  const told = following()
  const kept = new Map<string, ObservedCluster>()
  /** Of looks that are under way: what is told of meanwhile they may have missed. */
  const looking = new Map<string, symbol>()
  const changed = (key: string): void => {
    kept.delete(key)
    looking.delete(key)
  }
  return {
    changed,
    async seen(key, { provider, externalName }, look) {
      const present = kept.get(key)
      if (present !== undefined) return present
      const isTold = told.keep(key, { provider, externalName, changed: () => changed(key) })
      const own = Symbol()
      if (isTold) looking.set(key, own)
      const observed = await look()
      // What is not ready goes on to be something else, without a word.
      if (observed?.state === 'ready' && looking.get(key) === own) kept.set(key, observed)
      return observed
    },
    gone(key) {
      changed(key)
      told.end(key)
    },
    [Symbol.dispose]: () => told[Symbol.dispose](),
  }
}
