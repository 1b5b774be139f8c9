/** Names as the DNS has them; rules and wording of apimachinery/pkg/util/validation. No message means valid. */
import { byteLength, mustMatch, tooLong } from './messages.ts'

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const LABEL_MESSAGE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
const LABEL_PATTERN = new RegExp(`^${LABEL}$`)

const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
const SUBDOMAIN_PATTERN = new RegExp(`^${SUBDOMAIN}$`)

const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const LABEL_1035_MESSAGE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
const LABEL_1035_PATTERN = new RegExp(`^${LABEL_1035}$`)

/** The name of a namespace, for example. */
export function isDNS1123Label(value: string): string[] {
  const messages = byteLength(value) > 63 ? [tooLong(63, 'characters')] : []
  if (LABEL_PATTERN.test(value)) return messages
  if (SUBDOMAIN_PATTERN.test(value)) return [...messages, 'must not contain dots']
  return [...messages, mustMatch(LABEL_MESSAGE, LABEL, ['my-name', '123-abc'])]
}

/** The name of most objects. `unit` is how upstream words the limit, which differs inside label keys. */
export function isDNS1123Subdomain(value: string, unit: 'bytes' | 'characters' = 'characters'): string[] {
  const messages = byteLength(value) > 253 ? [tooLong(253, unit)] : []
  if (SUBDOMAIN_PATTERN.test(value)) return messages
  return [...messages, mustMatch(SUBDOMAIN_MESSAGE, SUBDOMAIN, ['example.com'])]
}

/** The names that a CustomResourceDefinition declares. */
export function isDNS1035Label(value: string): string[] {
  const messages = byteLength(value) > 63 ? [tooLong(63, 'characters')] : []
  if (LABEL_1035_PATTERN.test(value)) return messages
  return [...messages, mustMatch(LABEL_1035_MESSAGE, LABEL_1035, ['my-name', 'abc-123'])]
}
