/**
 * Which addresses tenants may make the server connect to. What a name resolves to is judged at the moment of connecting, so
 * that a name server which changes its mind in between gains nothing.
 */
import { BlockList, isIP } from 'node:net'

/** Loopback, link-local, private and otherwise special addresses (IANA's special-purpose registries). */
const INTERNAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  // These carry IPv4 addresses to where they would not be seen.
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]

export interface AddressPolicy {
  readonly allows: (address: string) => boolean
}

/** @param allowed - CIDR ranges that may be connected to although they are internal. What is no range is ignored. */
export function createAddressPolicy(allowed: readonly string[]): AddressPolicy {
  let lists: { readonly internal: BlockList; readonly exceptions: BlockList } | undefined
  return {
    allows: (address) => {
      // A server that never asks need not make them at its start.
      lists ??= { internal: blockList(INTERNAL), exceptions: blockList(allowed) }
      const plain = withoutMapping(address)
      const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4'
      return isIP(plain) !== 0 && (lists.exceptions.check(plain, family) || !lists.internal.check(plain, family))
    },
  }
}

/** @example isCIDR('127.0.0.0/8') // true */
function isCIDR(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/')
  const bits = isIP(address) === 4 ? 32 : 128
  return isIP(address) !== 0 && rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= bits
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges.filter(isCIDR)) {
    const [address = '', length = ''] = range.split('/')
    list.addSubnet(address, Number(length), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** `::ffff:127.0.0.1`, however it is written, is 127.0.0.1. */
function withoutMapping(address: string): string {
  if (isIP(address) !== 6) return address
  const canonical = new URL(`http://[${address.split('%', 1)[0]}]/`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? []
  if (high === undefined || low === undefined) return canonical
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [first >> 8, first & 255, second >> 8, second & 255].join('.')
}
