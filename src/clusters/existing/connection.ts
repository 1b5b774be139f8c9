/** A client of an adopted cluster, for as long as a call lasts. Whatever goes wrong on the way is `unreachable`, never absent. */
import { X509Certificate } from 'node:crypto'
import { type LookupAddress, lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { type Client, createClient, httpsTransport } from '../../client/index.ts'
import { KeelsonError } from '../../machinery/index.ts'
import type { ClusterEndpoint } from '../../providers/index.ts'
import type { TrustedConfig } from './kubeconfig.ts'

export const TYPE = 'existing'

/** Whether this process may connect to an address, at the moment of connecting. */
export type Allows = (address: string) => boolean

export interface Connection extends Disposable {
  readonly client: Client
  readonly endpoint: ClusterEndpoint
}

/** Milliseconds: what does not answer is asked again later. */
const CONNECT = 5000
const REQUEST = 15_000

export function connect(config: TrustedConfig, allows: Allows): Connection {
  const { hostname, port, pathname } = new URL(config.server)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !allows(host)) throw new AddressRefused(host)
  const transport = httpsTransport(config, { connectTimeout: CONNECT, lookup: checkedLookup(allows) })
  const cluster = pathname.replace(/\/$/, '')
  return {
    client: createClient({ transport, cluster, userAgent: 'keelson/existing', timeout: REQUEST }),
    endpoint: { host, port: port === '' ? 443 : Number(port), caFingerprint: fingerprintOf(config.ca) },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  }
}

function fingerprintOf(ca: string | Buffer): string {
  const { fingerprint256 } = new X509Certificate(ca)
  return `sha256:${fingerprint256.replaceAll(':', '').toLowerCase()}`
}

/** This process may not connect there: nothing is known of what is behind it. */
export class AddressRefused extends KeelsonError {
  constructor(address: string) {
    const text = `address ${address} is not allowed: clusters may not be at loopback, link-local or private addresses`
    super(text, 'run the server with --webhook-allow-cidr')
  }
}

/** What is resolved here is what is connected to: there is no second look at the name. */
function checkedLookup(allows: Allows): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return done(error, '', 0)
      const [first, ...others] = found.filter(({ address }) => allows(address))
      if (first === undefined) return done(new AddressRefused(found[0]?.address ?? host), '', 0)
      if (options.all === true) return done(null, [first, ...others])
      return done(null, first.address, first.family)
    })
  }
}
