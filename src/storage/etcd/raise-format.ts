/** Raises the format of a store in etcd to the newest, once every process knows it; one that does not is shut out, and ends. */
import { KeelsonError } from '../../machinery/index.ts'
import { unusable } from './beginning.ts'
import type { EtcdConfig } from './engine.ts'
import { encodeFormat, NEWEST_FORMAT } from './format.ts'
import { GrpcError } from './grpc.ts'
import { openToReadEtcd } from './reading.ts'

export interface RaisedFormat {
  readonly before: number
  readonly after: number
}

/** Throws a KeelsonError. */
export async function raiseFormat(config: Pick<EtcdConfig, 'servers' | 'prefix' | 'tls'>): Promise<RaisedFormat> {
  using reading = await openToReadEtcd(config)
  const { beginning, client, layout } = reading
  const { format, first, fence } = beginning
  if (format === NEWEST_FORMAT) return { before: format, after: format }
  try {
    const value = encodeFormat({ format: NEWEST_FORMAT, first })
    const { succeeded } = await client.repeatableTxn({
      // Nobody else has raised the fence since, for whatever reason.
      compare: [{ target: 'mod', key: layout.fence, equal: true, revision: fence }],
      // Transactions of processes that do not know the format compare the fence that there was: none is carried out any more.
      success: [{ put: { key: layout.format, value } }, { put: { key: layout.fence, value } }],
      failure: [{ range: { key: layout.format } }],
    })
    if (!succeeded) throw new KeelsonError('the store was written to by a process that lost its way', 'do it again')
    return { before: format, after: NEWEST_FORMAT }
  } catch (error) {
    throw error instanceof GrpcError ? unusable(config.servers, error) : error
  }
}
