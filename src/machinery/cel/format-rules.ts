/** Formats that are literals, against the types of their arguments (cel-go ext/formatting.go, stringFormatValidator). */
import type { Checked } from './checker.ts'
import type { Call, Expression } from './expression.ts'
import { nextClause } from './format-string.ts'
import type { Issue } from './source.ts'
import { DYN, type TypeKind } from './type.ts'

const INTEGERS: readonly TypeKind[] = ['int', 'uint']
const DOUBLES: readonly TypeKind[] = ['double', 'string']

/** What each clause takes, and what is said of anything else. */
const CLAUSES: Readonly<Record<string, readonly [kinds: readonly TypeKind[], rule: string]>> = {
  d: [INTEGERS, 'decimal clause can only be used on integers'],
  f: [DOUBLES, 'fixed-point clause can only be used on doubles'],
  e: [DOUBLES, 'scientific clause can only be used on doubles'],
  b: [[...INTEGERS, 'bool'], 'only integers and bools can be formatted as binary'],
  o: [INTEGERS, 'octal clause can only be used on integers'],
  x: [[...INTEGERS, 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  X: [[...INTEGERS, 'string', 'bytes'], 'only integers, byte buffers, and strings can be formatted as hex'],
  s: [
    ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null_type'],
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  ],
}

export function formatIssuesOf(call: Call, types: Checked['types']): Issue[] {
  const [list] = call.args
  const { target } = call
  if (call.function !== 'format' || target?.kind !== 'literal' || list?.kind !== 'list') return []
  if (typeof target.value !== 'string') return []
  let index = 0
  let rest = target.value
  for (;;) {
    const clause = nextClause(rest)
    if (clause === undefined) break
    if (list.elements.length <= index) return [{ at: call.at, message: outOfRange(clause.error, index) }]
    if (clause.error !== undefined) return [{ at: call.at, message: clause.error }]
    const element = list.elements[index] as Expression
    const fault = clauseFault(clause.letter, types.get(element) ?? DYN)
    if (fault !== undefined) return [{ at: element.at, message: `error during formatting: ${fault}` }]
    rest = clause.rest
    index += 1
  }
  if (list.elements.length === index) return []
  const counts = `(expected ${index}, got ${list.elements.length})`
  return [{ at: call.at, message: `too many arguments supplied to string.format ${counts}` }]
}

/** That the format ends within a clause is told first. */
function outOfRange(error: string | undefined, index: number): string {
  return error === 'unexpected end of string' ? error : `index ${index} out of range`
}

function clauseFault(
  letter: string,
  { kind, name }: { readonly kind: TypeKind; readonly name: string },
): string | undefined {
  const [kinds, rule] = CLAUSES[letter] ?? [[], '']
  return kind === 'dyn' || kinds.includes(kind) ? undefined : `${rule}, was given ${name}`
}
