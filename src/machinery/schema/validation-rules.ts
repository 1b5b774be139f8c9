/** x-kubernetes-validations: what can be said about rules without compiling them (apiextensions validation.go). */
import type { StatusCause } from '../errors.ts'
import { fieldInvalid, fieldNotSupported, fieldRequired } from '../names/field-error.ts'
import { childPath, indexPath } from './field-path.ts'
import { findFieldPath } from './schema-field-path.ts'
import type { StructuralSchema, ValidationRule } from './structural-schema.ts'

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

export function validationRuleCauses(schema: StructuralSchema, path: string): StatusCause[] {
  const at = childPath(path, 'x-kubernetes-validations')
  return schema.validations.flatMap((rule, index) => [
    ...textCauses(rule, indexPath(at, index)),
    ...fieldPathCauses(schema, rule, childPath(indexPath(at, index), 'fieldPath')),
  ])
}

function hasLineBreaks(text: string): boolean {
  return /[\n\r]/.test(text)
}

function textCauses(
  { rule, message = '', messageExpression = '', reason }: ValidationRule,
  path: string,
): StatusCause[] {
  const causes: StatusCause[] = []
  const messageAt = childPath(path, 'message')
  if (rule.trim() === '') causes.push(fieldRequired(childPath(path, 'rule'), 'rule is not specified'))
  else if (message !== '' && message.trim() === '') {
    causes.push(fieldInvalid(messageAt, message, 'must be non-empty if specified'))
  } else if (hasLineBreaks(message.trim())) {
    causes.push(fieldInvalid(messageAt, message, 'must not contain line breaks'))
  } else if (hasLineBreaks(rule.trim()) && message.trim() === '') {
    causes.push(fieldRequired(messageAt, 'message must be specified if rule contains line breaks'))
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const detail = 'messageExpression must be non-empty if specified'
    causes.push(fieldRequired(childPath(path, 'messageExpression'), detail))
  }
  if (reason !== undefined && !REASONS.includes(reason)) {
    causes.push(fieldNotSupported(childPath(path, 'reason'), reason, REASONS))
  }
  return causes
}

function fieldPathCauses(schema: StructuralSchema, { fieldPath = '' }: ValidationRule, path: string): StatusCause[] {
  if (fieldPath === '') return []
  const causes: StatusCause[] = []
  if (fieldPath.trim() === '') causes.push(fieldInvalid(path, fieldPath, 'must be non-empty if specified'))
  if (hasLineBreaks(fieldPath)) causes.push(fieldInvalid(path, fieldPath, 'must not contain line breaks'))
  if (!findFieldPath(fieldPath, schema, { arrayNotation: true }).ok) {
    causes.push(fieldInvalid(path, fieldPath, 'must be a valid path'))
  }
  return causes
}
