/** admissionregistration.k8s.io/v1 MutatingAdmissionPolicy. */
import {
  type ExpressionScope,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  JSON_PATCH,
  type KubeObject,
  listType,
  OBJECT,
  type StatusCause,
} from '../../machinery/index.ts'
import { countColumn, PARAM_KIND, POLICY, setPolicyDefaults, validatePolicy } from './admission-policy.ts'
import { REINVOCATION_POLICIES, requiredOneOf } from './admission-rules.ts'
import { builtIn } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { expressionCauses } from './policy-expressions.ts'
import { type Fields, fieldsIn, isAbsent, objectsIn, textIn, textsIn } from './untyped.ts'

const MUTATING_OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE']
const PATCH_FIELDS = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const

function validateMutation(mutation: Fields, path: string, scope: ExpressionScope): StatusCause[] {
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
  } else {
    const text = textIn(fieldsIn(mutation[field]).expression).trim()
    const returns = patchType === 'JSONPatch' ? listType(JSON_PATCH) : OBJECT
    causes.push(...expressionCauses(text, `${path}.${field}.expression`, { ...scope, patchTypes: true }, [returns]))
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
  const { causes, scope } = validatePolicy(spec)
  return [
    ...causes,
    ...validateMutatingOperations(resourceRules, 'spec.matchConstraints.resourceRules'),
    ...(mutations.length === 0 ? [fieldRequired('spec.mutations', 'mutations must contain at least one item')] : []),
    ...mutations.flatMap((mutation, index) => validateMutation(mutation, `spec.mutations[${index}]`, scope)),
    ...requiredOneOf(spec, 'reinvocationPolicy', 'spec', REINVOCATION_POLICIES),
  ]
}

export const mutatingAdmissionPolicy = builtIn({
  ...POLICY,
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
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
