/** Looks at a store in etcd from outside, while servers go on: what is in it, and whether it is what it should be. */
import type { Encryption } from '../encryption/configuration.ts'
import { isSealed, keyIdOf, unseal } from '../encryption/seal.ts'
import { assertKey } from '../keys.ts'
import type { StoreReport } from '../maintenance/check.ts'
import type { Row } from '../store.ts'
import { oldestRevision } from './beginning.ts'
import type { EtcdConfig } from './engine.ts'
import { GrpcError } from './grpc.ts'
import { openToReadEtcd } from './reading.ts'

const MOST_PROBLEMS = 20

/** The keys of what is encrypted, of which a row of the store may tell. */
export type KeysFor = (get: (key: string) => Promise<Row | undefined>) => Promise<Encryption['readKeys']>

/** Throws a KeelsonError when there is no store that can be read. */
export async function checkEtcd(
  config: Pick<EtcdConfig, 'servers' | 'prefix' | 'tls'>,
  keysFor: KeysFor,
  signal: AbortSignal,
): Promise<StoreReport> {
  using reading = await openToReadEtcd(config)
  const { beginning, numbering, client } = reading
  const readKeys = await keysFor(reading.get)
  const problems: string[] = []
  const keys: Record<string, number> = {}
  let [rows, encrypted] = [0, 0]
  for await (const page of reading.rows(signal)) {
    for (const { key, value } of page) {
      rows++
      try {
        assertKey(key)
        if (!key.startsWith('/') || !isSealed(value)) continue
        encrypted++
        const id = keyIdOf(value)
        keys[id] = (keys[id] ?? 0) + 1
        unseal(readKeys, key, value)
      } catch (error) {
        if (problems.length < MOST_PROBLEMS) problems.push((error as Error).message)
      }
    }
  }
  const size = await client.status().catch((error) => {
    // Etcd may keep this to its administrators.
    if (error instanceof GrpcError) return {}
    throw error
  })
  return {
    format: beginning.format,
    revision: numbering.toStore(beginning.lastCommit),
    compacted: oldestRevision(beginning),
    rows,
    encrypted,
    keys,
    ...size,
    problems,
  }
}
