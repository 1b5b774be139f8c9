/** etcd's API on one of the cluster's members, and on the next one when that fails. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CODES, type Connection, connect, GrpcError, type TlsFiles } from './grpc.ts'
import {
  decodeRange,
  decodeStatus,
  decodeTxn,
  decodeWatch,
  encodeCompaction,
  encodeRange,
  encodeTxn,
  encodeWatchCreate,
  type RangeAnswer,
  type RangeMessage,
  type StatusAnswer,
  type TxnAnswer,
  type TxnMessage,
  type WatchAnswer,
} from './messages.ts'

/** One attempt may take this long; etcd itself gives a proposal up after 5 seconds and a bit. */
const ATTEMPT_MS = 6_000
/** What can be tried again is tried for so long. */
const PATIENCE_MS = 30_000
const PAUSE_MS = 100

export interface EtcdClient extends Disposable {
  /** Tries other members, for half a minute. Throws a GrpcError. */
  range(message: RangeMessage): Promise<RangeAnswer>
  /** The same, for a transaction that may be carried out twice. */
  repeatableTxn(message: TxnMessage): Promise<TxnAnswer>
  /** One attempt: what becomes of it may not be known (GrpcError, `sent`). */
  txn(message: TxnMessage): Promise<TxnAnswer>
  compact(revision: number): Promise<void>
  /** Of the member that is used. */
  status(): Promise<StatusAnswer>
  /** Changes of [key, end) from a revision on. Throws a GrpcError when the member ends it. */
  watch(key: string, end: string, startRevision: number, signal: AbortSignal): AsyncGenerator<WatchAnswer>
  /** The member that is used now is not to be trusted: the next one is used from here on. */
  distrust(): void
}

/** @param servers `http://host:port` or `https://host:port` of members */
export function createEtcdClient(servers: readonly string[], tls: TlsFiles, patience = PATIENCE_MS): EtcdClient {
  const closed = new AbortController()
  let index = 0
  let connection: Promise<Connection> | undefined
  let current: Connection | undefined

  async function member(): Promise<Connection> {
    if (closed.signal.aborted) throw new GrpcError(CODES.unavailable, 'the client is closed', false)
    if (connection === undefined || (current !== undefined && !current.usable())) {
      current = undefined
      const attempt = connect(servers[index % servers.length] as string, tls)
      connection = attempt
      attempt.then(
        (made) => {
          if (connection === attempt && !closed.signal.aborted) current = made
          else made[Symbol.dispose]()
        },
        () => moveOn(attempt),
      )
    }
    return connection
  }

  /** To the next member, unless somebody has moved on already. */
  function moveOn(from: Promise<Connection> | undefined): void {
    if (connection !== from) return
    index++
    connection = undefined
    current?.[Symbol.dispose]()
    current = undefined
  }

  async function once(path: string, message: Buffer): Promise<Buffer> {
    const made = member()
    const at = connection
    const connected = await made
    try {
      return await connected.call(path, message, ATTEMPT_MS)
    } catch (error) {
      if (error instanceof GrpcError && failsOnMember(error)) moveOn(at)
      throw error
    }
  }

  async function repeated(path: string, message: Buffer): Promise<Buffer> {
    const deadline = performance.now() + patience
    for (;;) {
      try {
        return await once(path, message)
      } catch (error) {
        const again = error instanceof GrpcError && canTryAgain(error)
        if (!again || closed.signal.aborted || performance.now() > deadline) throw error
        await sleep(PAUSE_MS)
      }
    }
  }

  return {
    range: async (message) => decodeRange(await repeated('/etcdserverpb.KV/Range', encodeRange(message))),
    repeatableTxn: async (message) => decodeTxn(await repeated('/etcdserverpb.KV/Txn', encodeTxn(message))),
    txn: async (message) => decodeTxn(await once('/etcdserverpb.KV/Txn', encodeTxn(message))),
    compact: async (revision) => {
      await repeated('/etcdserverpb.KV/Compact', encodeCompaction(revision))
    },
    status: async () => decodeStatus(await repeated('/etcdserverpb.Maintenance/Status', Buffer.alloc(0))),
    async *watch(key, end, startRevision, signal) {
      const made = member()
      const at = connection
      const connected = await made
      try {
        const messages = connected.stream(
          '/etcdserverpb.Watch/Watch',
          encodeWatchCreate(key, end, startRevision),
          signal,
        )
        for await (const message of messages) yield decodeWatch(message)
      } catch (error) {
        if (error instanceof GrpcError) moveOn(at)
        throw error
      }
    },
    distrust: () => moveOn(connection),
    [Symbol.dispose]: () => {
      closed.abort()
      current?.[Symbol.dispose]()
      current = undefined
    },
  }
}

/** Another member may do better. */
function failsOnMember({ code }: GrpcError): boolean {
  return code === CODES.unavailable || code === CODES.deadlineExceeded || code === 1 || code === 2
}

function canTryAgain(error: GrpcError): boolean {
  if (error.code === CODES.resourceExhausted) return error.message.includes('too many requests')
  return failsOnMember(error) || error.code === 13
}
