/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding and MutatingAdmissionPolicyBinding. */
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDNS1123Subdomain,
  isValidPathSegmentName,
  type KubeObject,
  type StatusCause,
} from '../../machinery/index.ts'
import type { PrinterColumn, Strategy } from '../definition.ts'
import { setMatchDefaults, validateMatchResources } from './admission-rules.ts'
import { builtIn } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { validateLabelSelector } from './label-selector.ts'
import { validateMutatingOperations } from './mutating-admission-policy.ts'
import { type Fields, fieldsIn, isFields, objectsIn, textIn, textsIn } from './untyped.ts'

const ACTIONS = ['Audit', 'Deny', 'Warn']
const NOT_FOUND_ACTIONS = ['Deny', 'Allow']
const EXCLUSIVE = 'name and selector are mutually exclusive'

function setDefaults(object: KubeObject): void {
  const { matchResources } = fieldsIn(object.spec)
  if (isFields(matchResources)) setMatchDefaults(matchResources)
}

function validateParamRef(reference: Fields, path: string): StatusCause[] {
  const name = textIn(reference.name)
  const { selector } = reference
  const action = textIn(reference.parameterNotFoundAction)
  const causes: StatusCause[] = []
  if (name !== '') {
    causes.push(...isValidPathSegmentName(name).map((message) => fieldInvalid(`${path}.name`, name, message)))
    if (isFields(selector)) causes.push(fieldForbidden(`${path}.name`, EXCLUSIVE))
  }
  if (isFields(selector)) {
    causes.push(...validateLabelSelector(selector, `${path}.selector`))
    if (name !== '') causes.push(fieldForbidden(`${path}.selector`, EXCLUSIVE))
  } else if (name === '') {
    causes.push(fieldRequired(path, 'one of name or selector must be specified'))
  }
  if (action === '') causes.push(fieldRequired(`${path}.parameterNotFoundAction`, ''))
  else if (!NOT_FOUND_ACTIONS.includes(action)) {
    causes.push(fieldNotSupported(`${path}.parameterNotFoundAction`, action, NOT_FOUND_ACTIONS))
  }
  return causes
}

function validateCommon(spec: Fields): StatusCause[] {
  const policyName = textIn(spec.policyName)
  const field = 'spec.policyName'
  return [
    ...(policyName === ''
      ? [fieldRequired(field, '')]
      : isDNS1123Subdomain(policyName).map((message) => fieldInvalid(field, policyName, message))),
    ...(isFields(spec.paramRef) ? validateParamRef(spec.paramRef, 'spec.paramRef') : []),
    ...(isFields(spec.matchResources) ? validateMatchResources(spec.matchResources, 'spec.matchResources') : []),
  ]
}

function validateActions(actions: readonly string[]): StatusCause[] {
  const path = 'spec.validationActions'
  if (actions.length === 0) return [fieldRequired(path, 'at least one validation action is required')]
  const causes = actions.flatMap((action, index) => [
    ...(ACTIONS.includes(action) ? [] : [fieldNotSupported(`${path}[${index}]`, action, ACTIONS)]),
    ...(actions.indexOf(action) < index ? [fieldDuplicate(`${path}[${index}]`, action)] : []),
  ])
  if (!actions.includes('Deny') || !actions.includes('Warn')) return causes
  const message =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'
  return [...causes, fieldInvalid(path, actions, message)]
}

function validateValidating(object: KubeObject): StatusCause[] {
  const spec = fieldsIn(object.spec)
  return [...validateCommon(spec), ...validateActions(textsIn(spec.validationActions))]
}

function validateMutating(object: KubeObject): StatusCause[] {
  const spec = fieldsIn(object.spec)
  const { resourceRules } = fieldsIn(spec.matchResources)
  return [...validateCommon(spec), ...validateMutatingOperations(resourceRules, 'spec.matchResources.resourceRules')]
}

/** metav1.FormatLabelSelector would be `<none>`; upstream prints the Go value, of which the labels are what matters. */
function selectorText(selector: Fields): string {
  const labels = Object.entries(fieldsIn(selector.matchLabels)).map(([key, value]) => `${key}:${textIn(value)}`)
  const requirements = objectsIn(selector.matchExpressions).map(
    ({ key, operator, values }) =>
      `LabelSelectorRequirement{Key:${textIn(key)},Operator:${textIn(operator)},Values:[${textsIn(values).join(' ')}],},`,
  )
  const expressions = `[]LabelSelectorRequirement{${requirements.join('')}}`
  const map = `map[string]string{${labels.map((label) => label.replace(':', ': ')).join(',')}${labels.length > 0 ? ',' : ''}}`
  return `&LabelSelector{MatchLabels:${map},MatchExpressions:${expressions},}`
}

function paramRefText(object: KubeObject): string {
  const { paramRef } = fieldsIn(object.spec)
  if (!isFields(paramRef)) return '<unset>'
  const { name, namespace, selector } = paramRef
  if (textIn(name) !== '') return `${textIn(namespace) || '*'}/${textIn(name)}`
  return isFields(selector) ? selectorText(selector) : '<unset>'
}

const COLUMNS: readonly PrinterColumn[] = [
  NAME,
  {
    name: 'PolicyName',
    type: 'string',
    description: 'PolicyName indicates the policy definition which the policy binding binded to',
    cell: (object) => textIn(fieldsIn(object.spec).policyName),
  },
  {
    name: 'ParamRef',
    type: 'string',
    description: 'ParamRef indicates the param resource which sets the configuration param',
    cell: paramRefText,
  },
  AGE,
]

function strategyOf(validate: (object: KubeObject) => StatusCause[]): Strategy {
  return { prepareForCreate: setDefaults, prepareForUpdate: setDefaults, validate, validateUpdate: validate }
}

const BINDING = {
  group: 'admissionregistration.k8s.io',
  namespaced: false,
  categories: ['api-extensions'],
  columns: COLUMNS,
  generation: true,
  requiresResourceVersion: true,
} as const

export const validatingAdmissionPolicyBinding = builtIn({
  ...BINDING,
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  strategy: strategyOf(validateValidating),
})

export const mutatingAdmissionPolicyBinding = builtIn({
  ...BINDING,
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  strategy: strategyOf(validateMutating),
})
