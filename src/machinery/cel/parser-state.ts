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
  readonly text: string
  readonly tokens: readonly Token[]
  readonly macros: Macros
  /** Faults after which parsing goes on. */
  readonly issues: Issue[]
  /** What the constructs around this place end with. */
  readonly awaited: string[]
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

/** As ANTLR goes on after an error of one token: it passes over one too many, and thinks of one that is missing. */
export function expect(parser: Parser, text: string): Token {
  const token = accept(parser, text)
  if (token !== undefined) return token
  const found = peek(parser)
  const next = peek(parser, 1)
  if (isSymbol(next, text)) {
    parser.issues.push(mismatched(found, `'${text}'`, 'extraneous').issue)
    parser.at += 2
    return next
  }
  const isMissing = text === ':' ? canStart(found) : found.kind === 'end' || canFollow(parser, found)
  if (!isMissing) throw mismatched(found, `'${text}'`)
  parser.issues.push({ at: found.at, message: `Syntax error: missing '${text}' at '${found.text}'` })
  return { kind: 'symbol', text, at: found.at }
}

const ENDS = new Set([')', ']', '}', ':'])

/** Whether a token may stand behind what has ended; an end must be that of something around it. */
function canFollow({ awaited }: Parser, { kind, text }: Token): boolean {
  return kind === 'symbol' && !'!{(,'.includes(text) && (!ENDS.has(text) || awaited.includes(text))
}

/** Parses what ends with `end`, without it. */
export function upTo<T>(parser: Parser, end: string, parse: () => T): T {
  parser.awaited.push(end)
  const value = parse()
  parser.awaited.pop()
  return value
}

/** What is there from one token to the next cannot be read in any way. */
export function notViable(parser: Parser, from: Token, to: Token): SyntaxFault {
  const gap = parser.text.slice(from.at + from.text.length, to.at)
  // What is no token is no part of it either, unless it is a comment.
  const between = to.kind === 'end' ? '' : gap.includes('//') ? gap : gap.replaceAll(/\S/g, '')
  const input = `${from.text}${between}${to.kind === 'end' ? '' : to.text}`
  return new SyntaxFault(to.at, `Syntax error: no viable alternative at input '${input}'`)
}

export function canStart(token: Token): boolean {
  if (token.kind === 'symbol') return STARTING.has(token.text)
  return token.kind !== 'end' && token.kind !== 'escaped' && token.text !== 'in'
}

/** The first of several expressions, or of none. */
export function assertStart(parser: Parser, others = ''): void {
  const token = peek(parser)
  if (canStart(token)) return
  const next = peek(parser, 1)
  if (token.text === 'in' && next.kind === 'end') {
    // The operator is gone on with, without what is before it.
    parser.issues.push(mismatched(token, starts(others)).issue)
    throw mismatched(next, starts())
  }
  if (token.kind === 'end' || !canStart(next)) throw mismatched(token, starts(others))
  // One token too many is passed over.
  parser.issues.push(mismatched(token, starts(others), 'extraneous').issue)
  parser.at += 1
}

/** Whether another one follows a comma. */
export function canGoOn(parser: Parser): boolean {
  const token = peek(parser)
  return canStart(token) || isSymbol(token, '?')
}

/** A comma may stand for nothing at all, and then nothing follows it. */
export function acceptLoneComma(parser: Parser, end: string): boolean {
  if (accept(parser, ',') === undefined) return false
  expect(parser, end)
  return true
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
