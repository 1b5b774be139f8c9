/** Values of literals (cel-go parser/unescape.go). */
import type { Result } from '../result.ts'
import { bytesValue, doubleValue, fromBigInt, isInt64, isUint64, uintValue, type Value } from './value.ts'

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '`': 96,
  '?': 63,
}

const ENCODER = new TextEncoder()

export function parseIntLiteral(text: string): Result<Value> {
  const negative = text.startsWith('-')
  const amount = BigInt(negative ? text.slice(1) : text)
  const value = negative ? -amount : amount
  return isInt64(value) ? { ok: true, value: fromBigInt(value) } : { ok: false, error: 'invalid int literal' }
}

export function parseUintLiteral(text: string): Result<Value> {
  const value = BigInt(text.slice(0, -1))
  if (!isUint64(value)) return { ok: false, error: 'invalid uint literal' }
  return { ok: true, value: uintValue(fromBigInt(value)) }
}

export function parseDoubleLiteral(text: string): Result<Value> {
  const value = Number(text)
  return Number.isFinite(value)
    ? { ok: true, value: doubleValue(value) }
    : { ok: false, error: 'invalid double literal' }
}

export function parseStringLiteral(text: string): Result<Value> {
  const parts = unescaped(text, false)
  return parts.ok ? { ok: true, value: joinPoints(parts.value) } : parts
}

export function parseBytesLiteral(text: string): Result<Value> {
  const parts = unescaped(text.slice(1), true)
  return parts.ok ? { ok: true, value: bytesValue(Uint8Array.from(parts.value)) } : parts
}

function joinPoints(points: readonly number[]): string {
  let text = ''
  for (const point of points) text += String.fromCodePoint(point)
  return text
}

/** Code points of a string, bytes of a bytes literal. */
function unescaped(literal: string, asBytes: boolean): Result<number[]> {
  const raw = /^[rR]/.test(literal)
  const body = raw ? literal.slice(1) : literal
  const fence = /^("""|''')/.test(body) ? 3 : 1
  const text = body.slice(fence, -fence).replaceAll(/\r\n?/g, '\n')
  const output: number[] = []
  let at = 0
  while (at < text.length) {
    const point = text.codePointAt(at) as number
    if (point !== 92 || raw) {
      const character = String.fromCodePoint(point)
      if (asBytes) output.push(...ENCODER.encode(character))
      else output.push(point)
      at += character.length
      continue
    }
    const escaped = readEscape(text, at + 1, asBytes)
    if (!escaped.ok) return escaped
    output.push(...escaped.value.output)
    at = escaped.value.end
  }
  return { ok: true, value: output }
}

function readEscape(text: string, at: number, asBytes: boolean): Result<{ output: number[]; end: number }> {
  const letter = text[at]
  if (letter === undefined) return { ok: false, error: "unable to unescape string, found '\\' as last character" }
  const simple = SIMPLE[letter]
  if (simple !== undefined) return { ok: true, value: { output: [simple], end: at + 1 } }
  const digits = { x: 2, X: 2, u: 4, U: 8 }[letter]
  const isOctal = /[0-3]/.test(letter)
  if (digits === undefined && !isOctal) return { ok: false, error: `unable to unescape string` }
  const start = isOctal ? at : at + 1
  const length = isOctal ? 3 : (digits as number)
  const code = text.slice(start, start + length)
  const isUnicode = letter === 'u' || letter === 'U'
  if (code.length !== length || !(isOctal ? /^[0-7]+$/ : /^[0-9a-fA-F]+$/).test(code) || (isUnicode && asBytes)) {
    return { ok: false, error: 'unable to unescape string' }
  }
  const point = Number.parseInt(code, isOctal ? 8 : 16)
  if (point > 0x10ffff || (isUnicode && point >= 0xd800 && point <= 0xdfff)) {
    return { ok: false, error: 'invalid unicode code point' }
  }
  return { ok: true, value: { output: [point], end: start + length } }
}
