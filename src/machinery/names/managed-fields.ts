/** metadata.managedFields and the name of a field manager (apimachinery/pkg/apis/meta/v1/validation). */
import type { StatusCause } from '../errors.ts'
import type { Json } from '../object.ts'
import { fieldInvalid, fieldTooLong } from './field-error.ts'
import { byteLength } from './messages.ts'

const MAX_MANAGER_LENGTH = 128
const MAX_SUBRESOURCE_LENGTH = 256
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

export function validateFieldManager(manager: string, path: string): StatusCause[] {
  const causes = byteLength(manager) > MAX_MANAGER_LENGTH ? [fieldTooLong(path, MAX_MANAGER_LENGTH)] : []
  let position = 0
  for (const character of manager) {
    if (!PRINTABLE.test(character)) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      causes.push(fieldInvalid(path, manager, `invalid character U+${code} (at position ${position})`))
    }
    position += byteLength(character)
  }
  return causes
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function validateManagedFields(entries: readonly Json[], path: string): StatusCause[] {
  return entries.flatMap((entry, index) => {
    const at = `${path}[${index}]`
    const fields = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry : {}
    const operation = text(fields.operation)
    const fieldsType = text(fields.fieldsType)
    const causes: StatusCause[] = []
    if (operation !== 'Apply' && operation !== 'Update') {
      causes.push(fieldInvalid(`${at}.operation`, operation, 'must be `Apply` or `Update`'))
    }
    if (fieldsType !== '' && fieldsType !== 'FieldsV1') {
      causes.push(fieldInvalid(`${at}.fieldsType`, fieldsType, 'must be `FieldsV1`'))
    }
    causes.push(...validateFieldManager(text(fields.manager), `${at}.manager`))
    if (byteLength(text(fields.subresource)) > MAX_SUBRESOURCE_LENGTH) {
      causes.push(fieldTooLong(`${at}.subresource`, MAX_SUBRESOURCE_LENGTH))
    }
    return causes
  })
}
