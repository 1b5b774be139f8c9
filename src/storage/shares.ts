/**
 * Shares of the history: what lies in one logical cluster of one resource has a share of its own, so that the churn of one
 * tenant, or of Leases and Events, makes no other history shorter. A share within its bound is kept for as long as
 * history is; one that outgrows it keeps what is recent.
 */

/** The share that a key belongs to: `/<group>/<resource>/<identity>/<logical cluster>/`, or `!<index>/<logical cluster>/`. */
export function shareOf(key: string): string {
  return key.slice(0, shareEnd(key))
}

function shareEnd(key: string): number {
  let slashes = key.startsWith('/') ? 5 : 2
  let end = 0
  for (let at = 0; at < key.length; at++) {
    if (key.charCodeAt(at) !== SLASH) continue
    end = at + 1
    if (--slashes === 0) break
  }
  return end
}

const SLASH = 47

/** Whether some key can begin with both. */
export function overlaps(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one)
}

export interface ShareMeter {
  wrote(key: string, bytes: number): void
  /** The shares that have outgrown the bound since they were last named. */
  outgrown(): string[]
  /** What was written before counts no more. */
  clear(): void
}

const CELLS = 1 << 16

/**
 * Finds the shares that outgrow `bound` bytes without a counter for each of a million: shares have cells by their hash, and
 * only one whose cell is half full is counted by name, and outgrows the bound when it has written the other half itself.
 */
export function createShareMeter(bound: number): ShareMeter {
  const cells = new Uint32Array(CELLS)
  const counted = new Map<string, number>()
  const half = bound / 2
  return {
    wrote(key, bytes) {
      const end = shareEnd(key)
      const cell = hashOf(key, end) % CELLS
      const before = cells[cell] ?? 0
      if (before < half) {
        cells[cell] = before + bytes
        return
      }
      const share = shareOf(key)
      counted.set(share, (counted.get(share) ?? 0) + bytes)
    },
    outgrown() {
      const over = [...counted].filter(([, bytes]) => bytes > half).map(([share]) => share)
      for (const share of over) counted.delete(share)
      return over
    },
    clear() {
      cells.fill(0)
      counted.clear()
    },
  }
}

/** FNV-1a of the first characters. */
function hashOf(text: string, end: number): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
