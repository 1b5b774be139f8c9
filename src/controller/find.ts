/** Reading what may be gone: a reconciler is called for deletions, too. */
import type { Client, GetOptions, ResourceRef } from '../client/index.ts'
import { isStatus, type KubeObject } from '../machinery/index.ts'

/** Undefined when the object, or its resource, is not there. */
export function find<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  name: string,
  options?: GetOptions,
): Promise<T | undefined> {
  return orGone(client.get(resource, name, options))
}

/** The answer; undefined when it is 404. */
export async function orGone<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if (isStatus(error, 'NotFound')) return undefined
    throw error
  }
}
