/** Causes of an Invalid status, worded as apimachinery/pkg/util/validation/field words them. */
import type { StatusCause } from '../errors.ts'
import { goJson, quote } from './go-text.ts'

function cause(reason: string, field: string, title: string, detail: string): StatusCause {
  return { reason, message: detail === '' ? title : `${title}: ${detail}`, field }
}

/** Text is quoted as Go's %q, numbers and booleans are printed plainly, everything else as JSON. */
function shown(value: unknown): string {
  return typeof value === 'string' ? quote(value) : goJson(value)
}

export function fieldInvalid(field: string, value: unknown, detail: string): StatusCause {
  return cause('FieldValueInvalid', field, `Invalid value: ${shown(value)}`, detail)
}

/** The value has not the type that the schema declares. */
export function fieldTypeInvalid(field: string, value: unknown, detail: string): StatusCause {
  return cause('FieldValueTypeInvalid', field, `Invalid value: ${shown(value)}`, detail)
}

export function fieldRequired(field: string, detail: string): StatusCause {
  return cause('FieldValueRequired', field, 'Required value', detail)
}

export function fieldForbidden(field: string, detail: string): StatusCause {
  return cause('FieldValueForbidden', field, 'Forbidden', detail)
}

export function fieldDuplicate(field: string, value: unknown): StatusCause {
  return cause('FieldValueDuplicate', field, `Duplicate value: ${shown(value)}`, '')
}

export function fieldNotSupported(field: string, value: unknown, supported: readonly string[]): StatusCause {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(quote).join(', ')}`
  return cause('FieldValueNotSupported', field, `Unsupported value: ${shown(value)}`, detail)
}

/** `limit` counts UTF-8 bytes. The value itself is never repeated to the client. */
export function fieldTooLong(field: string, limit: number): StatusCause {
  return cause(
    'FieldValueTooLong',
    field,
    'Too long',
    `may not be more than ${limit} ${limit === 1 ? 'byte' : 'bytes'}`,
  )
}

export function fieldTooMany(field: string, actual: number, limit: number): StatusCause {
  const detail = `must have at most ${limit} ${limit === 1 ? 'item' : 'items'}`
  return cause('FieldValueTooMany', field, `Too many: ${actual}`, detail)
}
