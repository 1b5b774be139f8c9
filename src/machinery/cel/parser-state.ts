/** The tokens that a parser has before it, and what is said of those that do not fit (the words are ANTLR's). */
import type { Token } from './lexer.ts'
import type { Macros } from './macro.ts'
import type { Issue } from './source.ts'

/** Words that are tokens of their own, so that no name can be one. */
export const KEYWORDS = new Set(['in', 'true', 'false', 'null'])

/** What an expression may begin with, and what else there may be in some places, in the grammar's order. */
const SYMBOLS = ['[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?']
const WORDS = "'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER"
const STARTING = new Set(['[', '{', '(', '.', '-', '!'])

export function starts(others = ''): string {
  const symbols = SYMBOLS.filter((symbol) => STARTING.has(symbol) || others.includes(symbol))
  return `{${symbols.map((symbol) => `'${symbol}'`).join(', ')}, ${WORDS}}`
}

export const MAX_DEPTH = 250

export class SyntaxFault extends Error {
  readonly issue: Issue
  constructor(at: number, message: string) {
    super(message)
    this.issue = { at, message }
  }
}

export interface Parser {
  readonly tokens: readonly Token[]
  readonly macros: Macros
  /** Faults after which parsing goes on. */
  readonly issues: Issue[]
  at: number
  depth: number
}

export function peek(parser: Parser, ahead = 0): Token {
  return (parser.tokens[parser.at + ahead] ?? parser.tokens.at(-1)) as Token
}

export function isSymbol(token: Token, text: string): boolean {
  return token.kind === 'symbol' && token.text === text
}

export function accept(parser: Parser, text: string): Token | undefined {
  const token = peek(parser)
  if (!isSymbol(token, text)) return undefined
  parser.at += 1
  return token
}

export function expect(parser: Parser, text: string): Token {
  const token = accept(parser, text)
  if (token !== undefined) return token
  const found = peek(parser)
  if (isSymbol(peek(parser, 1), text)) throw mismatched(found, `'${text}'`, 'extraneous')
  const isMissing =
    text === ':' ? canStart(found) : found.kind === 'end' || (found.kind === 'symbol' && !'!{(,'.includes(found.text))
  if (isMissing) throw new SyntaxFault(found.at, `Syntax error: missing '${text}' at '${found.text}'`)
  throw mismatched(found, `'${text}'`)
}

export function canStart(token: Token): boolean {
  if (token.kind === 'symbol') return STARTING.has(token.text)
  return token.kind !== 'end' && token.kind !== 'escaped' && token.text !== 'in'
}

/** The first of several expressions, or of none. */
export function assertStart(parser: Parser, others = ''): void {
  const token = peek(parser)
  if (canStart(token)) return
  if (token.kind === 'end' || !canStart(peek(parser, 1))) throw mismatched(token, starts(others))
  // One token too many is passed over.
  parser.issues.push(mismatched(token, starts(others), 'extraneous').issue)
  parser.at += 1
}

/** Whether another one follows a comma. */
export function canGoOn(parser: Parser): boolean {
  const token = peek(parser)
  return canStart(token) || isSymbol(token, '?')
}

/** A comma may stand for nothing at all. */
export function acceptLoneComma(parser: Parser, end: string): void {
  if (isSymbol(peek(parser), ',') && isSymbol(peek(parser, 1), end)) parser.at += 1
}

/** After one of several: a comma or the end. */
export function acceptComma(parser: Parser, end: string): boolean {
  if (accept(parser, ',') !== undefined) return true
  const token = peek(parser)
  if (isSymbol(token, end)) return false
  const next = peek(parser, 1)
  const how = isSymbol(next, end) || isSymbol(next, ',') ? 'extraneous' : 'mismatched'
  throw mismatched(token, `{'${end}', ','}`, how)
}

export function mismatched(
  token: Token,
  expected: string,
  how: 'mismatched' | 'extraneous' = 'mismatched',
): SyntaxFault {
  const word = token.kind === 'end' ? 'mismatched' : how
  return new SyntaxFault(token.at, `Syntax error: ${word} input '${token.text}' expecting ${expected}`)
}

export function identifier(parser: Parser): Token {
  const token = peek(parser)
  if (token.kind !== 'identifier' || KEYWORDS.has(token.text)) throw mismatched(token, 'IDENTIFIER')
  parser.at += 1
  return token
}

/** Keeps an adversary's nesting from exhausting the stack. */
export function deeper<T>(parser: Parser, parse: () => T): T {
  parser.depth += 1
  if (parser.depth > MAX_DEPTH) throw new SyntaxFault(-1, `expression recursion limit exceeded: ${MAX_DEPTH}`)
  const value = parse()
  parser.depth -= 1
  return value
}
