/** What an expression may refer to: variables, functions and macros. */
import type { Macros } from './macro.ts'
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  NULL,
  opaqueType,
  optionalType,
  paramType,
  STRING,
  TIMESTAMP,
  type Type,
  typeType,
  UINT,
} from './type.ts'
import type { Result, Value } from './value.ts'

/** Values that pass the overload's types, the target first. */
export type Implementation = (...args: never[]) => Result

/** Undefined leaves the cost to what calls cost by default. */
export type CallCost = (args: readonly Value[], result: Result) => number | undefined

export interface Overload {
  readonly id: string
  readonly isMember: boolean
  /** The target first. */
  readonly args: readonly Type[]
  readonly result: Type
  /** Names of the type parameters. */
  readonly params: readonly string[]
  readonly call: Implementation
}

export interface FunctionDeclaration {
  readonly name: string
  readonly overloads: readonly Overload[]
}

export interface Library {
  readonly functions: readonly FunctionDeclaration[]
  /** Types that are named in expressions. */
  readonly types?: readonly Type[]
  readonly macros?: Macros
}

const NAMED: Readonly<Record<string, Type>> = {
  bool: BOOL,
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  null: NULL,
  timestamp: TIMESTAMP,
  duration: DURATION,
  dyn: DYN,
}

/** Reads types from a text such as `map(A, list(int))`; single capital letters are type parameters. */
function readTypes(text: string): { readonly types: Type[]; readonly params: ReadonlySet<string> } {
  const tokens = text.match(/[\w.]+|[(),]/g) ?? []
  const params = new Set<string>()
  let at = 0
  const read = (): Type => {
    const name = tokens[at++] as string
    const args: Type[] = []
    if (tokens[at] === '(') {
      at += 1
      for (; tokens[at] !== ')'; at++) {
        args.push(read())
        if (tokens[at] === ')') break
      }
      at += 1
    }
    if (/^[A-Z]$/.test(name)) {
      params.add(name)
      return paramType(name)
    }
    const [first = DYN, second = DYN] = args
    if (name === 'list') return listType(first)
    if (name === 'map') return mapType(first, second)
    if (name === 'type') return typeType(first)
    if (name === 'optional') return optionalType(first)
    return NAMED[name] ?? opaqueType(name)
  }
  const types: Type[] = []
  while (at < tokens.length) {
    types.push(read())
    if (tokens[at] === ',') at += 1
  }
  return { types, params }
}

/**
 * Declares a function. Signatures are written `(int, int) -> int`, or `string.(int) -> string` for what is called on a target.
 *
 * @example defineFunction('startsWith', [['starts_with_string', 'string.(string) -> bool', (text: string, start: string) => text.startsWith(start)]])
 */
export function defineFunction(
  name: string,
  overloads: readonly (readonly [id: string, signature: string, call: Implementation])[],
): FunctionDeclaration {
  let read: readonly Overload[] | undefined
  return {
    name,
    // When an expression is first compiled: most processes that start have none.
    get overloads() {
      read ??= overloads.map(([id, signature, call]) => ({ id, call, ...readSignature(signature) }))
      return read
    },
  }
}

function readSignature(signature: string): Omit<Overload, 'id' | 'call'> {
  const [, target = '', args = '', result = ''] = /^(?:(.*)\.)?\((.*)\) -> (.*)$/.exec(signature) ?? []
  const isMember = target !== ''
  const { types, params } = readTypes([...(isMember ? [target] : []), ...(args === '' ? [] : [args]), result].join(','))
  return { isMember, args: types.slice(0, -1), result: types.at(-1) as Type, params: [...params] }
}
