/** Formats of network addresses, as kube-openapi/pkg/validation/strfmt takes them: what Go's parsers accept, no more. */
import { isIPv4, isIPv6 } from 'node:net'

const HOSTNAME =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u

/** The limits are in bytes: 63 for a label, 255 for the name. */
export function isHostname(text: string): boolean {
  if (Buffer.byteLength(text) > 255 || !HOSTNAME.test(text)) return false
  return text.split('.').every((label) => Buffer.byteLength(label) <= 63)
}

/** Longer than any address: bounds the work of what follows. */
const MAX_ADDRESS_LENGTH = 128

/** Upstream's "sloppy" parser ignores leading zeros in IPv4. */
function withoutLeadingZeros(text: string): string {
  return text.replace(/(^|[.:])0+(?=\d+\.|\d+$)/g, (match, before: string) => (text.includes('.') ? before : match))
}

function isAddress(text: string): boolean {
  if (text.length > MAX_ADDRESS_LENGTH) return false
  if (text.includes(':')) return isIPv6Address(text)
  return isIPv4(withoutLeadingZeros(text))
}

/** Also an IPv6 address that ends in an IPv4 one: upstream looks for a dot. */
export function isIPv4Address(text: string): boolean {
  return text.includes('.') && isAddress(text)
}

/** Without a zone. */
export function isIPv6Address(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

export function isCIDR(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash === -1) return false
  const address = text.slice(0, slash)
  const length = text.slice(slash + 1)
  return /^\d{1,3}$/.test(length) && isAddress(address) && Number(length) <= (address.includes(':') ? 128 : 32)
}

/** EUI-48, EUI-64 or 20 octets, in pairs between colons or dashes or in fours between dots. */
export function isMAC(text: string): boolean {
  const pairs = /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2})*$/i.test(text)
  if (pairs) return [6, 8, 20].includes((text.length + 1) / 3)
  return /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i.test(text) && [3, 4, 10].includes((text.length + 1) / 5)
}

const ATOM_TEXT = "\\p{L}\\p{N}!#$%&'*+/=?^_`{|}~\\-\\u0080-\\u{10ffff}"
const DOT_ATOM = `[${ATOM_TEXT}]+(?:\\.[${ATOM_TEXT}]+)*`
const QUOTED = '"(?:[^"\\\\\\p{Cc}]|\\\\[^\\p{Cc}])*"'
const ADDRESS = new RegExp(`^(?:${DOT_ATOM}|${QUOTED})@(?:${DOT_ATOM}|\\[[0-9a-fA-F.:]+\\])$`, 'u')
const DISPLAY_NAME = new RegExp(`^(?:[${ATOM_TEXT}. \\t]|${QUOTED})*$`, 'u')

/** What net/mail.ParseAddress accepts, display name included, but for comments and folded lines. */
export function isEmail(text: string): boolean {
  const trimmed = text.trim()
  const open = trimmed.lastIndexOf('<')
  if (!trimmed.endsWith('>') || open === -1) return ADDRESS.test(trimmed)
  return DISPLAY_NAME.test(trimmed.slice(0, open)) && ADDRESS.test(trimmed.slice(open + 1, -1))
}

const HEX_ESCAPES = /^(?:[^%]|%[0-9a-fA-F]{2})*$/
const HOST_TEXT = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"\u0080-\uffff]|%[0-9a-fA-F]{2})*$/
const USER_TEXT = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/

/** What net/url.ParseRequestURI accepts: an absolute URI or an absolute path; a fragment is not looked for. */
export function isRequestURI(text: string): boolean {
  if (text === '*') return true
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what Go refuses here
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) return false
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:/.exec(text)?.[0]
  const rest = (scheme === undefined ? text : text.slice(scheme.length)).split('?')[0] ?? ''
  if (!rest.startsWith('/')) return scheme !== undefined
  if (scheme === undefined && rest.startsWith('///')) return HEX_ESCAPES.test(rest)
  if (!rest.startsWith('//')) return HEX_ESCAPES.test(rest)
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(rest) ?? []
  return isAuthority(authority) && HEX_ESCAPES.test(path)
}

function isAuthority(text: string): boolean {
  const at = text.lastIndexOf('@')
  if (at !== -1 && !(USER_TEXT.test(text.slice(0, at)) && HEX_ESCAPES.test(text.slice(0, at)))) return false
  const host = text.slice(at + 1)
  if (host.startsWith('[')) {
    const [, address, port] = /^\[([^\]]*)\](.*)$/.exec(host) ?? []
    return address !== undefined && isIPv6(address.replace('%25', '%')) && /^(?::\d*)?$/.test(port ?? '')
  }
  const colon = host.lastIndexOf(':')
  if (colon !== -1 && !/^\d*$/.test(host.slice(colon + 1))) return false
  return HOST_TEXT.test(host)
}
