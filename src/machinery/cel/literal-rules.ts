/** What is wrong with literals is said when an expression is compiled (cel-go cel/validator.go). */
import type { Checked } from './checker.ts'
import { mismatch } from './checker-state.ts'
import type { Environment } from './environment.ts'
import type { Expression, ListLiteral, MapLiteral } from './expression.ts'
import { formatIssuesOf } from './format-rules.ts'
import { compileRegex } from './regular-expression.ts'
import type { Issue } from './source.ts'
import { parseDuration, parseTimestamp } from './time.ts'
import { DYN, sameType, type Type, unwrapOptional } from './type.ts'
import { isError, isInt, type Result, type Value } from './value.ts'

/** Whether the first argument is one that the function takes. Other than texts are for the function to judge. */
const ARGUMENTS: Readonly<Record<string, (value: Value) => Result>> = {
  duration: (value) => (typeof value === 'string' ? parseDuration(value) : true),
  timestamp: (value) => (typeof value === 'string' ? parseTimestamp(value) : isInt(value)),
  matches: (value) => typeof value !== 'string' || compileRegex(value).ok,
}

/** Where literals may hold values of several types. */
const EXEMPT = 'format'

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'select':
      return [expression.operand]
    case 'call':
      return expression.target === undefined ? expression.args : [expression.target, ...expression.args]
    case 'list':
      return expression.elements
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value])
    case 'struct':
      return expression.fields.map(({ value }) => value)
    case 'comprehension':
      return [expression.range, expression.init, expression.condition, expression.step, expression.result]
    default:
      return []
  }
}

export function validateLiterals({ expression, types }: Checked, { homogeneous }: Environment): Issue[] {
  const issues: Issue[] = []
  const visit = (part: Expression, isExempt: boolean): void => {
    if (part.kind === 'call') {
      issues.push(...argumentIssues(part.function, part.args[0]), ...formatIssuesOf(part, types))
    }
    if (part.kind === 'list' && !isExempt) issues.push(...listIssues(part, types))
    if (part.kind === 'map' && !isExempt) issues.push(...mapIssues(part, types))
    const exempts = isExempt || (part.kind === 'call' && part.function === EXEMPT)
    for (const child of childrenOf(part)) visit(child, exempts)
  }
  visit(expression, !homogeneous)
  return issues
}

function argumentIssues(name: string, argument: Expression | undefined): Issue[] {
  const accepts = Object.hasOwn(ARGUMENTS, name) ? ARGUMENTS[name] : undefined
  if (accepts === undefined || argument?.kind !== 'literal') return []
  const result = accepts(argument.value)
  return result === false || isError(result) ? [{ at: argument.at, message: `invalid ${name} argument` }] : []
}

type Types = ReadonlyMap<Expression, Type>

function typeIn(types: Types, part: Expression, isOptional: boolean): Type {
  const type = types.get(part) ?? DYN
  return isOptional ? (unwrapOptional(type) ?? type) : type
}

function listIssues({ elements, optional }: ListLiteral, types: Types): Issue[] {
  const all = elements.map((element, index) => typeIn(types, element, optional.has(index)))
  const stranger = all.findIndex((type) => !sameType(type, all[0] as Type))
  if (stranger === -1) return []
  return [{ at: (elements[stranger] as Expression).at, message: mismatch(all[0] as Type, all[stranger] as Type) }]
}

function mapIssues({ entries }: MapLiteral, types: Types): Issue[] {
  const [first] = entries
  if (first === undefined) return []
  return entries.flatMap((entry) => {
    const pairs = [
      [first.key, entry.key, false, false],
      [first.value, entry.value, first.optional, entry.optional],
    ] as const
    return pairs.flatMap(([expected, actual, firstOptional, optional]) => {
      const types2 = [typeIn(types, expected, firstOptional), typeIn(types, actual, optional)] as const
      return sameType(...types2) ? [] : [{ at: actual.at, message: mismatch(...types2) }]
    })
  })
}
