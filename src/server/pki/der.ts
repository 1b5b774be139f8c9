/** Writes what X.509 is made of: ASN.1 in its distinguished encoding (ITU-T X.690), no more of it than certificates need. */
import { isIPv4 } from 'node:net'

const SEQUENCE = 0x30
const SET = 0x31
const BOOLEAN = 0x01
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OBJECT_IDENTIFIER = 0x06
const UTF8_STRING = 0x0c
const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18

export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0)
  const digits: number[] = []
  for (let rest = length; rest > 0; rest >>= 8) digits.unshift(rest & 0xff)
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | digits.length, ...digits]
  return Buffer.concat([Buffer.from(head), ...content])
}

export function sequence(...content: readonly Uint8Array[]): Buffer {
  return element(SEQUENCE, ...content)
}

/** @param bytes of a positive number, the most significant first */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first === -1 ? Buffer.from([0]) : bytes.subarray(first)
  return (digits[0] ?? 0) < 0x80 ? element(INTEGER, digits) : element(INTEGER, Buffer.from([0]), digits)
}

export function boolean(value: boolean): Buffer {
  return element(BOOLEAN, Buffer.from([value ? 0xff : 0]))
}

export function octets(content: Uint8Array): Buffer {
  return element(OCTET_STRING, content)
}

export function bits(content: Uint8Array, unused = 0): Buffer {
  return element(BIT_STRING, Buffer.from([unused]), content)
}

/** @example identifier('2.5.29.19') */
export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...arcs].flatMap((arc) => {
    const digits = [arc & 0x7f]
    for (let rest = Math.floor(arc / 0x80); rest > 0; rest = Math.floor(rest / 0x80))
      digits.unshift((rest & 0x7f) | 0x80)
    return digits
  })
  return element(OBJECT_IDENTIFIER, Buffer.from(bytes))
}

/** To the second; from 2050 on in the form with four digits (RFC 5280, 4.1.2.5). @param at milliseconds since the epoch */
export function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')
  const isShort = Number(text.slice(0, 4)) < 2050
  return element(isShort ? UTC_TIME : GENERALIZED_TIME, Buffer.from(isShort ? text.slice(2) : text))
}

const ATTRIBUTES = { CN: '2.5.4.3', O: '2.5.4.10' } as const

/** A distinguished name, each attribute a part of its own. */
export function distinguishedName(parts: readonly (readonly [keyof typeof ATTRIBUTES, string])[]): Buffer {
  const relative = parts.map(([attribute, value]) => {
    return element(SET, sequence(identifier(ATTRIBUTES[attribute]), element(UTF8_STRING, Buffer.from(value))))
  })
  return sequence(...relative)
}

/** A GeneralName: an IP address, else a DNS name. */
export function generalName(name: string, isAddress: boolean): Buffer {
  return isAddress ? element(0x87, addressBytes(name)) : element(0x82, Buffer.from(name, 'latin1'))
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  // The URL parser writes the last four bytes of an address with dots in hexadecimal.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'))
  const [left, right] = [groups(before), groups(after ?? '')]
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

/** The elements that stand one after the other, each with its tag and length. */
export function elementsOf(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let rest = bytes; rest.length > 0; ) {
    const { head, length } = headOf(rest)
    found.push(rest.subarray(0, head + length))
    rest = rest.subarray(head + length)
  }
  return found
}

/** What the first element holds. */
export function contentOf(bytes: Buffer): Buffer {
  const { head, length } = headOf(bytes)
  return bytes.subarray(head, head + length)
}

function headOf(bytes: Buffer): { head: number; length: number } {
  const first = bytes[1] ?? 0
  if (first < 0x80) return { head: 2, length: first }
  const digits = first & 0x7f
  return { head: 2 + digits, length: bytes.readUIntBE(2, digits) }
}
