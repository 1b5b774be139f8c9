/** The names that expressions of one place may use. */
import type { FunctionDeclaration, Library } from './declaration.ts'
import type { Macros } from './macro.ts'
import { STANDARD_MACROS } from './standard-macros.ts'
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
  STRING,
  TIMESTAMP,
  TYPE,
  type Type,
  UINT,
} from './type.ts'

export interface Environment {
  readonly functions: ReadonlyMap<string, FunctionDeclaration>
  readonly variables: ReadonlyMap<string, Type>
  /** Types by the name that expressions give them. */
  readonly types: Pick<ReadonlyMap<string, Type>, 'get'>
  readonly macros: Macros
  /** The namespace that names are looked up in first; empty for the root. */
  readonly container: string
  /** Whether items of a list and values of a map must be of one type. */
  readonly homogeneous: boolean
}

const TYPES: readonly Type[] = [
  BOOL,
  BYTES,
  DOUBLE,
  INT,
  NULL,
  STRING,
  UINT,
  DURATION,
  TIMESTAMP,
  listType(DYN),
  mapType(DYN, DYN),
  TYPE,
]

/** An environment of libraries, without variables. */
export function createEnvironment(libraries: readonly Library[]): Environment {
  const functions = new Map<string, FunctionDeclaration>()
  for (const { name, overloads } of libraries.flatMap((library) => library.functions)) {
    functions.set(name, { name, overloads: [...(functions.get(name)?.overloads ?? []), ...overloads] })
  }
  const types = [...TYPES, ...libraries.flatMap((library) => library.types ?? [])]
  return {
    functions,
    variables: new Map(),
    types: new Map(types.map((type) => [type.name, type])),
    macros: new Map([...STANDARD_MACROS, ...libraries.flatMap((library) => [...(library.macros ?? [])])]),
    container: '',
    homogeneous: true,
  }
}

/** The same libraries with these variables. */
export function withVariables(environment: Environment, variables: Readonly<Record<string, Type>>): Environment {
  return { ...environment, variables: new Map(Object.entries(variables)) }
}

/** What a name may stand for, the innermost namespace first; a leading dot means the root. */
export function candidateNames(container: string, name: string): string[] {
  if (name.startsWith('.')) return [name.slice(1)]
  if (container === '') return [name]
  const parts = container.split('.')
  return [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join('.')}.${name}`), name]
}
