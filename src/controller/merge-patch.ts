/** The JSON merge patch (RFC 7386) that turns one value into another; undefined when they are equal. */
export function mergePatchBetween(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const patch: [string, unknown][] = []
  for (const [key, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined
    if (value === undefined || isEqual(before, value)) continue
    const nested = isRecord(before) && isRecord(value) ? mergePatchBetween(before, value) : value
    patch.push([key, nested])
  }
  for (const key of Object.keys(from)) if (to[key] === undefined) patch.push([key, null])
  return patch.length === 0 ? undefined : Object.fromEntries(patch)
}

/** Equal as JSON: a field that is undefined is absent. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((part, index) => isEqual(part, other[index]))
  }
  if (!isRecord(one) || !isRecord(other)) return false
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].every((key) => isEqual(one[key], other[key]))
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
