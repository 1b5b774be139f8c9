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

const FORMATS: ReadonlyMap<string, Validate> = new Map([
  ['dns1123Label', (text: string) => nameIsDNSLabel(text, false)],
  ['dns1123Subdomain', (text: string) => nameIsDNSSubdomain(text, false)],
  ['dns1035Label', (text: string) => nameIsDNS1035Label(text, false)],
  ['qualifiedName', isQualifiedName],
  ['dns1123LabelPrefix', (text: string) => nameIsDNSLabel(text, true)],
  ['dns1123SubdomainPrefix', (text: string) => nameIsDNSSubdomain(text, true)],
  ['dns1035LabelPrefix', (text: string) => nameIsDNS1035Label(text, true)],
  ['labelValue', isValidLabelValue],
  ['uri', ofSchema('uri', (text) => `parse ${quote(text)}: ${text === '' ? 'empty url' : 'invalid URI for request'}`)],
  ['uuid', ofSchema('uuid', () => 'does not match the UUID format')],
  ['byte', ofSchema('byte', () => 'invalid base64')],
  ['date', ofSchema('date', () => 'invalid date')],
  ['datetime', ofSchema('datetime', () => 'invalid datetime')],
])

function formatValue(name: string, validate: Validate): OpaqueValue {
  const equals = (other: OpaqueValue): boolean => other.value === validate
  return { kind: 'opaque', type: FORMAT, value: validate, size: name.length, equals }
}

function validated(format: OpaqueValue, text: string): Result {
  const messages = (format.value as Validate)(text)
  return messages.length === 0 ? NONE : optionalOf(listValue([...messages]))
}

function named(name: string): Result {
  const validate = FORMATS.get(name)
  return validate === undefined ? NONE : optionalOf(formatValue(name, validate))
}

export const NAMED_FORMATS: Library = {
  types: [FORMAT],
  functions: [
    defineFunction('validate', [
      ['format-validate', 'kubernetes.NamedFormat.(string) -> optional(list(string))', validated],
    ]),
    defineFunction('format.named', [['format-named', '(string) -> optional(kubernetes.NamedFormat)', named]]),
    ...[...FORMATS].map(([name, validate]) => {
      const value = formatValue(name, validate)
      return defineFunction(`format.${name}`, [[`format.${name}`, '() -> kubernetes.NamedFormat', () => value]])
    }),
  ],
}
