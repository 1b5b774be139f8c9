/** `--audit-log-path`: one event a line, as kube-apiserver writes them (apiserver/plugin/pkg/audit/log, format json). */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { KeelsonError } from '../machinery/index.ts'
import type { AuditEvent } from './audit-event.ts'

export interface AuditLog extends AsyncDisposable {
  readonly write: (event: AuditEvent) => void
}

/**
 * Appends to a file that its owner alone may read; disposing writes what is left.
 *
 * @param failed told once when a line cannot be written: the audit has a gap from there on.
 */
export async function openAuditLog(path: string, failed: (error: Error) => void): Promise<AuditLog> {
  const handle = await open(path, 'a', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new KeelsonError(
      `--audit-log-path ${path} cannot be written: ${error.code ?? error.message}`,
      'name a file in a directory that exists and that this user may write to',
      { cause: error },
    )
  })
  const stream = createWriteStream('', { fd: handle })
  let isBroken = false
  stream.on('error', (error) => {
    if (!isBroken) failed(error)
    isBroken = true
  })
  return {
    write: (event) => {
      if (!isBroken) stream.write(`${JSON.stringify(event)}\n`)
    },
    [Symbol.asyncDispose]: async () => {
      if (isBroken) return
      stream.end()
      await once(stream, 'close')
    },
  }
}
