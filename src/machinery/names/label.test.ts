import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isQualifiedName, isValidLabelValue } from './label.ts'

const NAME_RULE =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

const cases = [
  { rule: isQualifiedName, value: 'app', messages: [] },
  { rule: isQualifiedName, value: 'example.com/App_1.x', messages: [] },
  { rule: isQualifiedName, value: '', messages: ['name part must be non-empty', `name part ${NAME_RULE}`] },
  { rule: isQualifiedName, value: '/a', messages: ['prefix part must be non-empty'] },
  { rule: isQualifiedName, value: 'a b', messages: [`name part ${NAME_RULE}`] },
  { rule: isQualifiedName, value: 'UP/a', messages: [`prefix part ${SUBDOMAIN_RULE}`] },
  { rule: isQualifiedName, value: 'a'.repeat(64), messages: ['name part must be no more than 63 bytes'] },
  { rule: isQualifiedName, value: `${'a'.repeat(254)}/b`, messages: ['prefix part must be no more than 253 bytes'] },
  {
    rule: isQualifiedName,
    value: 'a/b/c',
    messages: [
      `a valid label key ${NAME_RULE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ],
  },
  { rule: isValidLabelValue, value: '', messages: [] },
  { rule: isValidLabelValue, value: 'A.b_c-1', messages: [] },
  { rule: isValidLabelValue, value: '-a', messages: [VALUE_RULE] },
  { rule: isValidLabelValue, value: 'a'.repeat(64), messages: ['must be no more than 63 bytes'] },
]

for (const { rule, value, messages } of cases) {
  const shown = value.length > 20 ? `${value.length} characters` : JSON.stringify(value)
  test(`${rule.name}: ${shown} is ${messages.length === 0 ? 'valid' : 'refused as upstream words it'}`, () => {
    assert.deepEqual(rule(value), messages)
  })
}
