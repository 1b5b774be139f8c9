/** HTTPS for the pipeline: HTTP/2 first, HTTP/1.1 for those who ask for it (reference: node:http2's compatibility API). */

import type { IncomingMessage } from 'node:http'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Handler, KeelsonError } from '../machinery/index.ts'
import { createBeginning } from './begin-requests.ts'
import { carry } from './carry.ts'
import type { Authority } from './pki/authority.ts'
import { type TlsSettings, tlsOptions } from './pki/tls.ts'
import { trackSessions } from './sessions.ts'
import { serveUpgrade } from './websocket.ts'

/** client-go opens one stream a watch; hundreds of informers on one connection are usual. */
const MAX_STREAMS = 10_000
/** Node's default of 10 MB a connection refuses the streams of a client that lists; our own back-pressure bounds memory. */
const SESSION_MEMORY_MB = 1_000
/** Longer than Go's idle connection pool, which would else race with a close. */
const KEEP_ALIVE_MILLISECONDS = 120_000

export interface ListenOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly authority: Authority
  readonly clientCAs: TlsSettings['clientCAs']
}

export interface Listener extends AsyncDisposable {
  /** `https://host:port`. */
  readonly url: string
}

export async function listen(handler: Handler, { host, port, authority, clientCAs }: ListenOptions): Promise<Listener> {
  const server = createSecureServer({
    ...tlsOptions(authority, { clientCAs }),
    maxSessionMemory: SESSION_MEMORY_MB,
    settings: { maxConcurrentStreams: MAX_STREAMS },
  })
  const sessions = trackSessions(server)
  const begin = createBeginning()
  server.on('request', (request, response) => begin(() => void carry(handler, request, response)))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => void serveUpgrade(handler, request, socket))
  server.on('timeout', () => undefined)
  Object.assign(server, { keepAliveTimeout: KEEP_ALIVE_MILLISECONDS, requestTimeout: 0, headersTimeout: 60_000 })
  await bind(server, host, port)
  const address = server.address() as AddressInfo
  return {
    url: `https://${reachable(address)}:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      sessions[Symbol.dispose]()
      await closed
    },
  }
}

/** A server that listens everywhere is reached on this machine by loopback; no certificate could hold `0.0.0.0`. */
function reachable({ address, family }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1'
  return family === 'IPv6' ? `[${address}]` : address
}

function bind(server: Http2SecureServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)))
    server.listen(port, host, resolve)
  })
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): KeelsonError {
  const where = `${host}:${port}`
  if (error.code === 'EADDRINUSE') {
    return new KeelsonError(
      `${where} is in use by another process`,
      'stop it, or choose another address with --listen HOST:PORT',
      { cause: error },
    )
  }
  if (error.code === 'EACCES') {
    return new KeelsonError(
      `listening on ${where} is not permitted`,
      'choose a port above 1023 with --listen HOST:PORT',
      { cause: error },
    )
  }
  return new KeelsonError(
    `cannot listen on ${where}: ${error.code ?? error.message}`,
    'choose an address of this machine with --listen HOST:PORT',
    { cause: error },
  )
}
