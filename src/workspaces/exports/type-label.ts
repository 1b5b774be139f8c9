/** On a LogicalCluster: a type that it is of, by itself or by extension, so that a change of the type finds its workspaces. */
import { TYPE_LABEL_PREFIX } from '../api/groups.ts'
import { base62Sha224 } from './base62.ts'

/** @example typeLabel('2x7…', 'team') // a label's key; its value is empty */
export function typeLabel(cluster: string, name: string): string {
  return `${TYPE_LABEL_PREFIX}${base62Sha224(`${cluster}:${name}`)}`
}
