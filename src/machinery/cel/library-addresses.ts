/** `ip` and `cidr` (apiserver/pkg/cel/library/ip.go, cidr.go). */
import type { Result as Outcome } from '../result.ts'
import { defineFunction, type Implementation, type Library } from './declaration.ts'
import {
  type Address,
  type AddressProperty,
  containsAddress,
  formatAddress,
  formatNetwork,
  maskNetwork,
  type Network,
  parseAddress,
  parseNetwork,
  propertiesOf,
  sameAddress,
} from './ip-address.ts'
import { opaqueType } from './type.ts'
import { celError, isError, type OpaqueValue, type Result } from './value.ts'

const IP = opaqueType('net.IP')
const CIDR = opaqueType('net.CIDR')

function ipValue(address: Address): OpaqueValue {
  const equals = (other: OpaqueValue): boolean => sameAddress(address, other.value as Address)
  return { kind: 'opaque', type: IP, value: address, size: address.length, equals }
}

function cidrValue(network: Network): OpaqueValue {
  const equals = (other: OpaqueValue): boolean => formatNetwork(network) === formatNetwork(other.value as Network)
  return { kind: 'opaque', type: CIDR, value: network, size: Math.ceil(network.prefix / 8), equals }
}

function addressOf(value: OpaqueValue): Address {
  return value.value as Address
}

function networkOf(value: OpaqueValue): Network {
  return value.value as Network
}

function orError<T>(outcome: Outcome<T>, make: (value: T) => Result): Result {
  return outcome.ok ? make(outcome.value) : celError(outcome.error)
}

function toIP(text: string): Result {
  return orError(parseAddress(text), ipValue)
}

function toCIDR(text: string): Result {
  const parsed = parseNetwork(text)
  return parsed.ok
    ? cidrValue(parsed.value)
    : celError(`network address parse error during conversion from string: ${parsed.error}`)
}

function containsIP(cidr: OpaqueValue, ip: OpaqueValue): Result {
  return containsAddress(networkOf(cidr), addressOf(ip))
}

function containsCIDR(cidr: OpaqueValue, other: OpaqueValue): Result {
  const [outer, inner] = [networkOf(cidr), networkOf(other)]
  return outer.prefix <= inner.prefix && containsAddress(outer, inner.address)
}

/** The other operand may be a text that is to be read first. */
function reading(
  read: (text: string) => Result,
  call: (cidr: OpaqueValue, other: OpaqueValue) => Result,
): Implementation {
  return (cidr: OpaqueValue, text: string) => {
    const other = read(text)
    return isError(other) ? other : call(cidr, other as OpaqueValue)
  }
}

const PROPERTIES: readonly (readonly [AddressProperty, string])[] = [
  ['isUnspecified', 'ip_is_unspecified'],
  ['isLoopback', 'ip_is_loopback'],
  ['isLinkLocalMulticast', 'ip_is_link_local_multicast'],
  ['isLinkLocalUnicast', 'ip_is_link_local_unicast'],
  ['isGlobalUnicast', 'ip_is_global_unicast'],
]

export const ADDRESSES: Library = {
  types: [IP, CIDR],
  functions: [
    defineFunction('ip', [
      ['string_to_ip', '(string) -> net.IP', toIP],
      ['cidr_ip', 'net.CIDR.() -> net.IP', (cidr: OpaqueValue) => ipValue(networkOf(cidr).address)],
    ]),
    defineFunction('family', [
      ['ip_family', 'net.IP.() -> int', (ip: OpaqueValue) => (addressOf(ip).length === 4 ? 4 : 6)],
    ]),
    defineFunction('ip.isCanonical', [
      [
        'ip_is_canonical',
        '(string) -> bool',
        (text: string) => orError(parseAddress(text), (address) => formatAddress(address) === text),
      ],
    ]),
    ...PROPERTIES.map(([name, id]) => {
      return defineFunction(name, [[id, 'net.IP.() -> bool', (ip: OpaqueValue) => propertiesOf(addressOf(ip))[name]]])
    }),
    defineFunction('isIP', [['is_ip', '(string) -> bool', (text: string) => parseAddress(text).ok]]),
    defineFunction('string', [
      ['ip_to_string', '(net.IP) -> string', (ip: OpaqueValue) => formatAddress(addressOf(ip))],
      ['cidr_to_string', '(net.CIDR) -> string', (cidr: OpaqueValue) => formatNetwork(networkOf(cidr))],
    ]),
    defineFunction('cidr', [['string_to_cidr', '(string) -> net.CIDR', toCIDR]]),
    defineFunction('isCIDR', [['is_cidr', '(string) -> bool', (text: string) => parseNetwork(text).ok]]),
    defineFunction('containsIP', [
      ['cidr_contains_ip_string', 'net.CIDR.(string) -> bool', reading(toIP, containsIP)],
      ['cidr_contains_ip_ip', 'net.CIDR.(net.IP) -> bool', containsIP],
    ]),
    defineFunction('containsCIDR', [
      ['cidr_contains_cidr_string', 'net.CIDR.(string) -> bool', reading(toCIDR, containsCIDR)],
      ['cidr_contains_cidr', 'net.CIDR.(net.CIDR) -> bool', containsCIDR],
    ]),
    defineFunction('prefixLength', [
      ['cidr_prefix_length', 'net.CIDR.() -> int', (cidr: OpaqueValue) => networkOf(cidr).prefix],
    ]),
    defineFunction('masked', [
      ['cidr_masked', 'net.CIDR.() -> net.CIDR', (cidr: OpaqueValue) => cidrValue(maskNetwork(networkOf(cidr)))],
    ]),
  ],
}
