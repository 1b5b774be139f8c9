/** The text of an expression to its syntax tree (cel-go parser/parser.go and its grammar). */
import type { Expression } from './expression.ts'
import { type Token, tokenize } from './lexer.ts'
import {
  parseBytesLiteral,
  parseDoubleLiteral,
  parseIntLiteral,
  parseStringLiteral,
  parseUintLiteral,
} from './literal.ts'
import { type Macros, macroKey } from './macro.ts'
import { parseArguments, parseEntries, parseFields, parseList } from './parser-aggregates.ts'
import {
  accept,
  assertStart,
  canStart,
  deeper,
  expect,
  identifier,
  isSymbol,
  KEYWORDS,
  MAX_DEPTH,
  mismatched,
  notViable,
  type Parser,
  peek,
  SyntaxFault,
  starts,
  upTo,
} from './parser-state.ts'
import type { Issue } from './source.ts'
import type { Value } from './value.ts'

export type ParseResult =
  | { readonly ok: true; readonly value: Expression }
  | { readonly ok: false; readonly issues: readonly Issue[] }

const MAX_SIZE = 100_000

const RESERVED = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
)
/** Binary operators by how closely they bind; all of them associate to the left. */
const PRECEDENCE: readonly ReadonlySet<string>[] = [
  new Set(['<', '<=', '>=', '>', '==', '!=', 'in']),
  new Set(['+', '-']),
  new Set(['*', '/', '%']),
]

