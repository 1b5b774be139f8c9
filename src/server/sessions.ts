/** Connections of the listener: dead peers are found by pings, and all are cut when the server stops, or watches would stay. */
import type { Http2SecureServer } from 'node:http2'
import type { TLSSocket } from 'node:tls'

const PING_MILLISECONDS = 30_000

export function trackSessions(server: Http2SecureServer): Disposable {
  const open = new Set<{ destroy: () => void }>()
  const pings = new Set<NodeJS.Timeout>()
  server.on('session', (session) => {
    open.add(session)
    const ping = setInterval(() => {
      if (!session.closed && !session.destroyed)
        session.ping((error) => {
          if (error !== null) session.destroy()
        })
    }, PING_MILLISECONDS)
    ping.unref()
    pings.add(ping)
    session.on('error', () => session.destroy())
    session.on('close', () => {
      clearInterval(ping)
      pings.delete(ping)
      open.delete(session)
    })
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open.delete(socket))
  })
  return {
    [Symbol.dispose]: () => {
      for (const ping of pings) clearInterval(ping)
      for (const connection of open) connection.destroy()
    },
  }
}
