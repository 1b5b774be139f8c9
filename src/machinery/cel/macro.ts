/** Macros: calls that stand for larger expressions (cel-go parser/macro.go, cel/library.go). */
import type { Expression } from './expression.ts'

/** What is wrong with an argument, and where. */
export interface MacroFault {
  readonly at: number
  readonly fault: string
}

export interface MacroCall {
  /** The place of the call, which all that it stands for gets. */
  readonly at: number
  readonly target: Expression
  readonly args: readonly Expression[]
}

/** Undefined where the call is meant as a call. */
export type Macro = (call: MacroCall) => Expression | MacroFault | undefined

/** By `name:number of arguments:whether it has a target`. */
export type Macros = ReadonlyMap<string, Macro>

export function macroKey(name: string, args: number, isMember: boolean): string {
  return `${name}:${args}:${isMember}`
}

/** No identifier can be written like this. */
export const ACCUMULATOR = '@result'

/** Expressions that all stand in the same place. */
export function buildAt(at: number) {
  const ident = (name: string): Expression => ({ kind: 'ident', at, name })
  return {
    ident,
    accumulator: ident(ACCUMULATOR),
    literal: (value: boolean | number): Expression => ({ kind: 'literal', at, value }),
    call: (name: string, ...args: readonly Expression[]): Expression => {
      return { kind: 'call', at, function: name, target: undefined, args }
    },
    member: (name: string, target: Expression, ...args: readonly Expression[]): Expression => {
      return { kind: 'call', at, function: name, target, args }
    },
    list: (...elements: readonly Expression[]): Expression => {
      return { kind: 'list', at, elements, optional: new Set() }
    },
  }
}

export interface Fold {
  readonly init: Expression
  readonly condition: Expression
  readonly step: Expression
  readonly result: Expression
}

export function fold(
  { at, target }: MacroCall,
  variables: readonly string[],
  { init, condition, step, result }: Fold,
): Expression {
  const [variable = '', variable2] = variables
  const accumulator = ACCUMULATOR
  return { kind: 'comprehension', at, range: target, variable, variable2, accumulator, init, condition, step, result }
}

export function quantifier(
  call: MacroCall,
  variables: readonly string[],
  kind: string,
  predicate: Expression,
): Expression {
  const { accumulator, literal, call: calling } = buildAt(call.at)
  if (kind === 'all') {
    const condition = calling('@not_strictly_false', accumulator)
    const step = calling('_&&_', accumulator, predicate)
    return fold(call, variables, { init: literal(true), condition, step, result: accumulator })
  }
  if (kind === 'exists') {
    const condition = calling('@not_strictly_false', calling('!_', accumulator))
    const step = calling('_||_', accumulator, predicate)
    return fold(call, variables, { init: literal(false), condition, step, result: accumulator })
  }
  const step = calling('_?_:_', predicate, calling('_+_', accumulator, literal(1)), accumulator)
  const result = calling('_==_', accumulator, literal(1))
  return fold(call, variables, { init: literal(0), condition: literal(true), step, result })
}

/** Appends what `transform` gives, of those that pass the filter. */
export function transformList(
  call: MacroCall,
  variables: readonly string[],
  filter: Expression | undefined,
  transform: Expression,
): Expression {
  const { accumulator, literal, list, call: calling } = buildAt(call.at)
  const append = calling('_+_', accumulator, list(transform))
  const step = filter === undefined ? append : calling('_?_:_', filter, append, accumulator)
  return fold(call, variables, { init: list(), condition: literal(true), step, result: accumulator })
}
