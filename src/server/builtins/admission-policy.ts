/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy. */
import {
  BOOL,
  type ExpressionScope,
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDNS1035Label,
  isDNS1123Subdomain,
  isQualifiedName,
  type KubeObject,
  NULL,
  STRING,
  type StatusCause,
} from '../../machinery/index.ts'
import { chore } from '../chores.ts'
import type { Change, CommitPart, OperationContext, PrinterColumn, Strategy } from '../definition.ts'
import {
  FAILURE_POLICIES,
  requiredOneOf,
  setMatchDefaults,
  validateMatchConditions,
  validateMatchResources,
} from './admission-rules.ts'
import { builtIn, STATUS } from './built-in.ts'
import { AGE, NAME } from './columns.ts'
import { expressionCauses, type Variables, variableCauses } from './policy-expressions.ts'
import {
  defaultField,
  ensureFields,
  type Fields,
  fieldsIn,
  isAbsent,
  isFields,
  listIn,
  objectsIn,
  textIn,
} from './untyped.ts'

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
const MAX_AUDIT_ANNOTATIONS = 20
const MAX_AUDIT_EXPRESSION_BYTES = 5 * 1024
const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

export function setPolicyDefaults(object: KubeObject): void {
  const spec = ensureFields(object, 'spec')
  defaultField(spec, 'failurePolicy', 'Fail')
  if (isFields(spec.matchConstraints)) setMatchDefaults(spec.matchConstraints)
}

