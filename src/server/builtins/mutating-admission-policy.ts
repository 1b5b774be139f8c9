/** admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy. */
import {
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  type Json,
  type JsonObject,
  type KubeObject,
  type StatusCause,
} from '../../machinery/index.ts'
import { countColumn, PARAM_KIND, POLICY, setPolicyDefaults, validatePolicy } from './admission-policy.ts'
import { REINVOCATION_POLICIES, requiredOneOf } from './admission-rules.ts'
import { builtIn, builtInSchema } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { type Fields, fieldsIn, isAbsent, objectsIn, textIn, textsIn } from './untyped.ts'

const MUTATING_OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE']
const PATCH_FIELDS = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const

function validateMutation(mutation: Fields, path: string): StatusCause[] {
  const patchType = textIn(mutation.patchType)
  if (patchType === '') return [fieldRequired(`${path}.patchType`, '')]
  if (patchType !== 'JSONPatch' && patchType !== 'ApplyConfiguration') {
    return [fieldNotSupported(`${path}.patchType`, patchType, Object.keys(PATCH_FIELDS))]
  }
  const field = PATCH_FIELDS[patchType]
  const other = patchType === 'JSONPatch' ? 'applyConfiguration' : 'jsonPatch'
  const causes: StatusCause[] = []
  if (isAbsent(mutation[field])) {
    causes.push(fieldRequired(`${path}.${field}`, `must be specified when patchType is ${patchType}`))
  } else if (textIn(fieldsIn(mutation[field]).expression).trim() === '') {
    causes.push(fieldRequired(`${path}.${field}.expression`, ''))
  }
  if (!isAbsent(mutation[other])) {
    const message = `must not be specified when patchType is ${patchType}`
    causes.push(fieldInvalid(`${path}.${other}`, `{${other}}`, message))
  }
  return causes
}

/** Only creates and updates can be mutated. */
export function validateMutatingOperations(rules: unknown, path: string): StatusCause[] {
  return objectsIn(rules)
    .flatMap((rule) => textsIn(rule.operations))
    .filter((operation) => !MUTATING_OPERATIONS.includes(operation))
    .map((operation) => fieldNotSupported(`${path}.operations`, operation, MUTATING_OPERATIONS))
}

function validateMutating(object: KubeObject): StatusCause[] {
  const spec = fieldsIn(object.spec)
  const mutations = objectsIn(spec.mutations)
  const { resourceRules } = fieldsIn(spec.matchConstraints)
  return [
    ...validatePolicy(spec),
    ...validateMutatingOperations(resourceRules, 'spec.matchConstraints.resourceRules'),
    ...(mutations.length === 0 ? [fieldRequired('spec.mutations', 'mutations must contain at least one item')] : []),
    ...mutations.flatMap((mutation, index) => validateMutation(mutation, `spec.mutations[${index}]`)),
    ...requiredOneOf(spec, 'reinvocationPolicy', 'spec', REINVOCATION_POLICIES),
  ]
}

/** A kind of v1beta1 that shares these fields of its spec with one of v1, and has no status. */
export function schemaLike(kind: string, shared: readonly string[], own: JsonObject): JsonObject {
  const { properties } = builtInSchema(POLICY.group, 'v1', kind)
  const { status: _status, spec, ...rest } = fieldsIn(properties) as Record<string, Json>
  const known = fieldsIn(fieldsIn(spec).properties) as Record<string, Json>
  const kept = shared.map((field) => [field, known[field] ?? {}])
  return {
    type: 'object',
    properties: { ...rest, spec: { type: 'object', properties: { ...Object.fromEntries(kept), ...own } } },
  }
}

const EXPRESSION: JsonObject = { type: 'object', properties: { expression: { type: 'string' } } }
const MUTATION: JsonObject = {
  type: 'object',
  properties: { patchType: { type: 'string' }, applyConfiguration: EXPRESSION, jsonPatch: EXPRESSION },
}

export const mutatingAdmissionPolicy = builtIn({
  ...POLICY,
  version: 'v1beta1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  openAPIV3Schema: () =>
    schemaLike(
      'ValidatingAdmissionPolicy',
      ['paramKind', 'matchConstraints', 'variables', 'failurePolicy', 'matchConditions'],
      { mutations: { type: 'array', items: MUTATION }, reinvocationPolicy: { type: 'string' } },
    ),
  columns: [
    NAME,
    countColumn(
      'Mutations',
      'mutations',
      'Mutation indicates the number of mutations rules defined in this configuration',
    ),
    PARAM_KIND,
    AGE,
  ],
  strategy: {
    prepareForCreate: setPolicyDefaults,
    prepareForUpdate: setPolicyDefaults,
    validate: validateMutating,
    validateUpdate: validateMutating,
  },
})
