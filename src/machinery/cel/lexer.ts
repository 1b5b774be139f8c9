/** Tokens of CEL, as cel-go's grammar has them (parser/gen/CEL.g4). */
import type { Issue } from './source.ts'

export type TokenKind = 'identifier' | 'escaped' | 'int' | 'uint' | 'float' | 'string' | 'bytes' | 'symbol' | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly at: number
}

const BLANK = /(?:[ \t\r\n\f]+|\/\/[^\n]*)+/y

const ESCAPE = '\\\\(?:[abfnrtv"\'\\\\?`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})'
const RAW = `[rR](?:"""[^]*?"""|'''[^]*?'''|"[^"\\n\\r]*"|'[^'\\n\\r]*')`
const LONG = `"""(?:${ESCAPE}|[^\\\\])*?"""|'''(?:${ESCAPE}|[^\\\\])*?'''`
const SHORT = `"(?:${ESCAPE}|[^\\\\"\\n\\r])*"|'(?:${ESCAPE}|[^\\\\'\\n\\r])*'`
const STRING = `(?:${RAW}|${LONG}|${SHORT})`

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['float', /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y],
  ['uint', /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ['int', /0x[0-9a-fA-F]+|\d+/y],
  ['bytes', new RegExp(`[bB]${STRING}`, 'y')],
  ['string', new RegExp(STRING, 'y')],
  ['identifier', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['escaped', /`[A-Za-z0-9_.\-/ ]+`/y],
  ['symbol', /==|!=|<=|>=|&&|\|\||[[\]{}().,\-!?:+*/%<>]/y],
]

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** Always ends with a token of kind `end`; what is no token is left out. */
export function tokenize(text: string): { readonly tokens: Token[]; readonly issues: Issue[] } {
  const tokens: Token[] = []
  const issues: Issue[] = []
  let at = 0
  for (;;) {
    at += match(BLANK, text, at)?.length ?? 0
    if (at >= text.length) break
    const token = tokenAt(text, at)
    if (token !== undefined) tokens.push(token)
    const strange = token === undefined ? strangeText(text, at) : ''
    if (token === undefined)
      issues.push({ at, message: `Syntax error: token recognition error at: '${shown(strange)}'` })
    at += token?.text.length ?? strange.length
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: text.length })
  return { tokens, issues }
}

function tokenAt(text: string, at: number): Token | undefined {
  for (const [kind, pattern] of PATTERNS) {
    const found = match(pattern, text, at)
    if (found !== undefined) return { kind, text: found, at }
  }
  return undefined
}

/** As far as it could have become a token, and the character by which it does not. */
const OPEN = new RegExp(
  `(?:"(?:${ESCAPE}|[^\\\\"\\n\\r])*|'(?:${ESCAPE}|[^\\\\'\\n\\r])*)(?:\\\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?)?`,
  'y',
)
const BEGUN = /[=&|]|`[A-Za-z0-9_.\-/ ]*/y

function strangeText(text: string, at: number): string {
  const begun = match(OPEN, text, at) ?? match(BEGUN, text, at) ?? ''
  const next = text.codePointAt(at + begun.length)
  return begun + (next === undefined ? '' : String.fromCodePoint(next))
}

function shown(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
}
