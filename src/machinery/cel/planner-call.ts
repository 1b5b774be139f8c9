/** Calls: operators that need not evaluate all of their arguments, and the choice among overloads by values. */
import { callCost, resultCost } from './call-cost.ts'
import type { Overload } from './declaration.ts'
import { amountOf } from './equality.ts'
import { charge, type Evaluation, type Step } from './evaluation.ts'
import type { Call, Expression } from './expression.ts'
import { runtimeType } from './library-conversions.ts'
import { indexValue } from './library-operators.ts'
import { optionalIndex } from './library-optionals.ts'
import { constantStep, constantValue, discounted, isAttribute, type Plan } from './plan.ts'
import { compileRegex } from './regular-expression.ts'
import type { Type } from './type.ts'
import {
  type CelError,
  celError,
  isError,
  isInt,
  isKind,
  itemsOf,
  keyOf,
  NO_OVERLOAD,
  NONE,
  type Result,
  type Value,
} from './value.ts'

type Planner = (context: Plan, expression: Expression) => Step

export function planCall(context: Plan, call: Call, plan: Planner): Step {
  const reference = context.checked.references.get(call)
  const namespaced = reference?.kind === 'function' && reference.namespaced
  const parts = call.target === undefined || namespaced ? call.args : [call.target, ...call.args]
  if (call.function === '_?._') return planOptionalSelect(plan(context, parts[0] as Expression), parts[1] as Expression)
  const steps = parts.map((part) => plan(context, part))
  const [first, second, third] = steps as [Step, Step, Step]
  switch (call.function) {
    case '_&&_':
      return planLogical(first, second, false)
    case '_||_':
      return planLogical(first, second, true)
    case '_?_:_':
      return planConditional(
        first,
        discounted(parts[1] as Expression, second),
        discounted(parts[2] as Expression, third),
      )
    case '@not_strictly_false':
      return (evaluation) => {
        const value = first(evaluation)
        charge(evaluation, 1)
        return value !== false
      }
    case 'or':
    case 'orValue':
      return planAlternative(first, second, call.function)
    case '_[_]':
    case '_[?_]':
      return planIndex(first, discounted(parts[1] as Expression, second), {
        isOptional: call.function === '_[?_]',
        cost: isAttribute(parts[0] as Expression) ? 1 : 2,
      })
    case '@in': {
      const members = membersOf(constantValue(second))
      if (members !== undefined) return planMembership(first, members)
    }
  }
  if (reference?.kind !== 'function') return () => NO_OVERLOAD
  const known = steps.length === 1 ? constantValue(first) : undefined
  if (known !== undefined && CONVERSIONS.has(reference.name)) {
    const converted = convert(reference.name, reference.overloads, known)
    if (!isError(converted)) return constantStep(converted)
    context.faults.push(converted.message)
  }
  const pattern = reference.name === 'find' || reference.name === 'findAll' ? constantValue(second) : undefined
  if (typeof pattern === 'string') {
    const compiled = compileRegex(pattern)
    if (!compiled.ok) context.faults.push(compiled.error)
  }
  return planOverloads(reference.name, reference.overloads, steps)
}

/** The one side decides alone where it can; an error counts only where nothing is decided. */
function planLogical(left: Step, right: Step, deciding: boolean): Step {
  return (evaluation) => {
    const first = left(evaluation)
    if (first === deciding) return deciding
    const second = right(evaluation)
    if (second === deciding) return deciding
    if (first === !deciding && second === !deciding) return !deciding
    if (isError(first)) return first
    return isError(second) ? second : NO_OVERLOAD
  }
}

function planConditional(condition: Step, left: Step, right: Step): Step {
  return (evaluation) => {
    const chosen = condition(evaluation)
    if (chosen === true) return left(evaluation)
    if (chosen === false) return right(evaluation)
    return isError(chosen) ? chosen : NO_OVERLOAD
  }
}

function planOptionalSelect(operand: Step, field: Expression): Step {
  const name = field.kind === 'literal' ? field.value : ''
  return (evaluation) => {
    const value = operand(evaluation)
    if (isError(value)) return value
    const found = optionalIndex(value, name)
    // What is not there costs nothing.
    charge(evaluation, found === NONE ? 0 : 1)
    return found
  }
}

