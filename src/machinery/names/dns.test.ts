import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDNS1035Label, isDNS1123Label, isDNS1123Subdomain } from './dns.ts'

const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL_1035_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"

const cases = [
  { rule: isDNS1123Label, value: 'a', messages: [] },
  { rule: isDNS1123Label, value: '1-a', messages: [] },
  { rule: isDNS1123Label, value: 'a'.repeat(63), messages: [] },
  { rule: isDNS1123Label, value: 'a'.repeat(64), messages: ['must be no more than 63 characters'] },
  { rule: isDNS1123Label, value: 'a.b', messages: ['must not contain dots'] },
  { rule: isDNS1123Label, value: '', messages: [LABEL_RULE] },
  { rule: isDNS1123Label, value: 'A', messages: [LABEL_RULE] },
  { rule: isDNS1123Label, value: 'a-', messages: [LABEL_RULE] },
  { rule: isDNS1123Label, value: 'a\n', messages: [LABEL_RULE] },
  { rule: isDNS1123Label, value: 'ä'.repeat(32), messages: ['must be no more than 63 characters', LABEL_RULE] },
  { rule: isDNS1123Subdomain, value: 'a.b-c.1', messages: [] },
  { rule: isDNS1123Subdomain, value: 'a..b', messages: [SUBDOMAIN_RULE] },
  { rule: isDNS1123Subdomain, value: 'a_b', messages: [SUBDOMAIN_RULE] },
  { rule: isDNS1123Subdomain, value: 'a'.repeat(254), messages: ['must be no more than 253 characters'] },
  { rule: isDNS1035Label, value: 'a1', messages: [] },
  { rule: isDNS1035Label, value: '1a', messages: [LABEL_1035_RULE] },
  { rule: isDNS1035Label, value: 'a'.repeat(64), messages: ['must be no more than 63 characters'] },
]

for (const { rule, value, messages } of cases) {
  const shown = value.length > 20 ? `${value.length} characters` : JSON.stringify(value)
  test(`${rule.name}: ${shown} is ${messages.length === 0 ? 'valid' : 'refused as upstream words it'}`, () => {
    assert.deepEqual(rule(value), messages)
  })
}
