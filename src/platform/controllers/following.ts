/** Where a provider tells that a cluster may have changed, nobody has to look again and again. */
import type { ClusterProvider } from '../../providers/index.ts'

export interface Following extends Disposable {
  /** Whether it is told of from now on. */
  readonly keep: (key: string, what: Followed) => boolean
  readonly end: (key: string) => void
}

export interface Followed {
  readonly provider: ClusterProvider
  /** Empty: whether the world answers. */
  readonly externalName: string
  readonly changed: () => void
}

export function following(): Following {
  const kept = new Map<string, { readonly name: string; readonly stop: Disposable }>()
  const end = (key: string): void => {
    kept.get(key)?.stop[Symbol.dispose]()
    kept.delete(key)
  }
  return {
    end,
    keep(key, { provider, externalName, changed }) {
      const name = `${provider.type}://${externalName}`
      if (kept.get(key)?.name === name) return true
      end(key)
      const stop = provider.follow?.(externalName, changed)
      if (stop === undefined) return false
      kept.set(key, { name, stop })
      return true
    },
    [Symbol.dispose]() {
      for (const key of [...kept.keys()]) end(key)
    },
  }
}
