/**
 * The grammar of `labelSelector=` (apimachinery/pkg/labels/selector.go), with upstream's errors:
 *
 *     selector    = [ requirement { "," requirement } ]
 *     requirement = "!" KEY | KEY [ comparison VALUE | ("in" | "notin") "(" VALUE { "," VALUE } ")" ]
 *     comparison  = "=" | "==" | "!=" | ">" | "<"
 */
import { compareText, quote } from '../names/go-text.ts'
import { isQualifiedName } from '../names/label.ts'
import type { Result } from '../result.ts'
import { type LabelSymbol, type LabelToken, lexLabelSelector } from './label-lexer.ts'
import { checkLabelRequirement, type LabelOperator, type LabelRequirement } from './label-requirement.ts'

const OPERATORS: Partial<Record<LabelSymbol, LabelOperator>> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  in: 'in',
  notin: 'notin',
  '>': 'gt',
  '<': 'lt',
}
const OPERATOR_NAMES = 'in, notin, =, ==, !=, gt, lt'
const END: LabelToken = { type: 'end', text: '' }

interface Reader {
  readonly peek: () => LabelToken
  readonly next: () => LabelToken
}

function readerOf(tokens: readonly LabelToken[]): Reader {
  let position = 0
  return { peek: () => tokens[position] ?? END, next: () => tokens[position++] ?? END }
}

function failed(error: string): { ok: false; error: string } {
  return { ok: false, error }
}

/** `in` and `notin` are ordinary words wherever no operator can stand. */
function isWord(token: LabelToken): boolean {
  return token.type === 'identifier' || token.text === 'in' || token.text === 'notin'
}

function isSymbol(token: LabelToken, symbol: LabelSymbol): boolean {
  return token.type === 'symbol' && token.text === symbol
}

export function parseLabelRequirements(text: string): Result<LabelRequirement[]> {
  const reader = readerOf(lexLabelSelector(text))
  const requirements: LabelRequirement[] = []
  for (;;) {
    const first = reader.peek()
    if (first.type === 'end') return { ok: true, value: requirements }
    if (!startsRequirement(first)) return failed(`found '${first.text}', expected: !, identifier, or 'end of string'`)
    const requirement = parseRequirement(reader)
    if (!requirement.ok) return failed(`unable to parse requirement: ${requirement.error}`)
    requirements.push(requirement.value)
    const after = reader.next()
    if (after.type === 'end') return { ok: true, value: requirements }
    if (!isSymbol(after, ',')) return failed(`found '${after.text}', expected: ',' or 'end of string'`)
    const following = reader.peek()
    if (!startsRequirement(following)) return failed(`found '${following.text}', expected: identifier after ','`)
  }
}

function startsRequirement(token: LabelToken): boolean {
  return isWord(token) || isSymbol(token, '!')
}

function parseRequirement(reader: Reader): Result<LabelRequirement> {
  const absent = isSymbol(reader.peek(), '!')
  if (absent) reader.next()
  const key = reader.next()
  if (!isWord(key)) return failed(`found '${key.text}', expected: identifier`)
  const messages = isQualifiedName(key.text)
  if (messages.length > 0) return failed(`<nil>: Invalid value: ${quote(key.text)}: ${messages.join('; ')}`)
  if (absent) return { ok: true, value: { key: key.text, operator: '!', values: [] } }
  const following = reader.peek()
  if (following.type === 'end' || isSymbol(following, ',')) {
    return { ok: true, value: { key: key.text, operator: 'exists', values: [] } }
  }
  const symbol = reader.next()
  const operator = symbol.type === 'symbol' ? OPERATORS[symbol.text] : undefined
  if (operator === undefined) return failed(`found '${symbol.text}', expected: ${OPERATOR_NAMES}`)
  const values = operator === 'in' || operator === 'notin' ? parseValues(reader) : parseValue(reader)
  return values.ok ? checkLabelRequirement({ key: key.text, operator, values: values.value }) : values
}

/** `a=` and `a=,b` compare with the empty value. */
function parseValue(reader: Reader): Result<string[]> {
  const following = reader.peek()
  if (following.type === 'end' || isSymbol(following, ',')) return { ok: true, value: [''] }
  const value = reader.next()
  return isWord(value) ? { ok: true, value: [value.text] } : failed(`found '${value.text}', expected: identifier`)
}

/** `(a,,b)` contains the empty value, and `()` nothing else. */
function parseValues(reader: Reader): Result<string[]> {
  const open = reader.next()
  if (!isSymbol(open, '(')) return failed(`found '${open.text}' expected: '('`)
  const first = reader.peek()
  if (isSymbol(first, ')')) {
    reader.next()
    return { ok: true, value: [''] }
  }
  if (!isWord(first) && !isSymbol(first, ',')) {
    return failed(`found '${first.text}', expected: ',', ')' or identifier`)
  }
  const values = new Set<string>()
  for (let expectsValue = true; ; ) {
    const token = reader.next()
    if (expectsValue && isWord(token)) {
      values.add(token.text)
      expectsValue = false
      const following = reader.peek()
      if (!isSymbol(following, ',') && !isSymbol(following, ')')) {
        return failed(`found '${following.text}', expected: ',' or ')'`)
      }
    } else if (isSymbol(token, ',') || (isSymbol(token, ')') && values.size > 0)) {
      if (expectsValue) values.add('')
      expectsValue = true
      if (isSymbol(token, ')')) return { ok: true, value: [...values].sort(compareText) }
    } else {
      return failed(`found '${token.text}', expected: ',', or identifier`)
    }
  }
}
