/** fieldSelector and labelSelector of ResourceAttributes (pkg/apis/authorization/validation, pkg/registry/authorization/util). */
import {
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  isQualifiedName,
  isValidLabelValue,
  parseFieldSelector,
  parseLabelSelector,
  type StatusCause,
} from '../../machinery/index.ts'
import { validateRequirement } from './label-selector.ts'
import { type Fields, isFields, objectsIn, textIn, textsIn } from './untyped.ts'

const PATH = 'spec.resourceAttributes'
const LISTED = ['In', 'NotIn']
const UNLISTED = ['Exists', 'DoesNotExist']

function validateSelector(
  selector: unknown,
  path: string,
  requirement: (requirement: Fields, path: string) => readonly StatusCause[],
): StatusCause[] {
  if (!isFields(selector)) return []
  const raw = textIn(selector.rawSelector)
  const requirements = objectsIn(selector.requirements)
  const causes: StatusCause[] = []
  if (raw !== '' && requirements.length > 0) {
    causes.push(fieldInvalid(`${path}.rawSelector`, raw, 'may not specified at the same time as requirements'))
  }
  if (raw === '' && requirements.length === 0) {
    const message = `when ${path} is specified, requirements or rawSelector is required`
    causes.push(fieldRequired(`${path}.requirements`, message))
  }
  return [...causes, ...requirements.flatMap((each, index) => requirement(each, `${path}.requirements[${index}]`))]
}

function validateFieldRequirement(requirement: Fields, path: string): StatusCause[] {
  const operator = textIn(requirement.operator)
  const values = textsIn(requirement.values)
  const causes = textIn(requirement.key) === '' ? [fieldRequired(`${path}.key`, 'must be specified')] : []
  if (LISTED.includes(operator) && values.length === 0) {
    causes.push(fieldRequired(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
  }
  if (UNLISTED.includes(operator) && values.length > 0) {
    const message = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
    causes.push(fieldForbidden(`${path}.values`, message))
  }
  return causes
}

/** Newer clients may know operators that this server does not. */
function validateLabelRequirement(requirement: Fields, path: string): StatusCause[] {
  return validateRequirement(requirement, path, { unknownOperators: true })
}

export function validateSelectorAttributes(attributes: unknown): StatusCause[] {
  if (!isFields(attributes)) return []
  return [
    ...validateSelector(attributes.fieldSelector, `${PATH}.fieldSelector`, validateFieldRequirement),
    ...validateSelector(attributes.labelSelector, `${PATH}.labelSelector`, validateLabelRequirement),
  ]
}

/** RBAC goes by no selector; what cannot be read of one is said all the same. Undefined where there is nothing to say. */
export function selectorError(attributes: unknown): string | undefined {
  if (!isFields(attributes)) return undefined
  const { fieldSelector, labelSelector } = attributes
  const wrong = [
    ...(isFields(fieldSelector) && !isReadableFields(fieldSelector) ? ['fieldSelector'] : []),
    ...(isFields(labelSelector) && !isReadableLabels(labelSelector) ? ['labelSelector'] : []),
  ]
  if (wrong.length === 0) return undefined
  return wrong.map((name) => `${PATH}.${name} ignored due to parse error`).join('; ')
}

function isReadableFields({ rawSelector, requirements }: Fields): boolean {
  const raw = textIn(rawSelector)
  if (raw !== '') return parseFieldSelector(raw).ok
  return objectsIn(requirements).every(
    ({ operator, values }) => LISTED.includes(textIn(operator)) && textsIn(values).length === 1,
  )
}

function isReadableLabels({ rawSelector, requirements }: Fields): boolean {
  const raw = textIn(rawSelector)
  if (raw !== '') return parseLabelSelector(raw).ok
  return objectsIn(requirements).every(
    ({ key, operator, values }) =>
      [...LISTED, ...UNLISTED].includes(textIn(operator)) &&
      isQualifiedName(textIn(key)).length === 0 &&
      textsIn(values).every((value) => isValidLabelValue(value).length === 0),
  )
}
