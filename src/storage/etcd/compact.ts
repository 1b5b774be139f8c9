/** Forgets the whole history of a store in etcd; who watches from an older revision gets 410 and lists anew. Servers go on. */
import { unusable } from './beginning.ts'
import type { EtcdConfig } from './engine.ts'
import { CODES, GrpcError } from './grpc.ts'
import { openToReadEtcd } from './reading.ts'

/** Returns the store's revision. Throws a KeelsonError. */
export async function compactEtcd(config: Pick<EtcdConfig, 'servers' | 'prefix' | 'tls'>): Promise<number> {
  using reading = await openToReadEtcd(config)
  const { beginning, client, numbering } = reading
  try {
    // The revision before is kept, as the engine does: it holds the states before the changes of this one.
    await client.compact(beginning.seen - 1)
  } catch (error) {
    if (!(error instanceof GrpcError)) throw error
    if (error.code !== CODES.outOfRange) throw unusable(config.servers, error)
  }
  return numbering.toStore(beginning.lastCommit)
}
