/** The macros of the language, those of optional values, and those with two variables. */
import type { Expression } from './expression.ts'
import {
  ACCUMULATOR,
  buildAt,
  fold,
  type Macro,
  type MacroCall,
  type MacroFault,
  type Macros,
  macroKey,
  quantifier,
  transformList,
} from './macro.ts'

const OVERWRITES = 'iteration variable overwrites accumulator variable'

function isFault(name: string | MacroFault): name is MacroFault {
  return typeof name === 'object'
}

function variableName(argument: Expression, fault: string): string | MacroFault {
  if (argument.kind !== 'ident') return { at: argument.at, fault }
  const isAccumulator = argument.name === ACCUMULATOR || argument.name === '__result__'
  return isAccumulator ? { at: argument.at, fault: OVERWRITES } : argument.name
}

function has({ at, args }: MacroCall): Expression | MacroFault {
  const argument = args[0] as Expression
  if (argument.kind !== 'select') return { at: argument.at, fault: 'invalid argument to has() macro' }
  return { kind: 'select', at, operand: argument.operand, field: argument.field, test: true }
}

function quantifierMacro(kind: string): Macro {
  return (call) => {
    const name = variableName(call.args[0] as Expression, 'argument must be a simple name')
    return isFault(name) ? name : quantifier(call, [name], kind, call.args[1] as Expression)
  }
}

function map(call: MacroCall): Expression | MacroFault {
  const name = variableName(call.args[0] as Expression, 'argument is not an identifier')
  if (isFault(name)) return name
  const filter = call.args.length === 3 ? call.args[1] : undefined
  return transformList(call, [name], filter, call.args.at(-1) as Expression)
}

function filter(call: MacroCall): Expression | MacroFault {
  const variable = call.args[0] as Expression
  const name = variableName(variable, 'argument is not an identifier')
  return isFault(name) ? name : transformList(call, [name], call.args[1], variable)
}

function optMap(name: 'optMap' | 'optFlatMap'): Macro {
  return ({ at, target, args }) => {
    const [variable, body] = args as [Expression, Expression]
    const fault = `${name}() variable name must be a simple identifier`
    if (variable.kind !== 'ident') return { at: variable.at, fault }
    const { call, member, list, literal, ident } = buildAt(at)
    const bound: Expression = {
      kind: 'comprehension',
      at,
      range: list(),
      variable: '#unused',
      variable2: undefined,
      accumulator: variable.name,
      init: member('value', target),
      condition: literal(false),
      step: ident(variable.name),
      result: body,
    }
    const mapped = name === 'optMap' ? call('optional.of', bound) : bound
    return call('_?_:_', member('hasValue', target), mapped, call('optional.none'))
  }
}

function twoVariables(expand: (call: MacroCall, names: readonly [string, string]) => Expression): Macro {
  return (call) => {
    const [first, second] = call.args as [Expression, Expression]
    for (const argument of [first, second]) {
      if (argument.kind !== 'ident') return { at: argument.at, fault: 'argument must be a simple name' }
    }
    const names = [first, second].map((argument) => variableName(argument, ''))
    if (names[0] === names[1]) return { at: second.at, fault: `duplicate variable name: ${names[0]}` }
    const fault = names.find(isFault)
    return fault ?? expand(call, names as [string, string])
  }
}

const transformListTwo = twoVariables((call, names) => {
  const filtering = call.args.length === 4 ? call.args[2] : undefined
  return transformList(call, names, filtering, call.args.at(-1) as Expression)
})

/** `transformMap` inserts under the old key, `transformMapEntry` inserts the entries of a map. */
function transformMap(hasKey: boolean): Macro {
  return twoVariables((call, names) => {
    const { accumulator, literal, ident, call: calling } = buildAt(call.at)
    const transform = call.args.at(-1) as Expression
    const entry = hasKey ? [ident(names[0]), transform] : [transform]
    const insert = calling('cel.@mapInsert', accumulator, ...entry)
    const filtering = call.args.length === 4 ? call.args[2] : undefined
    const step = filtering === undefined ? insert : calling('_?_:_', filtering, insert, accumulator)
    const init: Expression = { kind: 'map', at: call.at, entries: [] }
    return fold(call, names, { init, condition: literal(true), step, result: accumulator })
  })
}

function twoQuantifier(kind: string): Macro {
  return twoVariables((call, names) => quantifier(call, names, kind, call.args[2] as Expression))
}

/** A sort by keys: `cel.@sortByAssociatedKeys` of the list and of the keys that its items have (cel-go ext/lists.go). */
function sortBy({ at, target, args }: MacroCall): Expression | MacroFault | undefined {
  const kinds = ['ident', 'select', 'list', 'comprehension', 'call']
  if (!kinds.includes(target.kind)) {
    return {
      at: target.at,
      fault: 'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
    }
  }
  const name = variableName(args[0] as Expression, 'argument is not an identifier')
  if (isFault(name)) return name
  const { ident, list, literal, member } = buildAt(at)
  const input = ident('@__sortBy_input__')
  const keys = transformList({ at, target: input, args }, [name], undefined, args[1] as Expression)
  return {
    kind: 'comprehension',
    at,
    range: list(),
    variable: '#unused',
    variable2: undefined,
    accumulator: '@__sortBy_input__',
    init: target,
    condition: literal(false),
    step: input,
    result: member('@sortByAssociatedKeys', input, keys),
  }
}

const MEMBERS: readonly (readonly [string, readonly number[], Macro])[] = [
  ['all', [2], quantifierMacro('all')],
  ['exists', [2], quantifierMacro('exists')],
  ['exists_one', [2], quantifierMacro('existsOne')],
  ['existsOne', [2], quantifierMacro('existsOne')],
  ['map', [2, 3], map],
  ['filter', [2], filter],
  ['optMap', [2], optMap('optMap')],
  ['optFlatMap', [2], optMap('optFlatMap')],
  ['all', [3], twoQuantifier('all')],
  ['exists', [3], twoQuantifier('exists')],
  ['existsOne', [3], twoQuantifier('existsOne')],
  ['exists_one', [3], twoQuantifier('existsOne')],
  ['transformList', [3, 4], transformListTwo],
  ['transformMap', [3, 4], transformMap(true)],
  ['transformMapEntry', [3, 4], transformMap(false)],
  ['sortBy', [2], sortBy],
]

export const STANDARD_MACROS: Macros = new Map([
  [macroKey('has', 1, false), has],
  ...MEMBERS.flatMap(([name, counts, macro]) => counts.map((count) => [macroKey(name, count, true), macro] as const)),
])