/** Parses an expression and expands its macros. */
export function parseExpression(text: string, macros: Macros): ParseResult {
  const size = [...text].length
  if (size > MAX_SIZE) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${MAX_SIZE}`
    return { ok: false, issues: [{ at: -1, message }] }
  }
  const parser: Parser = { text, ...tokenize(text), macros, awaited: [], at: 0, depth: 0 }
  try {
    const value = parseConditional(parser)
    const end = peek(parser)
    if (end.kind !== 'end') throw mismatched(end, '<EOF>', peek(parser, 1).kind === 'end' ? 'extraneous' : 'mismatched')
    return parser.issues.length === 0 ? { ok: true, value } : { ok: false, issues: parser.issues }
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault
    return { ok: false, issues: [...parser.issues, fault.issue] }
  }
}

function parseConditional(parser: Parser): Expression {
  return deeper(parser, () => {
    const condition = parseLogical(parser, '||', '_||_', () =>
      parseLogical(parser, '&&', '_&&_', () => parseBinary(parser, 0)),
    )
    const operator = accept(parser, '?')
    if (operator === undefined) return condition
    const left = upTo(parser, ':', () =>
      parseLogical(parser, '||', '_||_', () => parseLogical(parser, '&&', '_&&_', () => parseBinary(parser, 0))),
    )
    expect(parser, ':')
    return callOrMacro(parser, operator.at, '_?_:_', undefined, [condition, left, parseConditional(parser)])
  })
}

/** A chain of one logical operator becomes a balanced tree, so that long ones are not deep. */
function parseLogical(parser: Parser, symbol: string, name: string, parse: () => Expression): Expression {
  const terms = [parse()]
  const places: number[] = []
  for (let token = accept(parser, symbol); token !== undefined; token = accept(parser, symbol)) {
    places.push(token.at)
    terms.push(parse())
  }
  return balance(name, terms, places, 0, terms.length - 1)
}

function balance(
  name: string,
  terms: readonly Expression[],
  places: readonly number[],
  low: number,
  high: number,
): Expression {
  if (low === high) return terms[low] as Expression
  const middle = Math.floor((low + high) / 2)
  const args = [balance(name, terms, places, low, middle), balance(name, terms, places, middle + 1, high)]
  return { kind: 'call', at: places[middle] as number, function: name, target: undefined, args }
}

function parseBinary(parser: Parser, level: number): Expression {
  const operators = PRECEDENCE[level]
  if (operators === undefined) return parseUnary(parser)
  let left = parseBinary(parser, level + 1)
  for (let count = 0; ; count++) {
    const token = peek(parser)
    const isOperator = (token.kind === 'symbol' || token.kind === 'identifier') && operators.has(token.text)
    if (!isOperator) return left
    if (count >= MAX_DEPTH) throw new SyntaxFault(-1, 'max recursion depth exceeded')
    parser.at += 1
    const right = parseBinary(parser, level + 1)
    left = callOrMacro(parser, token.at, token.text === 'in' ? '@in' : `_${token.text}_`, undefined, [left, right])
  }
}

function parseUnary(parser: Parser): Expression {
  const first = peek(parser)
  for (const [symbol, name] of [
    ['!', '!_'],
    ['-', '-_'],
  ] as const) {
    let count = 0
    while (isSymbol(peek(parser, count), symbol)) count += 1
    if (count === 0) continue
    const next = peek(parser, count)
    if (symbol === '-' && count === 1 && (next.kind === 'int' || next.kind === 'float')) continue
    parser.at += count
    assertOperand(parser, symbol, next)
    const operand = parseMember(parser)
    return count % 2 === 0
      ? operand
      : { kind: 'call', at: first.at, function: name, target: undefined, args: [operand] }
  }
  return parseMember(parser)
}

/** A sign may belong to a number, so that what follows it decides what it is; at the end nothing does. */
function assertOperand(parser: Parser, symbol: string, next: Token): void {
  if (symbol === '-' && isSymbol(next, '!')) throw notViable(parser, peek(parser, -1), next)
  if (canStart(next)) return
  if (symbol === '-') parser.issues.push(notViable(parser, peek(parser, -1), next).issue)
  else if (next.kind === 'end' || !canStart(peek(parser, 1))) {
    throw new SyntaxFault(next.at, `Syntax error: extraneous input '${next.text}' expecting ${starts()}`)
  }
}

function parseMember(parser: Parser): Expression {
  let operand = parsePrimary(parser)
  for (let count = 0; ; count++) {
    if (count > MAX_DEPTH) throw new SyntaxFault(-1, 'max recursion depth exceeded')
    const dot = accept(parser, '.')
    if (dot !== undefined) {
      operand = parseField(parser, operand, dot)
      continue
    }
    const bracket = accept(parser, '[')
    if (bracket === undefined) return operand
    const name = accept(parser, '?') === undefined ? '_[_]' : '_[?_]'
    assertStart(parser, name === '_[_]' ? '?' : '')
    const index = upTo(parser, ']', () => parseConditional(parser))
    expect(parser, ']')
    operand = { kind: 'call', at: bracket.at, function: name, target: undefined, args: [operand, index] }
  }
}

function parseField(parser: Parser, operand: Expression, dot: Token): Expression {
  const isOptional = accept(parser, '?') !== undefined
  const token = peek(parser)
  if (token.kind === 'escaped') throw new SyntaxFault(token.at, "unsupported syntax: '`'")
  if (token.kind !== 'identifier' || KEYWORDS.has(token.text)) {
    if (isOptional) {
      parser.issues.push(mismatched(token, '{IDENTIFIER, ESC_IDENTIFIER}').issue)
      throw new SyntaxFault(token.at, 'unsupported ident kind')
    }
    if (token.kind === 'identifier' && token.text !== 'in') throw mismatched(token, 'IDENTIFIER')
    const fault = notViable(parser, dot, token)
    if (!isOperator(token)) throw fault
    // It is gone on with behind the field that is none.
    parser.issues.push(fault.issue)
    return operand
  }
  const name = identifier(parser)
  if (isOptional) {
    const field: Expression = { kind: 'literal', at: name.at, value: name.text }
    return { kind: 'call', at: dot.at, function: '_?._', target: undefined, args: [operand, field] }
  }
  const open = accept(parser, '(')
  if (open === undefined) return { kind: 'select', at: dot.at, operand, field: name.text, test: false }
  return callOrMacro(parser, open.at, name.text, operand, parseArguments(parser, parseConditional))
}