/** Keys may be numbers of any type, whatever the overloads say of those that are declared. */
function planIndex(
  operand: Step,
  key: Step,
  { isOptional, cost }: { readonly isOptional: boolean; readonly cost: number },
): Step {
  return (evaluation) => {
    const value = operand(evaluation)
    if (isError(value)) return value
    const at = key(evaluation)
    if (isError(at)) return at
    const found = isOptional || isKind(value, 'optional') ? optionalIndex(value, at) : indexValue(value, at)
    charge(evaluation, found === NONE ? cost - 1 : cost)
    return found
  }
}

function planAlternative(optional: Step, alternative: Step, name: 'or' | 'orValue'): Step {
  return (evaluation) => {
    const value = optional(evaluation)
    if (isError(value)) return value
    if (!isKind(value, 'optional')) return NO_OVERLOAD
    if (value.value !== undefined) return name === 'or' ? value : value.value
    const other = alternative(evaluation)
    return name === 'or' && !isError(other) && !isKind(other, 'optional') ? NO_OVERLOAD : other
  }
}

/** Scalars of a constant list as keys of a set: membership costs nothing then (cel-go maybeOptimizeSetMembership). */
function membersOf(list: Value | undefined): ReadonlySet<unknown> | undefined {
  if (list === undefined || !isKind(list, 'list')) return undefined
  const keys = itemsOf(list).map(scalarKey)
  return keys.includes(undefined) ? undefined : new Set(keys)
}

function scalarKey(value: Value): unknown {
  const amount = amountOf(value)
  if (typeof amount === 'number' && !Number.isInteger(amount)) return Number.isNaN(amount) ? {} : amount
  return keyOf(value)
}

function planMembership(value: Step, members: ReadonlySet<unknown>): Step {
  return (evaluation) => {
    const found = value(evaluation)
    return isError(found) ? found : members.has(scalarKey(found))
  }
}

/** Whether the value is of the type, as far as values tell: what lists and maps hold is not looked at. */
function isOfType(value: Value, type: Type): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true
    case 'int':
      return isInt(value)
    case 'bool':
      return typeof value === 'boolean'
    case 'string':
      return typeof value === 'string'
    case 'null_type':
      return value === null
    case 'object':
      return isKind(value, 'map')
    case 'opaque':
      return type.name === 'optional_type'
        ? isKind(value, 'optional')
        : isKind(value, 'opaque') && value.type.name === type.name
    default:
      return typeof value === 'object' && value !== null && value.kind === type.kind
  }
}

const CONVERSIONS = new Set('bool bytes double duration dyn int string timestamp type uint'.split(' '))

/** Conversions of what is known are made once. */
function convert(name: string, overloads: readonly Overload[], value: Value): Result {
  const overload = overloads.find(({ args }) => isOfType(value, args[0] as Type))
  return overload === undefined ? noOverload(name, [value]) : (overload.call as (arg: Value) => Result)(value)
}

function planOverloads(name: string, overloads: readonly Overload[], steps: readonly Step[]): Step {
  return (evaluation) => {
    const args: Value[] = []
    let failure: CelError | undefined
    for (const step of steps) {
      const value = step(evaluation)
      if (!isError(value)) args.push(value)
      // Both operands are evaluated before either is looked at; of more, none after the first that fails.
      else if (steps.length > 2) return value
      else failure ??= value
    }
    if (failure !== undefined) {
      charge(evaluation, 1)
      return failure
    }
    for (const overload of overloads) {
      if (overload.args.every((type, index) => isOfType(args[index] as Value, type))) {
        return invoke(evaluation, name, overload, args)
      }
    }
    charge(evaluation, 1)
    if (!/^\w+$/.test(name)) return NO_OVERLOAD
    return noOverload(name, args)
  }
}

/** decls.MaybeNoSuchOverload, which names types without what they hold. */
function noOverload(name: string, args: readonly Value[]): CelError {
  return celError(`no such overload: ${name}(${args.map((arg) => runtimeType(arg).name).join(', ')})`)
}

function invoke(evaluation: Evaluation, name: string, overload: Overload, args: readonly Value[]): Result {
  charge(evaluation, callCost(name, overload.id, args, evaluation.limit - evaluation.cost))
  const result = (overload.call as (...args: readonly Value[]) => Result)(...args)
  const more = resultCost(name, result)
  if (more > 0) charge(evaluation, more)
  return result
}
