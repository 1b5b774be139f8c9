/** admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration and MutatingWebhookConfiguration. */
import {
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDNS1035Label,
  isDNS1123Subdomain,
  type KubeObject,
  type StatusCause,
} from '../../machinery/index.ts'
import type { PrinterColumn, Strategy } from '../definition.ts'
import {
  FAILURE_POLICIES,
  oneOf,
  REINVOCATION_POLICIES,
  setMatchDefaults,
  setRuleDefaults,
  validateMatchConditions,
  validateMatchPolicy,
  validateRule,
  validateSelectors,
} from './admission-rules.ts'
import { builtIn } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import {
  defaultField,
  type Fields,
  fieldsIn,
  isAbsent,
  isFields,
  listIn,
  objectsIn,
  textIn,
  textsIn,
} from './untyped.ts'
import { validateClientConfig } from './webhook-client.ts'

const REVIEW_VERSIONS = ['v1', 'v1beta1']
const SIDE_EFFECTS = ['None', 'NoneOnDryRun']

function setDefaults(object: KubeObject, mutating: boolean): void {
  for (const webhook of objectsIn(object.webhooks)) {
    defaultField(webhook, 'failurePolicy', 'Fail')
    setMatchDefaults(webhook)
    setRuleDefaults(webhook.rules)
    defaultField(webhook, 'timeoutSeconds', 10)
    if (mutating) defaultField(webhook, 'reinvocationPolicy', 'Never')
    const { service } = fieldsIn(webhook.clientConfig)
    if (isFields(service)) defaultField(service, 'port', 443)
  }
}

function validateName(name: string, path: string): StatusCause[] {
  if (name === '') return [fieldRequired(path, '')]
  const messages = isDNS1123Subdomain(name)
  if (messages.length > 0) return [fieldInvalid(path, name, messages.join(','))]
  if (name.split('.').length >= 3) return []
  return [fieldInvalid(path, name, 'should be a domain with at least three segments separated by dots')]
}

function validateReviewVersions(versions: readonly string[], path: string): StatusCause[] {
  const known = REVIEW_VERSIONS.join(', ')
  if (versions.length === 0) return [fieldRequired(path, `must specify one of ${known}`)]
  const causes = versions.flatMap((version, index) =>
    versions.indexOf(version) < index
      ? [fieldInvalid(`${path}[${index}]`, version, 'duplicate version')]
      : isDNS1035Label(version).map((message) => fieldInvalid(`${path}[${index}]`, version, message)),
  )
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return causes
  return [...causes, fieldInvalid(path, versions, `must include at least one of ${known}`)]
}

function validateSideEffects(webhook: Fields, path: string): StatusCause[] {
  const { sideEffects } = webhook
  if (isAbsent(sideEffects)) return [fieldRequired(path, `must specify one of ${SIDE_EFFECTS.join(', ')}`)]
  return SIDE_EFFECTS.includes(textIn(sideEffects)) ? [] : [fieldNotSupported(path, sideEffects, SIDE_EFFECTS)]
}

function validateWebhook(webhook: Fields, path: string): StatusCause[] {
  const { timeoutSeconds } = webhook
  const outOfBounds = typeof timeoutSeconds === 'number' && (timeoutSeconds > 30 || timeoutSeconds < 1)
  const timeout = 'the timeout value must be between 1 and 30 seconds'
  return [
    ...validateName(textIn(webhook.name), `${path}.name`),
    ...objectsIn(webhook.rules).flatMap((rule, index) => validateRule(rule, `${path}.rules[${index}]`)),
    ...oneOf(webhook, 'failurePolicy', path, FAILURE_POLICIES),
    ...validateMatchPolicy(webhook, path),
    ...validateSideEffects(webhook, `${path}.sideEffects`),
    ...(outOfBounds ? [fieldInvalid(`${path}.timeoutSeconds`, timeoutSeconds, timeout)] : []),
    ...validateSelectors(webhook, path),
    ...oneOf(webhook, 'reinvocationPolicy', path, REINVOCATION_POLICIES),
    ...validateClientConfig(fieldsIn(webhook.clientConfig), `${path}.clientConfig`),
    ...validateMatchConditions(webhook.matchConditions, `${path}.matchConditions`),
    ...validateReviewVersions(textsIn(webhook.admissionReviewVersions), `${path}.admissionReviewVersions`),
  ]
}

function validate(object: KubeObject): StatusCause[] {
  const webhooks = objectsIn(object.webhooks)
  const names = webhooks.map((webhook) => textIn(webhook.name))
  return webhooks.flatMap((webhook, index) => {
    const name = names[index] ?? ''
    const repeated = name !== '' && names.indexOf(name) < index
    return [
      ...validateWebhook(webhook, `webhooks[${index}]`),
      ...(repeated ? [fieldDuplicate(`webhooks[${index}].name`, name)] : []),
    ]
  })
}

function strategyOf(mutating: boolean): Strategy {
  const prepare = (object: KubeObject) => setDefaults(object, mutating)
  return { prepareForCreate: prepare, prepareForUpdate: prepare, validate, validateUpdate: validate }
}

const WEBHOOKS: PrinterColumn = {
  name: 'Webhooks',
  type: 'integer',
  description: 'Webhooks indicates the number of webhooks registered in this configuration',
  cell: (object) => listIn(object.webhooks).length,
}

const CONFIGURATION = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  namespaced: false,
  categories: ['api-extensions'],
  columns: [NAME, WEBHOOKS, AGE],
  generation: true,
  requiresResourceVersion: true,
} as const

export const validatingWebhookConfiguration = builtIn({
  ...CONFIGURATION,
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  strategy: strategyOf(false),
})

export const mutatingWebhookConfiguration = builtIn({
  ...CONFIGURATION,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  strategy: strategyOf(true),
})
