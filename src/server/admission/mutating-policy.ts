/** The mutations of one MutatingAdmissionPolicy (…/policy/mutating/compilation.go, patch/). */
import {
  type Activation,
  type AdmissionExpression,
  applyJsonPatch,
  compileAdmissionExpression,
  evaluateExpressions,
  JSON_PATCH,
  type JsonObject,
  jsonOf,
  jsonPatchFault,
  type KubeObject,
  listType,
  mergeConfiguration,
  OBJECT,
  OUT_OF_BUDGET,
  type Value,
} from '../../machinery/index.ts'
import { type Fields, fieldsIn, isFields, objectsIn, textIn } from '../builtins/untyped.ts'
import type { ResourceDefinition } from '../definition.ts'
import { fieldTypeOf } from '../managed-fields.ts'
import { type CompiledPolicy, compileShared } from './policy.ts'
import { POLICY_BUDGET } from './validating-policy.ts'

export interface Mutation {
  readonly type: string
  readonly expression: AdmissionExpression
}

export interface CompiledMutatingPolicy extends CompiledPolicy {
  readonly mutations: readonly Mutation[]
  readonly reinvoked: boolean
}

export function compileMutatingPolicy(spec: Fields): CompiledMutatingPolicy {
  const shared = compileShared(spec)
  const scope = { ...shared.scope, patchTypes: true }
  return {
    ...shared,
    reinvoked: spec.reinvocationPolicy === 'IfNeeded',
    mutations: objectsIn(spec.mutations).map(({ patchType, jsonPatch, applyConfiguration }) => {
      const isPatch = patchType === 'JSONPatch'
      const text = textIn(fieldsIn(isPatch ? jsonPatch : applyConfiguration).expression)
      const returns = [isPatch ? listType(JSON_PATCH) : OBJECT]
      return { type: textIn(patchType), expression: compileAdmissionExpression(text, scope, returns) }
    }),
  }
}

/** A mutation that cannot be carried out: the policy's failure policy decides. */
export class MutationFailed extends Error {
  override readonly name = 'MutationFailed'
}

/** The object as the mutation makes it. @throws MutationFailed */
export async function mutate(
  { type, expression }: Mutation,
  object: KubeObject,
  activation: Activation,
  definition: ResourceDefinition,
): Promise<KubeObject> {
  if (expression.program === undefined) throw new MutationFailed(expression.error)
  const { outcomes } = await evaluateExpressions([expression], activation, POLICY_BUDGET)
  if (outcomes === undefined) throw new MutationFailed(OUT_OF_BUDGET)
  const [outcome] = outcomes
  if (outcome === undefined) return object
  if ('error' in outcome) throw new MutationFailed(outcome.error)
  checkTypeNames(outcome.value)
  return type === 'JSONPatch' ? patched(object, outcome.value) : applied(object, outcome.value, definition)
}

function patched(object: KubeObject, value: Value): KubeObject {
  const operations = jsonOf(value)
  if (!Array.isArray(operations)) {
    throw new MutationFailed('JSONPath valueExpression evaluated to a type that could not marshal to JSON')
  }
  const result = applyJsonPatch(object as unknown as JsonObject, operations)
  if (result.ok) return result.value as unknown as KubeObject
  const fault = jsonPatchFault(object as unknown as JsonObject, operations)
  // A test that does not hold means that there is nothing to do.
  if (fault.isFailedTest) return object
  throw new MutationFailed(`JSON Patch: ${fault.text}`)
}

function applied(object: KubeObject, value: Value, definition: ResourceDefinition): KubeObject {
  const configuration = jsonOf(value)
  if (!isFields(configuration)) throw new MutationFailed('invalid return type: not an object')
  const { apiVersion, kind } = object
  const patch = { ...configuration, apiVersion, kind } as JsonObject
  const result = mergeConfiguration(fieldTypeOf(definition), object as unknown as JsonObject, patch)
  if (!result.ok) throw new MutationFailed(`error applying patch: ${result.error}`)
  return result.value as unknown as KubeObject
}

/** Objects are named by the way to them: `Object.spec` stands in the field `spec` (CheckTypeNamesMatchFieldPathNames). */
function checkTypeNames(value: Value): void {
  const faults: string[] = []
  const visit = (each: Value, path: string): void => {
    if (each === null || typeof each !== 'object') return
    if (each.kind === 'list') {
      for (let index = 0; index < each.size; index++) visit(each.at(index), path)
    } else if (each.kind === 'map') {
      const isObject = each.type?.kind === 'object' && each.type.name.startsWith('Object')
      if (isObject && each.type.name !== path) {
        const expected = `expected "${path}", which matches field name path from root Object type`
        faults.push(`unexpected type name "${each.type.name}", ${expected}`)
      }
      for (const key of each.keys()) {
        const found = each.get(key)
        if (found !== undefined) visit(found, isObject ? `${path}.${String(key)}` : path)
      }
    }
  }
  const isPatch = value !== null && typeof value === 'object' && value.kind === 'list'
  if (!isPatch) visit(value, 'Object')
  else {
    for (let index = 0; index < value.size; index++) {
      const operation = value.at(index)
      const item =
        operation !== null && typeof operation === 'object' && operation.kind === 'map'
          ? operation.get('value')
          : undefined
      // Of a patch only what it sets as a whole is looked at, by its own name.
      if (item !== undefined && item !== null && typeof item === 'object' && item.kind === 'map')
        visit(item, item.type?.name ?? '')
    }
  }
  if (faults.length > 0) throw new MutationFailed(`type mismatch: ${faults.join('\n')}`)
}