function isOperator(token: Token): boolean {
  return (
    token.text === 'in' || token.text === '?' || token.text === ':' || PRECEDENCE.some((all) => all.has(token.text))
  )
}

function callOrMacro(
  parser: Parser,
  at: number,
  name: string,
  target: Expression | undefined,
  args: readonly Expression[],
): Expression {
  const macro = parser.macros.get(macroKey(name, args.length, target !== undefined))
  const expanded = macro?.({ at, target: target ?? { kind: 'literal', at, value: null }, args })
  if (expanded === undefined) return { kind: 'call', at, function: name, target, args }
  if (!('fault' in expanded)) return expanded
  return report(parser, expanded.at, expanded.fault)
}

function report(parser: Parser, at: number, message: string): Expression {
  parser.issues.push({ at, message })
  return { kind: 'literal', at, value: null }
}

function parsePrimary(parser: Parser): Expression {
  assertStart(parser)
  const token = peek(parser)
  switch (token.kind) {
    case 'identifier':
      return parseName(parser, '')
    case 'symbol':
      return parseSymbol(parser, token)
    default:
      parser.at += 1
      return parseLiteral(parser, token, '')
  }
}

function parseSymbol(parser: Parser, token: Token): Expression {
  parser.at += 1
  switch (token.text) {
    case '(': {
      const inner = upTo(parser, ')', () => parseConditional(parser))
      expect(parser, ')')
      return inner
    }
    case '[':
      return parseList(parser, token, parseConditional)
    case '{':
      return { kind: 'map', at: token.at, entries: parseEntries(parser, parseConditional) }
    case '.':
      if (peek(parser).kind !== 'identifier') throw notViable(parser, token, peek(parser))
      return parseName(parser, '.')
    case '-': {
      const number = peek(parser)
      if (number.kind === 'int' || number.kind === 'float') {
        parser.at += 1
        return parseLiteral(parser, number, '-', token.at)
      }
    }
  }
  throw mismatched(token, starts())
}

function parseName(parser: Parser, dot: string): Expression {
  const token = peek(parser)
  if (dot === '' && ['true', 'false', 'null'].includes(token.text)) {
    parser.at += 1
    return { kind: 'literal', at: token.at, value: token.text === 'null' ? null : token.text === 'true' }
  }
  if (token.text === 'in') throw mismatched(token, starts())
  const name = identifier(parser)
  const message = structName(parser)
  if (message !== undefined) {
    const open = expect(parser, '{')
    return {
      kind: 'struct',
      at: open.at,
      type: dot + [name.text, ...message].join('.'),
      fields: parseFields(parser, parseConditional),
    }
  }
  const open = accept(parser, '(')
  const args = open === undefined ? [] : parseArguments(parser, parseConditional)
  if (RESERVED.has(name.text)) return report(parser, name.at, `reserved identifier: ${name.text}`)
  if (open === undefined) return { kind: 'ident', at: name.at, name: dot + name.text }
  return callOrMacro(parser, open.at, dot + name.text, undefined, args)
}

/** The rest of a type's name where a struct begins here: names and dots up to a brace. */
function structName(parser: Parser): string[] | undefined {
  const names: string[] = []
  let ahead = 0
  while (isSymbol(peek(parser, ahead), '.') && peek(parser, ahead + 1).kind === 'identifier') {
    names.push(peek(parser, ahead + 1).text)
    ahead += 2
  }
  if (!isSymbol(peek(parser, ahead), '{')) return undefined
  parser.at += ahead
  return names
}

const LITERALS = {
  int: parseIntLiteral,
  uint: parseUintLiteral,
  float: parseDoubleLiteral,
  string: parseStringLiteral,
  bytes: parseBytesLiteral,
}

function parseLiteral(parser: Parser, token: Token, sign: string, at: number = token.at): Expression {
  const parse = LITERALS[token.kind as keyof typeof LITERALS]
  const result = parse(sign + token.text)
  if (!result.ok) return report(parser, at, result.error)
  return { kind: 'literal', at, value: result.value satisfies Value }
}
