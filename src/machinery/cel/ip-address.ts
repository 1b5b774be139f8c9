/** IP addresses and networks as Go's net/netip reads and writes them, without zones and without IPv4 in IPv6. */
import { isIPv4, isIPv6 } from 'node:net'
import { quote } from '../names/go-text.ts'
import type { Result } from '../result.ts'

/** Four or sixteen bytes. */
export type Address = Uint8Array

export interface Network {
  readonly address: Address
  /** In bits. */
  readonly prefix: number
}

/** Longer than any address. */
const MAX_LENGTH = 64

export function parseAddress(text: string): Result<Address> {
  const fault = (detail: string): Result<Address> => {
    const head = `IP Address ${quote(text)} parse error during conversion from string`
    return { ok: false, error: `${head}: ParseAddr(${quote(text)}): ${detail}` }
  }
  if (text.length > MAX_LENGTH) return fault('unable to parse IP')
  if (isIPv4(text)) return { ok: true, value: Uint8Array.from(text.split('.'), Number) }
  if (!isIPv6(text)) return fault('unable to parse IP')
  if (text.includes('%')) return { ok: false, error: `IP address ${quote(text)} with zone value is not allowed` }
  const address = bytesOfIPv6(text)
  if (isIPv4Mapped(address)) {
    return { ok: false, error: `IPv4-mapped IPv6 address ${quote(text)} is not allowed` }
  }
  return { ok: true, value: address }
}

function bytesOfIPv6(text: string): Address {
  const [, head = '', tail = ''] = /^(.*:)?(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? []
  const [a = 0, b = 0, c = 0, d = 0] = tail.split('.').map(Number)
  const plain = tail === '' ? text : `${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  const [left = '', right] = plain.split('::')
  const groups = (part: string | undefined): string[] => (part === undefined || part === '' ? [] : part.split(':'))
  const before = groups(left)
  const after = groups(right)
  const middle = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return Uint8Array.from(
    [...before, ...middle, ...after].flatMap((group) => {
      const value = Number.parseInt(group, 16)
      return [value >> 8, value & 0xff]
    }),
  )
}

function isIPv4Mapped(address: Address): boolean {
  return address.subarray(0, 10).every((byte) => byte === 0) && address[10] === 0xff && address[11] === 0xff
}

/** The canonical text (RFC 5952). */
export function formatAddress(address: Address): string {
  if (address.length === 4) return address.join('.')
  const groups = Array.from({ length: 8 }, (_, index) => {
    return (((address[index * 2] as number) << 8) | (address[index * 2 + 1] as number)).toString(16)
  })
  const { start, length } = longestZeros(groups)
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === '0') length += 1
    if (length > best.length) best = { start, length }
  }
  return best
}

export function parseNetwork(text: string): Result<Network> {
  const head = 'network address parse error during conversion from string'
  const fault = (detail: string): Result<Network> => ({ ok: false, error: `${head}: ${detail}` })
  const slash = text.lastIndexOf('/')
  if (slash === -1) return fault(`netip.ParsePrefix(${quote(text)}): no '/'`)
  const address = parseAddress(text.slice(0, slash))
  if (!address.ok) {
    const isMapped = address.error.startsWith('IPv4-mapped')
    return isMapped
      ? { ok: false, error: `IPv4-mapped IPv6 address ${quote(text)} is not allowed` }
      : fault(`netip.ParsePrefix(${quote(text)}): ParseAddr(${quote(text.slice(0, slash))}): unable to parse IP`)
  }
  const bits = text.slice(slash + 1)
  const prefix = Number(bits)
  if (!/^(?:0|[1-9]\d{0,2})$/.test(bits))
    return fault(`netip.ParsePrefix(${quote(text)}): bad bits after slash: ${quote(bits)}`)
  if (prefix > address.value.length * 8) return fault(`netip.ParsePrefix(${quote(text)}): prefix length out of range`)
  return { ok: true, value: { address: address.value, prefix } }
}

export function formatNetwork({ address, prefix }: Network): string {
  return `${formatAddress(address)}/${prefix}`
}

/** The address with all bits beyond the prefix cleared. */
export function maskNetwork({ address, prefix }: Network): Network {
  const masked = address.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8))
    return byte & (0xff00 >> kept) & 0xff
  })
  return { address: masked, prefix }
}

export function containsAddress(network: Network, address: Address): boolean {
  if (network.address.length !== address.length) return false
  const masked = maskNetwork({ address, prefix: network.prefix })
  return sameAddress(masked.address, maskNetwork(network).address)
}

export function sameAddress(left: Address, right: Address): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}

/** What netip.Addr tells of an address. */
export function propertiesOf(address: Address): Readonly<Record<AddressProperty, boolean>> {
  const [first = 0, second = 0] = address
  const is4 = address.length === 4
  const isUnspecified = address.every((byte) => byte === 0)
  const isLoopback = is4 ? first === 127 : address.every((byte, index) => byte === (index === 15 ? 1 : 0))
  const isMulticast = is4 ? first >> 4 === 0xe : first === 0xff
  const isLinkLocalUnicast = is4 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80
  const isLinkLocalMulticast = is4
    ? first === 224 && second === 0 && address[2] === 0
    : first === 0xff && (second & 0x0f) === 0x02
  const isBroadcast = is4 && address.every((byte) => byte === 255)
  const isGlobalUnicast = !(isUnspecified || isLoopback || isMulticast || isLinkLocalUnicast || isBroadcast)
  return { isUnspecified, isLoopback, isLinkLocalMulticast, isLinkLocalUnicast, isGlobalUnicast }
}

export type AddressProperty =
  | 'isUnspecified'
  | 'isLoopback'
  | 'isLinkLocalMulticast'
  | 'isLinkLocalUnicast'
  | 'isGlobalUnicast'
