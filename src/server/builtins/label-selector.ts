/** metav1.LabelSelector inside an object (apimachinery/pkg/apis/meta/v1/validation). */
import {
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  isQualifiedName,
  isValidLabelValue,
  type StatusCause,
} from '../../machinery/index.ts'
import { type Fields, fieldsIn, objectsIn, textIn, textsIn } from './untyped.ts'

/** @param unknownOperators are let pass: a newer client may know them. */
export function validateRequirement(
  requirement: Fields,
  path: string,
  { unknownOperators = false }: { readonly unknownOperators?: boolean } = {},
): StatusCause[] {
  const key = textIn(requirement.key)
  const operator = textIn(requirement.operator)
  const values = textsIn(requirement.values)
  const causes: StatusCause[] = []
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      causes.push(fieldRequired(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      causes.push(
        fieldForbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      )
    }
  } else if (!unknownOperators) {
    causes.push(fieldInvalid(`${path}.operator`, operator, 'not a valid selector operator'))
  }
  causes.push(...isQualifiedName(key).map((message) => fieldInvalid(`${path}.key`, key, message)))
  for (const [index, value] of values.entries()) {
    causes.push(...isValidLabelValue(value).map((message) => fieldInvalid(`${path}.values[${index}]`, value, message)))
  }
  return causes
}

export function validateLabelSelector(selector: Fields, path: string): StatusCause[] {
  const labels = Object.entries(fieldsIn(selector.matchLabels)).flatMap(([key, value]) => [
    ...isQualifiedName(key).map((message) => fieldInvalid(`${path}.matchLabels`, key, message)),
    ...isValidLabelValue(textIn(value)).map((message) => fieldInvalid(`${path}.matchLabels`, value, message)),
  ])
  const requirements = objectsIn(selector.matchExpressions).flatMap((requirement, index) =>
    validateRequirement(requirement, `${path}.matchExpressions[${index}]`),
  )
  return [...labels, ...requirements]
}
