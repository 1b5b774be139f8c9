/**
 * Which bindings an export has, and which slices publish it: index rows that the commits of those keep, so that an export
 * without bindings has no endpoint and one with bindings has, with nobody at work in between. `!export/<logical
 * cluster>/<export>` is written by every change of either; whoever changes the one because of the other guards its version.
 */

import type { OperationContext } from '../../server/index.ts'
import { escapeSegment, type Operation, type Precondition, type Row, unescapeSegment } from '../../storage/index.ts'

export interface ExportId {
  readonly cluster: string
  readonly name: string
}

const EMPTY = Buffer.alloc(0)

function segments({ cluster, name }: ExportId): string {
  return `${escapeSegment(cluster)}/${escapeSegment(name)}`
}

export function turnKey(id: ExportId): string {
  return `!export/${segments(id)}`
}

export function bindingsPrefix(id: ExportId): string {
  return `!binding/${segments(id)}/`
}

export function slicesPrefix(id: ExportId): string {
  return `!slice/${segments(id)}/`
}

/** Exports by their identity's hash, which several may share. */
export function identityPrefix(identityHash: string): string {
  return `!identity/${escapeSegment(identityHash)}/`
}

/** The index row of an object of a logical cluster. */
export function indexKey(prefix: string, cluster: string, name: string): string {
  return `${prefix}${escapeSegment(cluster)}/${escapeSegment(name)}`
}

export function placeOf(prefix: string, row: Row): { readonly cluster: string; readonly name: string } {
  const [cluster = '', name = ''] = row.key.slice(prefix.length).split('/')
  return { cluster: unescapeSegment(cluster), name: unescapeSegment(name) }
}

/** Whether the export has bindings besides `own`, and what must still hold for that answer when the commit happens. */
export async function otherBindings(
  id: ExportId,
  own: string,
  { services: { store } }: OperationContext,
): Promise<{ readonly any: boolean; readonly guard: Precondition }> {
  const { rows } = await store.range({ prefix: bindingsPrefix(id), limit: 2 })
  const other = rows.find(({ key }) => key !== own)
  if (other !== undefined) return { any: true, guard: { type: 'present', key: other.key } }
  const key = turnKey(id)
  const turn = await store.get(key)
  return {
    any: false,
    guard: turn === undefined ? { type: 'absent', key } : { type: 'version', key, version: turn.version },
  }
}

export function turn(id: ExportId): Operation {
  return { type: 'put', key: turnKey(id), value: EMPTY }
}

export function indexed(key: string): Operation {
  return { type: 'put', key, value: EMPTY }
}
