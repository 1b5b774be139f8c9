import type { Client, ResourceRef } from '../client/index.ts'
import { isStatus, type KubeObject } from '../machinery/index.ts'
import { find } from './find.ts'
import { isEqual, isRecord } from './merge-patch.ts'

export interface Applied<T> {
  readonly object: T
  readonly change: 'created' | 'updated' | 'unchanged'
}

export interface ApplyOptions<T> {
  /** Throws where what is there is to be left alone. It is changed at the version that this has seen, and at no other. */
  readonly accept?: (current: T) => void
}

/**
 * Makes every field that `desired` names what it says there; fields that it does not name are left alone, and lists are
 * replaced whole. Without a difference nothing is written.
 */
export async function apply<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  desired: T,
  options: ApplyOptions<T> = {},
): Promise<Applied<T>> {
  const { name = '', namespace } = desired.metadata
  const scope = namespace === undefined ? {} : { namespace }
  const current = await find(client, resource, name, scope)
  if (current === undefined) {
    try {
      return { object: await client.create(resource, desired), change: 'created' }
    } catch (error) {
      if (!isStatus(error, 'AlreadyExists')) throw error
      return apply(client, resource, desired, options)
    }
  }
  const { accept } = options
  accept?.(current)
  if (contains(current, desired)) return { object: current, change: 'unchanged' }
  const { resourceVersion } = current.metadata
  const patch = accept === undefined ? desired : { ...desired, metadata: { ...desired.metadata, resourceVersion } }
  try {
    return { object: await client.patch(resource, name, 'merge', patch, scope), change: 'updated' }
  } catch (error) {
    if (accept === undefined || !isStatus(error, 'Conflict')) throw error
    return apply(client, resource, desired, options)
  }
}

/** Whether each field of `part` is in `whole`; an empty object or list asks for nothing. */
function contains(whole: unknown, part: unknown): boolean {
  if (part === undefined) return true
  if (!isRecord(part)) return isEqual(whole, part) || (whole === undefined && Array.isArray(part) && part.length === 0)
  const fields = Object.entries(part)
  if (!isRecord(whole)) return whole === undefined && fields.length === 0
  return fields.every(([key, value]) => contains(whole[key], value))
}
