/** What holds several expressions: arguments, lists, maps and objects. */
import type { Expression, FieldEntry, MapEntry } from './expression.ts'
import type { Token } from './lexer.ts'
import {
  accept,
  acceptComma,
  acceptLoneComma,
  assertStart,
  canGoOn,
  expect,
  identifier,
  mismatched,
  type Parser,
  peek,
  upTo,
} from './parser-state.ts'

/** What may stand first in an object, and what surely does not. */
const FIELDS = "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}"
const LITERALS: ReadonlySet<string> = new Set(['int', 'uint', 'float', 'string', 'bytes'])

/** The parser of one expression. */
type Parse = (parser: Parser) => Expression

export function parseArguments(parser: Parser, parse: Parse): Expression[] {
  const args: Expression[] = []
  if (accept(parser, ')') !== undefined) return args
  assertStart(parser, ')')
  do args.push(upTo(parser, ')', () => parse(parser)))
  while (accept(parser, ',') !== undefined)
  expect(parser, ')')
  return args
}

export function parseList(parser: Parser, open: Token, parse: Parse): Expression {
  const elements: Expression[] = []
  const optional = new Set<number>()
  if (acceptLoneComma(parser, ']')) return { kind: 'list', at: open.at, elements, optional }
  while (accept(parser, ']') === undefined) {
    if (accept(parser, '?') !== undefined) optional.add(elements.length)
    else assertStart(parser, '],?')
    elements.push(upTo(parser, ']', () => parse(parser)))
    if (acceptComma(parser, ']') && !canGoOn(parser)) {
      expect(parser, ']')
      break
    }
  }
  return { kind: 'list', at: open.at, elements, optional }
}

export function parseEntries(parser: Parser, parse: Parse): MapEntry[] {
  const entries: MapEntry[] = []
  if (acceptLoneComma(parser, '}')) return entries
  while (accept(parser, '}') === undefined) {
    const optional = accept(parser, '?') !== undefined
    if (!optional) assertStart(parser, '},?')
    const key = upTo(parser, '}', () => upTo(parser, ':', () => parse(parser)))
    const colon = expect(parser, ':')
    entries.push({ at: colon.at, key, value: upTo(parser, '}', () => parse(parser)), optional })
    if (acceptComma(parser, '}') && !canGoOn(parser)) {
      expect(parser, '}')
      break
    }
  }
  return entries
}

export function parseFields(parser: Parser, parse: Parse): FieldEntry[] {
  const fields: FieldEntry[] = []
  if (acceptLoneComma(parser, '}')) return fields
  while (accept(parser, '}') === undefined) {
    const first = peek(parser)
    if (fields.length === 0 && (first.kind === 'end' || LITERALS.has(first.kind))) throw mismatched(first, FIELDS)
    const optional = accept(parser, '?') !== undefined
    const name = identifier(parser)
    const colon = expect(parser, ':')
    fields.push({ at: colon.at, name: name.text, value: upTo(parser, '}', () => parse(parser)), optional })
    acceptComma(parser, '}')
  }
  return fields
}
