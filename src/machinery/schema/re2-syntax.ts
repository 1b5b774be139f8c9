/**
 * RE2's syntax, as Go's regexp/syntax reads it, written as a JavaScript expression for the `u` flag. What only a backtracking
 * engine can do (look-around, back-references) is refused with Go's words.
 */
import { parseClass, parseEscape, type Scanner, SyntaxFault, shorthandClass } from './re2-class.ts'

export type TranslateResult =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly error: string }

interface Group {
  /** `i` and `m` are left to JavaScript; `s` decides what a dot becomes. */
  readonly dotAll: boolean
  /** Modifier groups that were opened within this group by `(?i)` and end with it. */
  readonly modifiers: readonly string[]
}

const MAX_REPEAT = 1000

export function translateRE2(pattern: string): TranslateResult {
  try {
    return { ok: true, value: translate({ text: pattern, at: 0 }) }
  } catch (error) {
    if (error instanceof SyntaxFault) return { ok: false, error: error.message }
    throw error
  }
}

function translate(scanner: Scanner): string {
  const { text } = scanner
  const outer: Group[] = []
  let group: Group = { dotAll: false, modifiers: [] }
  let output = ''
  /** Where the last repetition began, and whether there is something to repeat. */
  let repeated: number | undefined
  let repeatable = false

  while (scanner.at < text.length) {
    const start = scanner.at
    const character = String.fromCodePoint(text.codePointAt(start) as number)
    scanner.at += character.length
    if (character === '*' || character === '+' || character === '?' || character === '{') {
      const operator = repetition(scanner, character)
      if (operator === undefined) {
        output += '\\{'
        repeatable = true
        repeated = undefined
        continue
      }
      const written = text.slice(start, scanner.at)
      if (repeated !== undefined)
        throw new SyntaxFault('invalid nested repetition operator', text.slice(repeated, scanner.at))
      if (!repeatable) throw new SyntaxFault('missing argument to repetition operator', written)
      output += operator
      repeated = start
      continue
    }
    repeated = undefined
    repeatable = true
    if (character === '(') {
      const opened = openGroup(scanner, group)
      output += opened.output
      repeatable = false
      if (opened.flagsOnly) group = opened.group
      else {
        outer.push(group)
        group = opened.group
      }
    } else if (character === ')') {
      const parent = outer.pop()
      if (parent === undefined) throw new SyntaxFault('unexpected )', text)
      output += `${')'.repeat(group.modifiers.length)})`
      group = parent
    } else if (character === '|') {
      // A modifier group must not swallow the alternatives that were written before it.
      output += `${')'.repeat(group.modifiers.length)}|${group.modifiers.join('')}`
      repeatable = false
    } else if (character === '[') output += parseClass(scanner, start)
    else if (character === '\\') output += translateEscape(scanner, start)
    else if (character === '.') output += group.dotAll ? '[^]' : '[^\\n]'
    else output += literal(character)
  }
  if (outer.length > 0) throw new SyntaxFault('missing closing )', text)
  return output + ')'.repeat(group.modifiers.length)
}

function literal(character: string): string {
  return character === '}' || character === ']' || character === '/' ? `\\${character}` : character
}

/** The operator in JavaScript's words; undefined where the brace is a brace. */
function repetition(scanner: Scanner, character: string): string | undefined {
  let operator = character
  if (character === '{') {
    const rest = /^(\d+)(,(\d*))?\}/.exec(scanner.text.slice(scanner.at, scanner.at + 24))
    if (rest === null) return undefined
    const least = Number(rest[1])
    const most = rest[3] === undefined || rest[3] === '' ? least : Number(rest[3])
    if (least > MAX_REPEAT || most > MAX_REPEAT || most < least)
      throw new SyntaxFault('invalid repeat count', `{${rest[0]}`)
    operator += rest[0]
    scanner.at += rest[0].length
  }
  if (scanner.text[scanner.at] !== '?') return operator
  scanner.at += 1
  return `${operator}?`
}

function openGroup(scanner: Scanner, group: Group): { output: string; group: Group; flagsOnly: boolean } {
  const { text, at } = scanner
  const inner: Group = { dotAll: group.dotAll, modifiers: [] }
  if (text[at] !== '?') return { output: '(', group: inner, flagsOnly: false }
  if (/^\?P?</.test(text.slice(at, at + 3))) {
    const end = text.indexOf('>', at)
    const written = text.slice(at - 1, end === -1 ? undefined : end + 1)
    if (!/^\(\?P?<\w+>$/.test(written)) throw new SyntaxFault('invalid named capture', written)
    scanner.at += written.length - 1
    // Nothing refers to a name, and not every name that Go takes is one in JavaScript.
    return { output: '(', group: inner, flagsOnly: false }
  }
  const flags = /^\?([ims]*)(?:-([ims]+))?([:)])/.exec(text.slice(at))
  if (flags === null) throw new SyntaxFault('invalid or unsupported Perl syntax', unsupported(text.slice(at)))
  const [whole, on = '', off = '', end] = flags
  scanner.at += whole.length
  const dotAll = off.includes('s') ? false : on.includes('s') || group.dotAll
  const modifier = modifierGroup(on, off)
  if (end === ':') return { output: modifier, group: { dotAll, modifiers: [] }, flagsOnly: false }
  return { output: modifier, group: { dotAll, modifiers: [...group.modifiers, modifier] }, flagsOnly: true }
}

function modifierGroup(on: string, off: string): string {
  const known = (flags: string) => [...new Set(flags)].filter((flag) => flag !== 's').join('')
  const without = known(off)
  return `(?${known(on)}${without === '' ? '' : `-${without}`}:`
}

/** As much of the group's opening as Go repeats in its message. */
function unsupported(text: string): string {
  return `(${/^\?[imsU-]*.?/su.exec(text)?.[0] ?? '?'}`
}

function translateEscape(scanner: Scanner, start: number): string {
  const { text } = scanner
  const next = text[scanner.at]
  if (next === undefined) throw new SyntaxFault('trailing backslash at end of expression', '')
  const shorthand = shorthandClass(scanner)
  if (shorthand !== undefined) return `[${shorthand}]`
  if (next === 'b' || next === 'B') {
    scanner.at += 1
    return `\\${next}`
  }
  if (next === 'A' || next === 'z') {
    scanner.at += 1
    return next === 'A' ? '(?<![^])' : '(?![^])'
  }
  if (next === 'Q') {
    const end = text.indexOf('\\E', scanner.at)
    const quoted = text.slice(scanner.at + 1, end === -1 ? text.length : end)
    scanner.at = end === -1 ? text.length : end + 2
    return `(?:${quoted.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&')})`
  }
  return parseEscape(scanner, start)
}
