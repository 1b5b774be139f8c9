/** A policy with its bindings, ready to be matched (apiserver/pkg/admission/plugin/policy/generic). */
import {
  type AdmissionExpression,
  compileAdmissionExpression,
  type ExpressionScope,
  type KubeObject,
  type Type,
  variableType,
} from '../../machinery/index.ts'
import { type Fields, fieldsIn, isFields, objectsIn, textIn, textsIn } from '../builtins/untyped.ts'
import type { NamedExpression } from './activation.ts'
import { compileConditions } from './match-conditions.ts'
import { criteriaOf, type MatchCriteria } from './matching.ts'

export interface ParamKind {
  readonly apiVersion: string
  readonly kind: string
}

export interface Binding {
  readonly name: string
  /** Undefined for all that the policy matches. */
  readonly criteria: MatchCriteria | undefined
  readonly paramRef: Fields | undefined
  readonly actions: readonly string[]
}

/** A policy and the bindings that name it; one without bindings does nothing. */
export interface PolicyHook {
  readonly name: string
  readonly spec: Fields
  readonly criteria: MatchCriteria
  readonly failurePolicy: string
  readonly paramKind: ParamKind | undefined
  readonly bindings: readonly Binding[]
}

/** By their names, as their bindings are. */
export function policyHooksOf(policies: readonly KubeObject[], bindings: readonly KubeObject[]): PolicyHook[] {
  return byName(policies).flatMap((policy) => {
    const name = policy.metadata.name ?? ''
    const bound = byName(bindings).filter(({ spec }) => textIn(fieldsIn(spec).policyName) === name)
    return bound.length === 0 ? [] : [policyHookOf(name, fieldsIn(policy.spec), bound.map(bindingOf))]
  })
}

function byName(objects: readonly KubeObject[]): KubeObject[] {
  return objects.toSorted((one, other) => ((one.metadata.name ?? '') < (other.metadata.name ?? '') ? -1 : 1))
}

function policyHookOf(name: string, spec: Fields, bindings: readonly Binding[]): PolicyHook {
  const constraints = fieldsIn(spec.matchConstraints)
  const { apiVersion, kind } = fieldsIn(spec.paramKind)
  return {
    name,
    spec,
    criteria: criteriaOf(constraints, constraints.resourceRules),
    failurePolicy: textIn(spec.failurePolicy),
    paramKind: isFields(spec.paramKind) ? { apiVersion: textIn(apiVersion), kind: textIn(kind) } : undefined,
    bindings,
  }
}

function bindingOf({ metadata, spec }: KubeObject): Binding {
  const { matchResources, paramRef, validationActions } = fieldsIn(spec)
  return {
    name: metadata.name ?? '',
    criteria: isFields(matchResources) ? criteriaOf(matchResources, matchResources.resourceRules) : undefined,
    paramRef: isFields(paramRef) ? paramRef : undefined,
    actions: textsIn(validationActions),
  }
}

/** What the expressions of both kinds of policies have in common. */
export interface CompiledPolicy {
  readonly scope: ExpressionScope
  readonly variables: readonly NamedExpression[]
  readonly conditions: readonly AdmissionExpression[]
}

export function compileShared(spec: Fields): CompiledPolicy {
  const base = { params: isFields(spec.paramKind), authorizer: true, patchTypes: false }
  const types = new Map<string, Type>()
  const variables: NamedExpression[] = []
  for (const variable of objectsIn(spec.variables)) {
    // Each may refer to those before it.
    const expression = compileAdmissionExpression(textIn(variable.expression), { ...base, variables: types }, undefined)
    const name = textIn(variable.name)
    types.set(name, variableType(expression))
    variables.push({ name, expression })
  }
  const scope = { ...base, variables: types }
  return { scope, variables, conditions: compileConditions(spec.matchConditions, scope) }
}
