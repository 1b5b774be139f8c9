/** kcp refuses with 403 what its admission finds, with the fields that are at fault in the message. */
import { forbidden, type StatusCause, type StatusError } from '../../machinery/index.ts'
import { APIS_GROUP } from '../api/groups.ts'

export function refuse(resource: string, name: string, message: string): StatusError {
  return forbidden({ group: APIS_GROUP, resource }, name, message)
}

/** As field.ErrorList.ToAggregate prints it: one plainly, several in brackets. */
export function refuseFields(resource: string, name: string, causes: readonly StatusCause[]): StatusError {
  const texts = [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))]
  return refuse(resource, name, texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`)
}
