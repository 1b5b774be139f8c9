/** `fieldSelector=`: comparisons of single fields (apimachinery/pkg/fields/selector.go). */
import { compareText } from '../names/go-text.ts'
import type { Result } from '../result.ts'

export interface FieldRequirement {
  /** For example `metadata.name`. */
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

export interface FieldSelector {
  /** All of them must hold. */
  readonly requirements: readonly FieldRequirement[]
  /** A field that the object has not got counts as empty. */
  readonly matches: (fields: Readonly<Record<string, string | undefined>>) => boolean
  /** The value that the field must have for any object to match, where the selector fixes it. */
  readonly exactMatch: (field: string) => string | undefined
  /** The canonical text, which parses to an equal selector. */
  readonly toString: () => string
}

/** Makes a value of any characters fit for a field selector. */
export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&')
}

function unescapeFieldValue(text: string): Result<string> {
  let value = ''
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    if (character === '\\') {
      const [escaped = ''] = text.slice(index + 1)
      if (!/^[\\,=]$/.test(escaped)) {
        return { ok: false, error: `invalid field selector: invalid escape sequence: \\${escaped}` }
      }
      value += escaped
      index++
    } else if (character === '=' || character === ',') {
      // Upstream prints the rune as a number.
      return { ok: false, error: `invalid field selector: unescaped character in value: ${character.charCodeAt(0)}` }
    } else {
      value += character
    }
  }
  return { ok: true, value }
}

/** Between the commas that no backslash precedes. */
function splitTerms(text: string): string[] {
  const terms: string[] = []
  let start = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === ',') {
      terms.push(text.slice(start, index))
      start = index + 1
    }
  }
  return [...terms, text.slice(start)]
}

/**
 * Reads a selector's text; the error is upstream's, to be answered with status 400.
 *
 * @example parseFieldSelector('metadata.name=a,status.phase!=Active')
 */
export function parseFieldSelector(text: string): Result<FieldSelector> {
  const requirements: FieldRequirement[] = []
  for (const term of splitTerms(text).sort(compareText)) {
    if (term === '') continue
    const found = /^(.*?)(!=|==|=)(.*)$/s.exec(term)
    if (found === null) return { ok: false, error: `invalid selector: '${text}'; can't understand '${term}'` }
    const [, field = '', operator, right = ''] = found
    const value = unescapeFieldValue(right)
    if (!value.ok) return value
    // A term without field and value is skipped (fields.Selector.Transform).
    if (field === '' && value.value === '') continue
    requirements.push({ field, operator: operator === '!=' ? '!=' : '=', value: value.value })
  }
  return { ok: true, value: fieldSelectorOf(requirements) }
}

export function fieldSelectorOf(requirements: readonly FieldRequirement[]): FieldSelector {
  return {
    requirements,
    matches: (fields) =>
      requirements.every(({ field, operator, value }) => ((fields[field] ?? '') === value) === (operator === '=')),
    exactMatch: (field) => requirements.find((one) => one.field === field && one.operator === '=')?.value,
    toString: () =>
      requirements.map(({ field, operator, value }) => field + operator + escapeFieldValue(value)).join(','),
  }
}
