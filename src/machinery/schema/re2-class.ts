/** Character classes and escapes of RE2's syntax; the other half of re2-syntax.ts. */
/** Thrown within the parser of RE2 alone, where an error may be many levels deep; never leaves it. */
export class SyntaxFault extends Error {
  constructor(code: string, text: string) {
    super(`error parsing regexp: ${code}: \`${text}\``)
  }
}

export interface Scanner {
  readonly text: string
  at: number
}

/** RE2's classes are ASCII, JavaScript's white space is not. */
const SHORTHAND: Readonly<Record<string, string>> = {
  d: '0-9',
  D: '\\0-/:-\\u{10ffff}',
  s: '\\t\\n\\f\\r ',
  S: '\\0-\\x08\\v\\x0e-\\x1f!-\\u{10ffff}',
  w: '0-9A-Za-z_',
  W: '\\0-/:-@\\[-\\^`\\{-\\u{10ffff}',
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\0-\\x7f',
  blank: '\\t ',
  cntrl: '\\0-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}
const NOT_POSIX: Readonly<Record<string, string>> = {
  digit: SHORTHAND.D as string,
  word: SHORTHAND.W as string,
  ascii: '\\x80-\\u{10ffff}',
  space: '\\0-\\x08\\x0e-\\x1f!-\\u{10ffff}',
}

const CONTROLS: Readonly<Record<string, string>> = { a: '\\x07', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v' }

/** Letters after `\p` that are general categories; all other names are scripts. */
const CATEGORY = /^(?:C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/

/** `\d`, `\pL` and their like, as the content of a class; undefined when something else follows the backslash. */
export function shorthandClass(scanner: Scanner): string | undefined {
  const { text, at } = scanner
  const letter = text[at] ?? ''
  const shorthand = Object.hasOwn(SHORTHAND, letter) ? SHORTHAND[letter] : undefined
  if (shorthand !== undefined) {
    scanner.at += 1
    return shorthand
  }
  if (letter !== 'p' && letter !== 'P') return undefined
  const [whole, negated, braced, single] = /^[pP](?:\{(\^?)([^}]*)\}|(.))/su.exec(text.slice(at)) ?? []
  if (whole === undefined) throw new SyntaxFault('invalid character class range', `\\${text.slice(at)}`)
  scanner.at += whole.length
  const name = braced ?? single ?? ''
  const property = CATEGORY.test(name) ? name : name === 'Any' ? 'Any' : `Script=${name}`
  const written = `\\${(letter === 'P') === (negated !== '^') ? 'P' : 'p'}{${property}}`
  try {
    new RegExp(written, 'u')
  } catch {
    throw new SyntaxFault('invalid character class range', `\\${whole}`)
  }
  return written
}

/** The character after a backslash, escaped for JavaScript, within a class or outside. */
export function parseEscape(scanner: Scanner, start: number): string {
  const { text } = scanner
  const rest = text.slice(scanner.at, scanner.at + 12)
  const [code, braced, plain, octal] =
    /^(?:x\{([0-9a-fA-F]{1,8})\}|x([0-9a-fA-F]{2})|(0[0-7]{0,2}|[1-7][0-7]{1,2}))/.exec(rest) ?? []
  if (code !== undefined) {
    scanner.at += code.length
    const value = octal === undefined ? Number.parseInt(braced ?? plain ?? '', 16) : Number.parseInt(octal, 8)
    if (value > 0x10ffff) throw new SyntaxFault('invalid escape sequence', text.slice(start, scanner.at))
    return `\\u{${value.toString(16)}}`
  }
  const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0)
  scanner.at += letter.length
  const control = Object.hasOwn(CONTROLS, letter) ? CONTROLS[letter] : undefined
  if (control !== undefined) return control
  if (letter > '\x7f' || /[A-Za-z0-9]/.test(letter)) throw new SyntaxFault('invalid escape sequence', `\\${letter}`)
  return /[\^$\\.*+?()[\]{}|/-]/.test(letter) ? `\\u{${letter.charCodeAt(0).toString(16)}}` : letter
}

/** From after the opening bracket, which stands at `start`, to after the closing one. */
export function parseClass(scanner: Scanner, start: number): string {
  const { text } = scanner
  let output = '['
  if (text[scanner.at] === '^') {
    output += '^'
    scanner.at += 1
  }
  for (let first = true; first || text[scanner.at] !== ']'; first = false) {
    if (scanner.at >= text.length) throw new SyntaxFault('missing closing ]', text.slice(start))
    output += classItem(scanner, start)
  }
  scanner.at += 1
  return `${output}]`
}

function classItem(scanner: Scanner, start: number): string {
  const { text } = scanner
  const from = scanner.at
  const [whole, not, name = ''] = /^\[:(\^?)([a-z]*):\]/.exec(text.slice(from, from + 16)) ?? []
  if (whole !== undefined) {
    const posix = (not === '^' ? NOT_POSIX : POSIX)[name]
    if (posix === undefined) throw new SyntaxFault('invalid character class range', whole)
    scanner.at += whole.length
    return posix
  }
  if (text[from] === '\\') {
    scanner.at += 1
    const shorthand = shorthandClass(scanner)
    if (shorthand !== undefined) return shorthand
    scanner.at = from
  }
  const low = classCharacter(scanner, start)
  if (text[scanner.at] !== '-' || text[scanner.at + 1] === ']' || scanner.at + 1 >= text.length) return low
  scanner.at += 1
  const high = classCharacter(scanner, start)
  if (codePoint(high) < codePoint(low))
    throw new SyntaxFault('invalid character class range', text.slice(from, scanner.at))
  return `${low}-${high}`
}

function classCharacter(scanner: Scanner, start: number): string {
  const { text } = scanner
  if (scanner.at >= text.length) throw new SyntaxFault('missing closing ]', text.slice(start))
  const character = String.fromCodePoint(text.codePointAt(scanner.at) as number)
  scanner.at += character.length
  if (character !== '\\')
    return /[\^[\]\\-]/.test(character) ? `\\u{${character.charCodeAt(0).toString(16)}}` : character
  if (scanner.at >= text.length) throw new SyntaxFault('trailing backslash at end of expression', '')
  return parseEscape(scanner, scanner.at - 1)
}

/** Of a character as this file writes it: itself, or one of the escapes above. */
function codePoint(written: string): number {
  const [, hex] = /^\\u\{(.+)\}$/.exec(written) ?? []
  if (hex !== undefined) return Number.parseInt(hex, 16)
  const controls: Readonly<Record<string, number>> = {
    '\\x07': 7,
    '\\f': 12,
    '\\n': 10,
    '\\r': 13,
    '\\t': 9,
    '\\v': 11,
  }
  return controls[written] ?? (written.codePointAt(0) as number)
}
