/** The one way by which the server calls what tenants name: HTTPS, to addresses that the policy allows. */
import { type LookupAddress, lookup } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { AddressPolicy } from './address-policy.ts'
import { dialFailure } from './dial-failure.ts'

export interface Endpoint {
  /** `https://host[:port][/path]` */
  readonly url: string
  /** PEM; undefined for the authorities that the system trusts. */
  readonly authorities: string | undefined
}

export interface PostOptions {
  /** Time-outs are its reason: a TimeoutError reads as Go's deadline. */
  readonly signal: AbortSignal
  /** Of the answer, in bytes. */
  readonly limit: number
  readonly query?: string
}

export interface Posted {
  readonly status: number
  readonly contentType: string
  readonly body: Buffer
}

export interface Dialer extends Disposable {
  /** @throws Error in the words of Go's http client: `Post "https://…": dial tcp …: connect: connection refused`. */
  readonly post: (endpoint: Endpoint, body: Buffer, options: PostOptions) => Promise<Posted>
}

/** As upstream's cache of clients. */
const KEPT = 200
const IDLE_MILLISECONDS = 30_000
/** Connections to one endpoint. */
const CONNECTIONS = 64

export function createDialer(policy: AddressPolicy): Dialer {
  const agents = new Map<string, Agent>()

  function agentOf({ url, authorities }: Endpoint): Agent {
    const key = `${new URL(url).host} ${authorities ?? ''}`
    const agent =
      agents.get(key) ??
      new Agent({
        keepAlive: true,
        timeout: IDLE_MILLISECONDS,
        maxSockets: CONNECTIONS,
        ALPNProtocols: ['http/1.1'],
        lookup: checkedLookup(policy),
        ...(authorities !== undefined && { ca: authorities }),
      })
    agents.delete(key)
    agents.set(key, agent)
    if (agents.size > KEPT) {
      const [oldest] = agents
      if (oldest !== undefined) {
        agents.delete(oldest[0])
        oldest[1].destroy()
      }
    }
    return agent
  }

  return {
    post: async (endpoint, body, options) => {
      const url = new URL(endpoint.url)
      if (options.query !== undefined) url.search = options.query
      const host = url.hostname.replace(/^\[|\]$/g, '')
      const shown = endpoint.url + url.search
      try {
        if (isIP(host) !== 0 && !policy.allows(host)) throw new AddressRefused(host)
        return await send(url, agentOf(endpoint), body, options)
      } catch (error) {
        throw new Error(`Post "${shown}": ${dialFailure(error, url, options.signal)}`, { cause: error })
      }
    },
    [Symbol.dispose]: () => {
      for (const agent of agents.values()) agent.destroy()
      agents.clear()
    },
  }
}

/** The policy does not allow what a name resolves to. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'

  constructor(address: string) {
    super(
      `address ${address} is not allowed: webhooks may not be at loopback, link-local or private addresses unless the server runs with --webhook-allow-cidr`,
    )
  }
}

/** What is resolved here is what is connected to: there is no second look at the name. */
function checkedLookup(policy: AddressPolicy): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return done(error, '', 0)
      const allowed = found.filter(({ address }) => policy.allows(address))
      const [first] = allowed
      if (first === undefined) return done(new AddressRefused(found[0]?.address ?? host), '', 0)
      if (options.all === true) return done(null, allowed)
      return done(null, first.address, first.family)
    })
  }
}

function send(url: URL, agent: Agent, body: Buffer, { signal, limit }: PostOptions): Promise<Posted> {
  const { promise, resolve, reject } = Promise.withResolvers<Posted>()
  const headers = {
    accept: 'application/json, */*',
    'content-type': 'application/json',
    'content-length': String(body.length),
    'user-agent': 'kube-apiserver-admission',
  }
  const outgoing = request(url, { method: 'POST', agent, headers, signal }, (incoming) => {
    read(incoming, limit).then(
      (received) =>
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers['content-type'] ?? '',
          body: received,
        }),
      reject,
    )
  })
  outgoing.on('error', reject)
  outgoing.end(body)
  return promise
}

async function read(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > limit) throw new Error(`the answer is larger than ${limit} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
