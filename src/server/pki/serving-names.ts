import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'

/** What every serving certificate is valid for: how clients on this machine, and pods as upstream names it, reach the server. */
const ALWAYS = ['localhost', '127.0.0.1', '::1', 'kubernetes.default.svc']

/**
 * The DNS names and IP addresses that the serving certificate must hold for a server that listens on `host`. One that
 * listens everywhere (`0.0.0.0`, `::`, empty) is reached by the machine's own name and addresses.
 */
export function servingNames(host: string): string[] {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const everywhere = bare === '' || bare === '0.0.0.0' || bare === '::'
  return [...new Set([...ALWAYS, ...(everywhere ? machineNames() : [bare])])]
}

function machineNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  // Link-local addresses carry a zone (fe80::1%eth0), which no certificate can hold.
  const reachable = addresses
    .map(({ address }) => address)
    .filter((address) => isIP(address) !== 0 && !isLinkLocal(address))
  const name = hostname()
  return [...(isDnsName(name) ? [name] : []), ...reachable]
}

function isLinkLocal(address: string): boolean {
  return address.includes('%') || /^fe[89ab]/i.test(address)
}

function isDnsName(name: string): boolean {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name)
}
