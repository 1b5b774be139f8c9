/** What the checker has found so far. */

import type { Overload } from './declaration.ts'
import { candidateNames, type Environment } from './environment.ts'
import type { Expression } from './expression.ts'
import type { Issue } from './source.ts'
import { DYN, ERROR, formatType, type Type, typeType } from './type.ts'
import { assign, type Bindings, mostGeneral } from './type-assignment.ts'

/** What a name or a call refers to. */
export type Reference =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'type'; readonly type: Type }
  | {
      readonly kind: 'function'
      readonly name: string
      readonly overloads: readonly Overload[]
      /** The target is but the function's namespace. */
      readonly namespaced: boolean
    }

export interface Checking {
  readonly environment: Environment
  readonly types: Map<Expression, Type>
  readonly references: Map<Expression, Reference>
  readonly issues: Issue[]
  readonly scopes: Map<string, Type>[]
  bindings: Bindings
  freeParams: number
}

export function startChecking(environment: Environment): Checking {
  return {
    environment,
    types: new Map(),
    references: new Map(),
    issues: [],
    scopes: [],
    bindings: new Map(),
    freeParams: 0,
  }
}

export function report(checking: Checking, expression: { readonly at: number }, message: string): void {
  checking.issues.push({ at: expression.at, message })
}

export function reportUndeclared(checking: Checking, expression: { readonly at: number }, name: string): Type {
  report(checking, expression, `undeclared reference to '${name}' (in container '${checking.environment.container}')`)
  return ERROR
}

/** A variable or the name of a type. */
export function lookUp(checking: Checking, name: string): { reference: Reference; type: Type } | undefined {
  const { environment, scopes } = checking
  if (!name.startsWith('.')) {
    for (const scope of [...scopes].reverse()) {
      const type = scope.get(name)
      if (type !== undefined) return { reference: { kind: 'variable', name }, type }
    }
  }
  for (const candidate of candidateNames(environment.container, name)) {
    const variable = environment.variables.get(candidate)
    if (variable !== undefined) return { reference: { kind: 'variable', name: candidate }, type: variable }
    const type = environment.types.get(candidate)
    if (type !== undefined) return { reference: { kind: 'type', type }, type: typeType(type) }
  }
  return undefined
}

export function isAssignable(checking: Checking, left: readonly Type[], right: readonly Type[]): boolean {
  const grown = assign(checking.bindings, left, right)
  if (grown === undefined) return false
  checking.bindings = grown
  return true
}

export function assertType(checking: Checking, expression: Expression, expected: Type, actual: Type): void {
  if (isAssignable(checking, [expected], [actual])) return
  report(checking, expression, mismatch(expected, actual))
}

export function mismatch(expected: Type, actual: Type): string {
  return `expected type '${formatType(expected)}' but found '${formatType(actual)}'`
}

/** The type of items of which some have the one and some the other type. */
export function joinTypes(checking: Checking, expression: Expression, previous: Type | undefined, current: Type): Type {
  if (previous === undefined) return current
  if (isAssignable(checking, [previous], [current])) return mostGeneral(previous, current)
  if (!checking.environment.homogeneous) return DYN
  report(checking, expression, mismatch(previous, current))
  return ERROR
}

export function newParam(checking: Checking): Type {
  return { kind: 'param', name: `_var${checking.freeParams++}`, params: [] }
}
