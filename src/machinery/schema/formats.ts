/**
 * The formats that values of custom resources are checked against: apiextensions' supported formats, each as kube-openapi's
 * strfmt registry checks it. All others, int32 and double among them, say nothing about a value.
 */
import { isCIDR, isEmail, isHostname, isIPv4Address, isIPv6Address, isMAC, isRequestURI } from './format-addresses.ts'

type Check = (text: string) => boolean

const matches =
  (expression: RegExp): Check =>
  (text) =>
    expression.test(text)

/** A full-date of RFC 3339; the day must exist. */
function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  if (year === undefined) return false
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day)
}

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t')
  if (time === undefined || !isDate(date)) return false
  const [, hours = '', minutes = '', seconds = ''] =
    /^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/.exec(time) ?? []
  return hours !== '' && hours <= '23' && minutes <= '59' && seconds <= '59'
}

const GO_DURATION = /^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$/
/** Units by which a text that Go cannot read may still be a duration: equal to, or (those after |) beginning with. */
const UNIT = /^(?:ns|nano.*|us|\u00b5s|micro.*|ms|milli.*|s|sec.*|m|min.*|h|hr|hour.*|d|day.*|w|wk|week.*)$/i

function isAboveInt64(digits: string): boolean {
  const significant = digits.replace(/^0+/, '')
  return significant.length > 19 || BigInt(significant) > 0x7fffffffffffffffn
}

/** As time.ParseDuration, or any text with a number before a unit in it, such as `2 weeks`. */
function isDuration(text: string): boolean {
  if (GO_DURATION.test(text)) return true
  const parts = [...text.matchAll(/(?<!\d)(\d+)\s*([A-Za-z\u00b5]+)/g)]
  if (parts.some(([, factor]) => isAboveInt64(factor ?? ''))) return false
  return parts.some(([, , unit]) => UNIT.test(unit ?? ''))
}

const CREDIT_CARD =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/

/** Luhn's checksum over the digits, whatever stands between them. */
function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '')
  if (!CREDIT_CARD.test(digits)) return false
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 1 ? 2 : 1)
    return total + (value >= 10 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

function isISBN10(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '')
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false
  const sum = [...digits].reduce((total, digit, place) => total + (place + 1) * (digit === 'X' ? 10 : Number(digit)), 0)
  return sum % 11 === 0
}

function isISBN13(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '')
  if (!/^[0-9]{13}$/.test(digits)) return false
  const sum = [...digits].reduce((total, digit, place) => total + (place % 2 === 0 ? 1 : 3) * Number(digit), 0)
  return sum % 10 === 0
}

const CHANNEL = '\\s*(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*'
const SHORT_NAME = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'
const SHORT_NAME_TEXT = new RegExp(`^${SHORT_NAME}$`)
const LONG_NAME_TEXT = new RegExp(`^${SHORT_NAME}(?:\\.${SHORT_NAME})*$`)

/** By name without dashes, which upstream ignores. */
const FORMATS: ReadonlyMap<string, Check> = new Map([
  ['bsonobjectid', matches(/^[0-9a-f]{24}$/i)],
  ['uri', isRequestURI],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', isIPv4Address],
  ['ipv6', isIPv6Address],
  ['cidr', isCIDR],
  ['mac', isMAC],
  ['uuid', matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i)],
  ['uuid3', matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i)],
  ['uuid4', matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i)],
  ['uuid5', matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i)],
  ['isbn', (text) => isISBN10(text) || isISBN13(text)],
  ['isbn10', isISBN10],
  ['isbn13', isISBN13],
  ['creditcard', isCreditCard],
  // Eleven bytes are asked for on top of the expression, so that both separators must be there.
  ['ssn', matches(/^\d{3}[- ]\d{2}[- ]\d{4}$/)],
  ['hexcolor', matches(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ['rgbcolor', matches(new RegExp(`^rgb\\(${CHANNEL},${CHANNEL},${CHANNEL}\\)$`))],
  ['byte', matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/)],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['k8sshortname', (text) => text.length <= 63 && SHORT_NAME_TEXT.test(text)],
  ['k8slongname', (text) => text.length <= 253 && LONG_NAME_TEXT.test(text)],
])

function checkOf(format: string): Check | undefined {
  return FORMATS.get(format) ?? FORMATS.get(format.replaceAll('-', ''))
}

/** Whether values are checked against the format at all. */
export function isSupportedFormat(format: string): boolean {
  return checkOf(format) !== undefined
}

/** Formats of other types are ignored (apiextensions-apiserver/pkg/apiserver/validation/formats.go). */
export function isCheckedFormat(type: string, format: string): boolean {
  if (type === 'integer') return format === 'int32' || format === 'int64'
  if (type === 'number') return format === 'float' || format === 'double'
  return (type === '' || type === 'string') && isSupportedFormat(format)
}

export function matchesFormat(format: string, text: string): boolean {
  return checkOf(format)?.(text) ?? true
}
