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
  type Parser,
} from './parser-state.ts'

/** The parser of one expression. */
type Parse = (parser: Parser) => Expression

export function parseArguments(parser: Parser, parse: Parse): Expression[] {
  const args: Expression[] = []
  if (accept(parser, ')') !== undefined) return args
  assertStart(parser, ')')
  do args.push(parse(parser))
  while (accept(parser, ',') !== undefined)
  expect(parser, ')')
  return args
}

export function parseList(parser: Parser, open: Token, parse: Parse): Expression {
  const elements: Expression[] = []
  const optional = new Set<number>()
  acceptLoneComma(parser, ']')
  while (accept(parser, ']') === undefined) {
    if (accept(parser, '?') !== undefined) optional.add(elements.length)
    else assertStart(parser, '],?')
    elements.push(parse(parser))
    if (acceptComma(parser, ']') && !canGoOn(parser)) {
      expect(parser, ']')
      break
    }
  }
  return { kind: 'list', at: open.at, elements, optional }
}

export function parseEntries(parser: Parser, parse: Parse): MapEntry[] {
  const entries: MapEntry[] = []
  acceptLoneComma(parser, '}')
  while (accept(parser, '}') === undefined) {
    const optional = accept(parser, '?') !== undefined
    if (!optional) assertStart(parser, '},?')
    const key = parse(parser)
    const colon = expect(parser, ':')
    entries.push({ at: colon.at, key, value: parse(parser), optional })
    if (acceptComma(parser, '}') && !canGoOn(parser)) {
      expect(parser, '}')
      break
    }
  }
  return entries
}

export function parseFields(parser: Parser, parse: Parse): FieldEntry[] {
  const fields: FieldEntry[] = []
  while (accept(parser, '}') === undefined) {
    const optional = accept(parser, '?') !== undefined
    const name = identifier(parser)
    const colon = expect(parser, ':')
    fields.push({ at: colon.at, name: name.text, value: parse(parser), optional })
    acceptComma(parser, '}')
  }
  return fields
}
