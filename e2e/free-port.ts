import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the ports that systems give to connections and to whoever asks for any (from 32768 on, or 49152), and below those that
 * logical clusters' endpoints take (from 20000 on): so nobody gets one of these by chance while the program that it is for
 * starts, or starts again.
 */
const RANGE = { first: 10_000, count: 10_000 }

/**
 * A TCP port of loopback on which nobody listens, for programs that cannot say which one they chose, or that must come back on
 * the same one. It is this process's until that ends: the UDP port of the same number says so to others that look for one.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < RANGE.count; tries++) {
    const port = RANGE.first + Math.floor(Math.random() * RANGE.count)
    if (!(await reserve(port))) continue
    if (await isFree(port)) return port
  }
  throw new Error(`all ports from ${RANGE.first} on are taken`)
}

async function reserve(port: number): Promise<boolean> {
  const socket = createSocket('udp4').unref()
  socket.bind({ address: '127.0.0.1', port, exclusive: true })
  return await settled(socket, 'listening')
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  if (!(await settled(server, 'listening'))) return false
  server.close()
  await once(server, 'close')
  return true
}

async function settled(emitter: NodeJS.EventEmitter, event: string): Promise<boolean> {
  return await once(emitter, event).then(
    () => true,
    () => false,
  )
}