function validateParamKind(paramKind: Fields, path: string): StatusCause[] {
  const apiVersion = textIn(paramKind.apiVersion)
  const kind = textIn(paramKind.kind)
  const field = `${path}.apiVersion`
  const causes: StatusCause[] = []
  const parts = apiVersion.split('/')
  if (apiVersion === '') causes.push(fieldRequired(field, ''))
  else if (parts.length > 2) {
    causes.push(fieldInvalid(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`))
  } else {
    const [group, version] = parts.length === 2 ? parts : ['', apiVersion]
    const groupMessages = group === '' ? [] : isDNS1123Subdomain(group ?? '')
    if (groupMessages.length > 0) causes.push(fieldInvalid(field, group, groupMessages.join(',')))
    const versionMessages = isDNS1035Label(version ?? '')
    if (version === '') causes.push(fieldInvalid(field, apiVersion, 'version must be specified'))
    else if (versionMessages.length > 0) causes.push(fieldInvalid(field, version, versionMessages.join(',')))
  }
  const kindMessages = isDNS1035Label(kind.toLowerCase())
  if (kind === '') causes.push(fieldRequired(`${path}.kind`, ''))
  else if (kindMessages.length > 0) {
    const message = `may have mixed case, but should otherwise match: ${kindMessages.join(',')}`
    causes.push(fieldInvalid(`${path}.kind`, kind, message))
  }
  return causes
}

function validateConstraints(spec: Fields, path: string): StatusCause[] {
  if (!isFields(spec.matchConstraints)) return [fieldRequired(`${path}.matchConstraints`, '')]
  const field = `${path}.matchConstraints`
  const causes = validateMatchResources(spec.matchConstraints, field)
  const rules = listIn(spec.matchConstraints.resourceRules)
  return rules.length > 0 ? causes : [...causes, fieldRequired(`${field}.resourceRules`, '')]
}

function validateVariableName(variable: Fields, path: string): StatusCause[] {
  const name = textIn(variable.name)
  if (name.trim() === '') return [fieldRequired(`${path}.name`, 'name is not specified')]
  if (IDENTIFIER.test(name) && !RESERVED.has(name)) return []
  return [fieldInvalid(`${path}.name`, name, 'must be a valid CEL identifier')]
}

/** What both kinds of policies hold. */
export function validatePolicy(spec: Fields): Variables {
  const variables = variableCauses(spec, validateVariableName)
  const { paramKind } = spec
  return {
    ...variables,
    causes: [
      ...requiredOneOf(spec, 'failurePolicy', 'spec', FAILURE_POLICIES),
      ...(isFields(paramKind) ? validateParamKind(paramKind, 'spec.paramKind') : []),
      ...validateConstraints(spec, 'spec'),
      ...validateMatchConditions(spec.matchConditions, 'spec.matchConditions', isFields(paramKind)),
      ...variables.causes,
    ],
  }
}

function validateValidation(validation: Fields, path: string, scope: ExpressionScope): StatusCause[] {
  const { expression, message, messageExpression, reason } = validation
  const causes: StatusCause[] = []
  if (textIn(expression).trim() === '') {
    causes.push(fieldRequired(`${path}.expression`, 'expression is not specified'))
  } else causes.push(...expressionCauses(textIn(expression), `${path}.expression`, scope, [BOOL]))
  if (textIn(messageExpression) !== '' && textIn(messageExpression).trim() === '') {
    causes.push(fieldInvalid(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified'))
  } else if (textIn(messageExpression) !== '') {
    const here = { ...scope, authorizer: false }
    causes.push(...expressionCauses(textIn(messageExpression), `${path}.messageExpression`, here, [STRING]))
  }
  const trimmed = textIn(message).trim()
  if (textIn(message) !== '' && trimmed === '') {
    causes.push(fieldInvalid(`${path}.message`, message, 'must be non-empty if specified'))
  } else if (/[\n\r]/.test(trimmed)) {
    causes.push(fieldInvalid(`${path}.message`, message, 'must not contain line breaks'))
  }
  if (!isAbsent(reason) && !REASONS.includes(textIn(reason))) {
    causes.push(fieldNotSupported(`${path}.reason`, reason, REASONS))
  }
  return causes
}

function validateAuditAnnotation(
  annotation: Fields,
  policy: string,
  path: string,
  scope: ExpressionScope,
): StatusCause[] {
  const key = textIn(annotation.key)
  const expression = textIn(annotation.valueExpression).trim()
  const causes = isQualifiedName(`${policy}/${key}`).map((text) =>
    fieldInvalid(`${path}.key`, `${policy}/${key}`, text),
  )
  if (expression === '') causes.push(fieldRequired(`${path}.valueExpression`, 'valueExpression is not specified'))
  else if (Buffer.byteLength(expression) > MAX_AUDIT_EXPRESSION_BYTES) {
    const message = `must not exceed ${MAX_AUDIT_EXPRESSION_BYTES} bytes in length`
    causes.push(fieldRequired(`${path}.valueExpression`, message))
  } else {
    const at = `${path}.valueExpression`
    causes.push(...expressionCauses(expression, at, scope, [STRING, NULL], textIn(annotation.valueExpression)))
  }
  return causes
}

function validateAuditAnnotations(
  annotations: readonly Fields[],
  policy: string,
  scope: ExpressionScope,
): StatusCause[] {
  const path = 'spec.auditAnnotations'
  const keys = annotations.map((annotation) => textIn(annotation.key))
  const causes: StatusCause[] = []
  if (annotations.length > MAX_AUDIT_ANNOTATIONS) {
    const message = `must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`
    causes.push(fieldInvalid(path, annotations, message))
  }
  for (const [index, annotation] of annotations.entries()) {
    const key = keys[index] ?? ''
    causes.push(...validateAuditAnnotation(annotation, policy, `${path}[${index}]`, scope))
    if (keys.indexOf(key) < index) causes.push(fieldDuplicate(`${path}[${index}].key`, key))
  }
  return causes
}

function validateValidating(object: KubeObject): StatusCause[] {
  const spec = fieldsIn(object.spec)
  const validations = objectsIn(spec.validations)
  const annotations = objectsIn(spec.auditAnnotations)
  const { causes, scope } = validatePolicy(spec)
  if (validations.length === 0 && annotations.length === 0) {
    const message = 'validations or auditAnnotations must contain at least one item'
    return [...causes, fieldRequired('spec.validations', message), fieldRequired('spec.auditAnnotations', message)]
  }
  return [
    ...causes,
    ...validations.flatMap((validation, index) => validateValidation(validation, `spec.validations[${index}]`, scope)),
    ...validateAuditAnnotations(annotations, object.metadata.name ?? '', scope),
  ]
}

const STATUS_CONTROLLER = 'validatingadmissionpolicy-status-controller'
const NOTHING: CommitPart = { operations: [], preconditions: [] }

/** What has changed is to be looked at by the type checker. */
async function noteTypeChecking(change: Change, { cluster }: OperationContext): Promise<CommitPart> {
  if (change.type === 'delete') return NOTHING
  const { name = '', generation = 0 } = change.object.metadata
  const { observedGeneration } = fieldsIn(change.object.status)
  if (typeof observedGeneration === 'number' && generation <= observedGeneration) return NOTHING
  return { operations: [chore(STATUS_CONTROLLER, cluster, '', name)], preconditions: [] }
}

const validatingStrategy: Strategy = {
  commit: noteTypeChecking,
  prepareForCreate: (object) => {
    setPolicyDefaults(object)
    object.status = {}
  },
  prepareForUpdate: (object, _old, { subresource }) => {
    if (subresource !== 'status') setPolicyDefaults(object)
  },
  validate: validateValidating,
  validateUpdate: (object, _old, context) => (context.subresource === 'status' ? [] : validateValidating(object)),
}

export const PARAM_KIND: PrinterColumn = {
  name: 'ParamKind',
  type: 'string',
  description: 'ParamKind specifies the kind of resources used to parameterize this policy',
  cell: (object) => {
    const kind = fieldsIn(object.spec).paramKind
    return isFields(kind) ? `${textIn(kind.apiVersion)}/${textIn(kind.kind)}` : '<unset>'
  },
}

export function countColumn(name: string, field: string, description: string): PrinterColumn {
  return { name, type: 'integer', description, cell: (object) => listIn(fieldsIn(object.spec)[field]).length }
}

export const POLICY = {
  group: 'admissionregistration.k8s.io',
  namespaced: false,
  categories: ['api-extensions'],
  generation: true,
  requiresResourceVersion: true,
} as const

export const validatingAdmissionPolicy = builtIn({
  ...POLICY,
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  subresources: { status: STATUS },
  columns: [
    NAME,
    countColumn(
      'Validations',
      'validations',
      'Validations indicates the number of validation rules defined in this configuration',
    ),
    PARAM_KIND,
    AGE,
  ],
  strategy: validatingStrategy,
})
