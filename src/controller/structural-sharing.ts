import { isRecord } from './merge-patch.ts'

/**
 * `next`, with every part that equals the same part of `previous` taken from `previous`: `===` then tells what changed, and
 * an object that is written often keeps one copy of what stays. Returns `previous` itself when nothing differs.
 */
export function share<T>(previous: unknown, next: T): T {
  if (Object.is(previous, next)) return next
  if (Array.isArray(previous) && Array.isArray(next)) {
    const parts = next.map((part, index) => share(previous[index], part))
    const same = parts.length === previous.length && parts.every((part, index) => part === previous[index])
    return (same ? previous : parts) as T
  }
  if (!isRecord(previous) || !isRecord(next)) return next
  const parts = Object.entries(next).map(([key, part]) => [key, share(previous[key], part)] as const)
  const same =
    parts.length === Object.keys(previous).length &&
    parts.every(([key, part]) => Object.hasOwn(previous, key) && previous[key] === part)
  return (same ? previous : Object.fromEntries(parts)) as T
}
