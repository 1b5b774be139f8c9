/** The syntax tree. Macros are already expanded in it. */
import type { Value } from './value.ts'

interface Node {
  /** Where it is shown in messages: the operator, the parenthesis or the first character. In UTF-16 units. */
  readonly at: number
}

export interface Literal extends Node {
  readonly kind: 'literal'
  readonly value: Value
}
export interface Ident extends Node {
  readonly kind: 'ident'
  readonly name: string
}
export interface Select extends Node {
  readonly kind: 'select'
  readonly operand: Expression
  readonly field: string
  /** `has(operand.field)` */
  readonly test: boolean
}
export interface Call extends Node {
  readonly kind: 'call'
  readonly function: string
  readonly target: Expression | undefined
  readonly args: readonly Expression[]
}
export interface ListLiteral extends Node {
  readonly kind: 'list'
  readonly elements: readonly Expression[]
  readonly optional: ReadonlySet<number>
}
export interface MapEntry extends Node {
  readonly key: Expression
  readonly value: Expression
  readonly optional: boolean
}
export interface MapLiteral extends Node {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}
export interface FieldEntry extends Node {
  readonly name: string
  readonly value: Expression
  readonly optional: boolean
}
export interface StructLiteral extends Node {
  readonly kind: 'struct'
  readonly type: string
  readonly fields: readonly FieldEntry[]
}
export interface Comprehension extends Node {
  readonly kind: 'comprehension'
  readonly range: Expression
  readonly variable: string
  readonly variable2: string | undefined
  readonly accumulator: string
  readonly init: Expression
  readonly condition: Expression
  readonly step: Expression
  readonly result: Expression
}

export type Expression = Literal | Ident | Select | Call | ListLiteral | MapLiteral | StructLiteral | Comprehension

/** `a.b.c` where the expression is nothing but names. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'ident') return expression.name
  if (expression.kind !== 'select' || expression.test) return undefined
  const operand = qualifiedName(expression.operand)
  return operand === undefined ? undefined : `${operand}.${expression.field}`
}
