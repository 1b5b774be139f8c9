/** The tokens of a label selector's text (apimachinery/pkg/labels/selector.go). */

const SYMBOLS = [')', ',', '!', '==', '=', '>', 'in', '<', '!=', 'notin', '('] as const
export type LabelSymbol = (typeof SYMBOLS)[number]

export type LabelToken =
  | { readonly type: 'end' | 'identifier'; readonly text: string }
  | { readonly type: 'symbol'; readonly text: LabelSymbol }

/** Two-character symbols first, then single ones, then words that end before a symbol or a space. */
const TOKEN = /[ \t\r\n]+|==|!=|[=!(),<>]|[^ \t\r\n=!(),<>]+/g

/** All tokens, the last of which is `end`. Keys and values called `in` or `notin` come as symbols. */
export function lexLabelSelector(text: string): LabelToken[] {
  const tokens: LabelToken[] = []
  for (const [piece] of text.matchAll(TOKEN)) {
    if (/^[ \t\r\n]/.test(piece)) continue
    const symbol = SYMBOLS.find((candidate) => candidate === piece)
    tokens.push(symbol === undefined ? { type: 'identifier', text: piece } : { type: 'symbol', text: symbol })
  }
  return [...tokens, { type: 'end', text: '' }]
}
