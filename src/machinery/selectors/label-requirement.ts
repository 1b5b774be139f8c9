/** One condition of a label selector (apimachinery/pkg/labels). */
import { fieldInvalid } from '../names/field-error.ts'
import { compareText } from '../names/go-text.ts'
import { isQualifiedName, isValidLabelValue } from '../names/label.ts'
import type { Result } from '../result.ts'

export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  /** None for `exists` and `!`, one for comparisons, at least one for `in` and `notin`. */
  readonly values: readonly string[]
}

const MAX_INT64 = 2n ** 63n - 1n

/** strconv.ParseInt with 64 bits; undefined where Go reports an error. */
function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? undefined : value
}

function countFault({ operator, values }: LabelRequirement): string | undefined {
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length === 0 ? "for 'in', 'notin' operators, values set can't be empty" : undefined
    case 'exists':
    case '!':
      return values.length > 0 ? 'values set must be empty for exists and does not exist' : undefined
    case 'gt':
    case 'lt':
      return values.length === 1 ? undefined : "for 'Gt', 'Lt' operators, exactly one value is required"
    default:
      return values.length === 1 ? undefined : 'exact-match compatibility requires one single value'
  }
}

/** labels.NewRequirement: the requirement itself, or upstream's list of faults as one text. */
export function checkLabelRequirement(requirement: LabelRequirement): Result<LabelRequirement> {
  const { key, operator, values } = requirement
  const causes = []
  const keyMessages = isQualifiedName(key)
  if (keyMessages.length > 0) causes.push(fieldInvalid('key', key, keyMessages.join('; ')))
  const fault = countFault(requirement)
  if (fault !== undefined) causes.push(fieldInvalid('values', values.length === 0 ? null : values, fault))
  for (const [index, value] of values.entries()) {
    if ((operator === 'gt' || operator === 'lt') && parseInt64(value) === undefined) {
      const detail = "for 'Gt', 'Lt' operators, the value must be an integer"
      causes.push(fieldInvalid(`values[${index}]`, value, detail))
    }
  }
  for (const [index, value] of values.entries()) {
    const messages = isValidLabelValue(value)
    if (messages.length > 0) causes.push(fieldInvalid(`values[${index}][${key}]`, value, messages.join('; ')))
  }
  if (causes.length === 0) return { ok: true, value: requirement }
  const texts = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))]
  return { ok: false, error: texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]` }
}

/** `notin` and `!=` also match objects without the label. */
export function matchesLabelRequirement(
  { key, operator, values }: LabelRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value)
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    default: {
      const left = value === undefined ? undefined : parseInt64(value)
      const right = parseInt64(values[0] ?? '')
      if (left === undefined || right === undefined) return false
      return operator === 'gt' ? left > right : left < right
    }
  }
}

const BINARY = { '=': '=', '==': '==', '!=': '!=', gt: '>', lt: '<' } as const

export function formatLabelRequirement({ key, operator, values }: LabelRequirement): string {
  const sorted = [...values].sort(compareText).join(',')
  if (operator === 'exists') return key
  if (operator === '!') return `!${key}`
  if (operator === 'in' || operator === 'notin') return `${key} ${operator} (${sorted})`
  return key + BINARY[operator] + sorted
}
