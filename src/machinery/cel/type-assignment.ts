/** Which type takes which, with type parameters bound on the way (cel-go checker/types.go). */
import { DYN, isDyn, isDynOrError, sameType, type Type } from './type.ts'

/** Bound type parameters by their name. */
export type Bindings = Map<string, Type>

function isLegacyNullable({ kind }: Type): boolean {
  return kind === 'opaque' || kind === 'object' || kind === 'duration' || kind === 'timestamp' || kind === 'null_type'
}

function isLessSpecific(left: Type, right: Type): boolean {
  if (isDyn(left) || left.kind === 'param') return true
  if (isDyn(right) || right.kind === 'param') return false
  if (left.kind !== right.kind) return false
  if (left.kind === 'type') return true
  if (left.kind !== 'opaque' && left.kind !== 'list' && left.kind !== 'map') return sameType(left, right)
  return (
    left.name === right.name &&
    left.params.length === right.params.length &&
    left.params.every((param, index) => isLessSpecific(param, right.params[index] as Type))
  )
}

/** Of two types that agree, the one that takes more. */
export function mostGeneral(left: Type, right: Type): Type {
  return isLessSpecific(left, right) ? left : right
}

/** Bindings grown by what makes `from` take the place of `to`; undefined when it does not. */
export function assign(bindings: Bindings, left: readonly Type[], right: readonly Type[]): Bindings | undefined {
  const grown = new Map(bindings)
  return areAssignable(grown, left, right) ? grown : undefined
}

function areAssignable(bindings: Bindings, left: readonly Type[], right: readonly Type[]): boolean {
  if (left.length !== right.length) return false
  return left.every((type, index) => isAssignable(bindings, type, right[index] as Type))
}

function isAssignable(bindings: Bindings, left: Type, right: Type): boolean {
  if (right.kind === 'param') {
    const bound = bindings.has(right.name)
    if (bindParam(bindings, left, right)) return true
    if (bound) return false
  }
  if (left.kind === 'param') return bindParam(bindings, right, left)
  if (isDynOrError(left) || isDynOrError(right)) return true
  if (left.kind === 'null_type') return isLegacyNullable(right)
  if (right.kind === 'null_type') return isLegacyNullable(left)
  if (left.kind !== right.kind) return false
  if (left.kind === 'type') return true
  if (left.kind === 'opaque' || left.kind === 'list' || left.kind === 'map') {
    return left.name === right.name && areAssignable(bindings, left.params, right.params)
  }
  return left.name === right.name
}

/** Whether `type` can stand for the parameter. */
function bindParam(bindings: Bindings, type: Type, param: Type): boolean {
  if (sameType(type, param)) return true
  const bound = bindings.get(param.name)
  if (bound !== undefined) {
    if (sameType(type, bound)) return true
    if (!isAssignable(bindings, type, bound)) return false
    const general = mostGeneral(type, bound)
    if (isFreeOf(bindings, param, general)) bindings.set(param.name, general)
    return true
  }
  if (!isFreeOf(bindings, param, type)) return false
  bindings.set(param.name, type)
  return true
}

function isFreeOf(bindings: Bindings, param: Type, within: Type): boolean {
  if (sameType(param, within)) return false
  if (within.kind !== 'param') return within.params.every((nested) => isFreeOf(bindings, param, nested))
  const bound = bindings.get(within.name)
  return bound === undefined || isFreeOf(bindings, param, bound)
}

/** Puts types in the place of their parameters; `free` says whether those that are bound to nothing become dyn. */
export function substitute(bindings: Bindings, type: Type, free: 'keep' | 'dyn'): Type {
  if (type.kind === 'param') {
    const bound = bindings.get(type.name)
    if (bound !== undefined) return substitute(bindings, bound, free)
    return free === 'dyn' ? DYN : type
  }
  if (type.params.length === 0) return type
  return { ...type, params: type.params.map((param) => substitute(bindings, param, free)) }
}
