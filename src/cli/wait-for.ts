import type { Client, ResourceRef } from '../client/index.ts'
import { isStatus, KeelsonError, type KubeObject } from '../machinery/index.ts'

export interface WaitOptions {
  readonly namespace?: string
  /** Milliseconds; 0 waits for ever. */
  readonly timeout: number
  readonly signal: AbortSignal
  /** What is waited for now, told at each change; the last one is in the failure. */
  readonly reason?: (object: KubeObject | undefined) => string
  readonly onChange?: (reason: string) => void
}

/**
 * Waits until an object, or its absence (undefined), is as wanted. Watches, and looks again whenever the watch ends.
 * Throws a KeelsonError when the time is over.
 */
export async function waitFor<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  name: string,
  done: (object: T | undefined) => boolean,
  options: WaitOptions,
): Promise<T | undefined> {
  const { namespace = '', timeout, reason = () => '', onChange = () => {} } = options
  const over = timeout > 0 ? AbortSignal.timeout(timeout) : undefined
  const signal = over === undefined ? options.signal : AbortSignal.any([options.signal, over])
  let last = ''
  const isDone = (object: T | undefined): boolean => {
    if (done(object)) return true
    const text = reason(object)
    if (text !== last) onChange(text)
    last = text
    return false
  }
  do {
    const fieldSelector = `metadata.name=${name}`
    // As kubectl's: the time is for waiting, and what is there is looked at in any case.
    const list = await client.listPage(resource, { namespace, fieldSelector, signal: options.signal })
    const found = list.items[0]
    if (isDone(found)) return found
    const resourceVersion = list.metadata.resourceVersion ?? ''
    try {
      for await (const { type, object } of client.watch(resource, {
        namespace,
        fieldSelector,
        resourceVersion,
        signal,
      })) {
        const now = type === 'DELETED' ? undefined : object
        if (type !== 'BOOKMARK' && isDone(now)) return now
      }
    } catch (error) {
      if (!isStatus(error, 'Expired') && !signal.aborted) throw error
    }
  } while (!signal.aborted)
  options.signal.throwIfAborted()
  const text = `timed out waiting for the condition on ${resource.resource}/${name}`
  throw new KeelsonError(text, last === '' ? '' : `it waits for: ${last}`)
}
