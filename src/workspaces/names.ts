/** Names of logical clusters, and paths. */
import { createHash, randomBytes } from 'node:crypto'

/** 16 characters of base 36, the first of a SHA-224 over random bytes, as kcp draws them. */
export function newClusterName(random: () => Buffer = () => randomBytes(32)): string {
  return base36(createHash('sha224').update(random()).digest('hex')).slice(0, 16)
}

function base36(hex: string): string {
  return BigInt(`0x${hex}`).toString(36).padStart(16, '0')
}

const CLUSTER_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

export function isClusterName(text: string): boolean {
  return CLUSTER_NAME.test(text)
}

export function joinPath(parent: string, name: string): string {
  return `${parent}:${name}`
}

/** `root:acme:shop` -> `root:acme`; undefined at the top. */
export function parentPath(path: string): string | undefined {
  const end = path.lastIndexOf(':')
  return end === -1 ? undefined : path.slice(0, end)
}
