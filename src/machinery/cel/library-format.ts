/** `format`: the named rules of Kubernetes for texts (apiserver/pkg/cel/library/format.go). */
import { quote } from '../names/go-text.ts'
import { isQualifiedName, isValidLabelValue } from '../names/label.ts'
import { nameIsDNS1035Label, nameIsDNSLabel, nameIsDNSSubdomain } from '../names/name-rule.ts'
import { matchesFormat } from '../schema/formats.ts'
import { defineFunction, type Library } from './declaration.ts'
import { opaqueType } from './type.ts'
import { listValue, NONE, type OpaqueValue, optionalOf, type Result } from './value.ts'

const FORMAT = opaqueType('kubernetes.NamedFormat')

/** Messages about a text; none when it is right. */
type Validate = (text: string) => readonly string[]

function ofSchema(format: string, message: (text: string) => string): Validate {
  return (text) => (matchesFormat(format, text) ? [] : [message(text)])
}

/** Each with the length of the expression that upstream takes for it, which its cost depends on. */
const FORMATS: ReadonlyMap<string, OpaqueValue> = new Map(
  (
    [
      ['dns1123Label', 30, (text: string) => nameIsDNSLabel(text, false)],
      ['dns1123Subdomain', 60, (text: string) => nameIsDNSSubdomain(text, false)],
      ['dns1035Label', 30, (text: string) => nameIsDNS1035Label(text, false)],
      ['qualifiedName', 60, isQualifiedName],
      ['dns1123LabelPrefix', 30, (text: string) => nameIsDNSLabel(text, true)],
      ['dns1123SubdomainPrefix', 60, (text: string) => nameIsDNSSubdomain(text, true)],
      ['dns1035LabelPrefix', 30, (text: string) => nameIsDNS1035Label(text, true)],
      ['labelValue', 40, isValidLabelValue],
      ['uri', 1103, ofSchema('uri', uriFault)],
      ['uuid', 70, ofSchema('uuid', () => 'does not match the UUID format')],
      ['byte', 84, ofSchema('byte', () => 'invalid base64')],
      ['date', 71, ofSchema('date', () => 'invalid date')],
      ['datetime', 71, ofSchema('datetime', () => 'invalid datetime')],
    ] as const
  ).map(([name, size, validate]) => [name, formatValue(validate, size)] as const),
)

function uriFault(text: string): string {
  return `parse ${quote(text)}: ${text === '' ? 'empty url' : 'invalid URI for request'}`
}

function formatValue(validate: Validate, size: number): OpaqueValue {
  return { kind: 'opaque', type: FORMAT, value: validate, size, equals: (other) => other.value === validate }
}

function validated(format: OpaqueValue, text: string): Result {
  const messages = (format.value as Validate)(text)
  return messages.length === 0 ? NONE : optionalOf(listValue([...messages]))
}

function named(name: string): Result {
  const format = FORMATS.get(name)
  return format === undefined ? NONE : optionalOf(format)
}

export const NAMED_FORMATS: Library = {
  functions: [
    defineFunction('validate', [
      ['format-validate', 'kubernetes.NamedFormat.(string) -> optional(list(string))', validated],
    ]),
    defineFunction('format.named', [['format-named', '(string) -> optional(kubernetes.NamedFormat)', named]]),
    ...[...FORMATS].map(([name, value]) => {
      return defineFunction(`format.${name}`, [[`format.${name}`, '() -> kubernetes.NamedFormat', () => value]])
    }),
  ],
}
