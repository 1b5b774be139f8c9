/** Tokens of CEL, as cel-go's grammar has them (parser/gen/CEL.g4). */
import type { Issue } from './source.ts'

export type TokenKind = 'identifier' | 'int' | 'uint' | 'float' | 'string' | 'bytes' | 'symbol' | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly at: number
}

const BLANK = /(?:[ \t\r\n\f]+|\/\/[^\n]*)+/y

const STRING = String.raw`(?:[rR](?:"""[^]*?"""|'''[^]*?'''|"[^"\n\r]*"|'[^'\n\r]*')|"""(?:\\[^]|[^\\])*?"""|'''(?:\\[^]|[^\\])*?'''|"(?:\\[^\n\r]|[^\\"\n\r])*"|'(?:\\[^\n\r]|[^\\'\n\r])*')`

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['float', /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y],
  ['uint', /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ['int', /0x[0-9a-fA-F]+|\d+/y],
  ['bytes', new RegExp(`[bB]${STRING}`, 'y')],
  ['string', new RegExp(STRING, 'y')],
  ['identifier', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['symbol', /==|!=|<=|>=|&&|\|\||[[\]{}().,\-!?:+*/%<>]/y],
]

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** Always ends with a token of kind `end`; stops at the first text that is no token. */
export function tokenize(text: string): { readonly tokens: Token[]; readonly issue?: Issue } {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    at += match(BLANK, text, at)?.length ?? 0
    if (at >= text.length) break
    const token = tokenAt(text, at)
    if (token === undefined) {
      const issue = { at, message: `Syntax error: token recognition error at: '${strangeText(text, at)}'` }
      return { tokens: [...tokens, { kind: 'end', text: '<EOF>', at: text.length }], issue }
    }
    tokens.push(token)
    at += token.text.length
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: text.length })
  return { tokens }
}

function tokenAt(text: string, at: number): Token | undefined {
  for (const [kind, pattern] of PATTERNS) {
    const found = match(pattern, text, at)
    if (found !== undefined) return { kind, text: found, at }
  }
  return undefined
}

/** An open string up to the end of its line, else one character. */
function strangeText(text: string, at: number): string {
  const open = match(/(?:"|')[^\n\r]*/y, text, at)
  const found = open ?? String.fromCodePoint(text.codePointAt(at) as number)
  return found.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
}
