/** Types of calls: which overloads take the arguments, and what they give. */
import { type Checking, isAssignable, mismatch, newParam, report, reportUndeclared } from './checker-state.ts'
import type { FunctionDeclaration, Overload } from './declaration.ts'
import { candidateNames } from './environment.ts'
import { type Call, type Expression, qualifiedName } from './expression.ts'
import { BOOL, DYN, ERROR, formatSignature, isDyn, sameType, type Type } from './type.ts'
import { type Bindings, substitute } from './type-assignment.ts'

/** The checker's own functions, handed in since it and this file call each other. */
interface Checker {
  check(checking: Checking, expression: Expression): Type
  checkField(checking: Checking, expression: Expression, operand: Expression, field: string, isOptional: boolean): Type
}

export function checkCall(checking: Checking, call: Call, checker: Checker): Type {
  if (call.function === '_?._') return checkOptionalSelect(checking, call, checker)
  for (const arg of call.args) checker.check(checking, arg)
  if (call.target === undefined) {
    const declaration = findFunction(checking, call.function)
    return declaration === undefined
      ? reportUndeclared(checking, call, call.function)
      : resolve(checking, call, declaration, undefined)
  }
  const prefix = qualifiedName(call.target)
  const namespaced = prefix === undefined ? undefined : findFunction(checking, `${prefix}.${call.function}`)
  if (namespaced !== undefined) return resolve(checking, call, namespaced, undefined)
  checker.check(checking, call.target)
  const declaration = findFunction(checking, call.function)
  if (declaration === undefined) return reportUndeclared(checking, call, call.function)
  return resolve(checking, call, declaration, call.target)
}

function checkOptionalSelect(checking: Checking, call: Call, checker: Checker): Type {
  const [operand, field] = call.args as [Expression, Expression]
  const name = field.kind === 'literal' && typeof field.value === 'string' ? field.value : ''
  const type = checker.checkField(checking, call, operand, name, true)
  return substitute(checking.bindings, type, 'keep')
}

function findFunction({ environment }: Checking, name: string): FunctionDeclaration | undefined {
  for (const candidate of candidateNames(environment.container, name)) {
    const found = environment.functions.get(candidate)
    if (found !== undefined) return found
  }
  return undefined
}

function resolve(
  checking: Checking,
  call: Call,
  declaration: FunctionDeclaration,
  target: Expression | undefined,
): Type {
  const parts = target === undefined ? call.args : [target, ...call.args]
  const args = parts.map((part) => checking.types.get(part) as Type)
  const namespaced = call.target !== undefined && target === undefined
  const refer = (overloads: readonly Overload[]) => {
    checking.references.set(call, { kind: 'function', name: declaration.name, overloads, namespaced })
  }
  if (declaration.name === '_&&_' || declaration.name === '_||_') {
    refer(declaration.overloads)
    return checkLogical(checking, parts, args)
  }
  const matching: Overload[] = []
  let result: Type | undefined
  for (const overload of declaration.overloads) {
    if (overload.isMember !== (target !== undefined)) continue
    const [type, ...expected] = instantiate(checking, overload)
    if (!isAssignable(checking, args, expected)) continue
    matching.push(overload)
    const found = substitute(checking.bindings, type as Type, 'keep')
    if (result === undefined) result = found
    else if (!isDyn(result) && !sameType(found, result)) result = DYN
  }
  if (result !== undefined) {
    refer(matching)
    return result
  }
  const known = args.map((arg) => substitute(checking.bindings, arg, 'dyn'))
  const signature = formatSignature(known, target !== undefined)
  report(checking, call, `found no matching overload for '${declaration.name}' applied to '${signature}'`)
  return ERROR
}

function checkLogical(checking: Checking, parts: readonly Expression[], args: readonly Type[]): Type {
  const before = checking.issues.length
  for (const [index, part] of parts.entries()) {
    const arg = args[index] as Type
    if (!isAssignable(checking, [arg], [BOOL])) report(checking, part, mismatch(BOOL, arg))
  }
  return checking.issues.length === before ? BOOL : ERROR
}

/** Result and arguments with parameters of their own for this one call. */
function instantiate(checking: Checking, overload: Overload): Type[] {
  const types = [overload.result, ...overload.args]
  if (overload.params.length === 0) return types
  const fresh: Bindings = new Map(overload.params.map((name) => [name, newParam(checking)]))
  return types.map((type) => substitute(fresh, type, 'keep'))
}
