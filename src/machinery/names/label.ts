/** Keys and values of labels; rules and wording of apimachinery/pkg/api/validate/content. */
import { isDNS1123Subdomain } from './dns.ts'
import { byteLength, mustMatch, tooLong } from './messages.ts'

const NAME = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const NAME_MESSAGE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const NAME_PATTERN = new RegExp(`^${NAME}$`)
const NAME_EXAMPLES = ['MyName', 'my.name', '123-abc']

const VALUE = `(${NAME})?`
const VALUE_MESSAGE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const VALUE_PATTERN = new RegExp(`^${VALUE}$`)

/** `[prefix/]name`: keys of labels and annotations, finalizers, condition types. */
export function isQualifiedName(value: string): string[] {
  const parts = value.split('/')
  if (parts.length > 2) {
    const rule = mustMatch(NAME_MESSAGE, NAME, NAME_EXAMPLES)
    return [`a valid label key ${rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  }
  const name = parts.at(-1) ?? ''
  return [...(parts.length === 2 ? prefixMessages(parts[0] ?? '') : []), ...nameMessages(name)]
}

function prefixMessages(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty']
  return isDNS1123Subdomain(prefix, 'bytes').map((message) => `prefix part ${message}`)
}

function nameMessages(name: string): string[] {
  const messages: string[] = []
  if (name === '') messages.push('name part must be non-empty')
  else if (byteLength(name) > 63) messages.push(`name part ${tooLong(63, 'bytes')}`)
  if (!NAME_PATTERN.test(name)) messages.push(`name part ${mustMatch(NAME_MESSAGE, NAME, NAME_EXAMPLES)}`)
  return messages
}

export function isValidLabelValue(value: string): string[] {
  const messages = byteLength(value) > 63 ? [tooLong(63, 'bytes')] : []
  if (VALUE_PATTERN.test(value)) return messages
  return [...messages, mustMatch(VALUE_MESSAGE, VALUE, ['MyValue', 'my_value', '12345'])]
}
