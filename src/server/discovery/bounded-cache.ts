/**
 * Keeps the values that were asked for last, up to a number of them. Undefined is an answer that is not kept: what asks for
 * nonsense does not push out what is of use.
 */
export function boundedCache<T>(limit: number): (key: string, compute: () => T) => T {
  const kept = new Map<string, T>()
  return (key, compute) => {
    const value = kept.get(key) ?? compute()
    if (value === undefined) return value
    kept.delete(key)
    kept.set(key, value)
    if (kept.size > limit) {
      const [oldest] = kept.keys()
      if (oldest !== undefined) kept.delete(oldest)
    }
    return value
  }
}
