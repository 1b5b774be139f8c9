/** Keeps the values that were asked for last, up to a number of them. */
export function boundedCache<T>(limit: number): (key: string, compute: () => T) => T {
  const kept = new Map<string, T>()
  return (key, compute) => {
    const found = kept.get(key)
    const value = found ?? compute()
    kept.delete(key)
    kept.set(key, value)
    if (kept.size > limit) {
      const [oldest] = kept.keys()
      if (oldest !== undefined) kept.delete(oldest)
    }
    return value
  }
}
