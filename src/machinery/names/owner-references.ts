/** metadata.ownerReferences (apimachinery/pkg/api/validation/objectmeta.go). */
import type { StatusCause } from '../errors.ts'
import { formatApiVersion, type OwnerReference, parseApiVersion } from '../object.ts'
import { fieldInvalid } from './field-error.ts'

/** Field order of the Go struct: what upstream prints. */
function printed(reference: OwnerReference): OwnerReference {
  return {
    apiVersion: reference.apiVersion,
    kind: reference.kind,
    name: reference.name,
    uid: reference.uid,
    ...(reference.controller === undefined ? {} : { controller: reference.controller }),
    ...(reference.blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion: reference.blockOwnerDeletion }),
  }
}

function validateOwnerReference(reference: OwnerReference, path: string): StatusCause[] {
  const causes: StatusCause[] = []
  // Upstream takes `/v1` for the core group.
  const groupVersion = parseApiVersion((reference.apiVersion ?? '').replace(/^\/(?!.*\/)/, ''))
  if (groupVersion === undefined) {
    causes.push(fieldInvalid(`${path}.apiVersion`, reference.apiVersion ?? '', 'version must not be empty'))
  }
  for (const field of ['kind', 'name', 'uid'] as const) {
    if (!reference[field]) causes.push(fieldInvalid(`${path}.${field}`, '', 'must not be empty'))
  }
  if (groupVersion !== undefined && formatApiVersion(groupVersion) === 'v1' && reference.kind === 'Event') {
    causes.push(fieldInvalid(path, printed(reference), '/v1, Kind=Event is disallowed from being an owner'))
  }
  return causes
}

export function validateOwnerReferences(references: readonly OwnerReference[], path: string): StatusCause[] {
  const causes: StatusCause[] = []
  let controller: string | undefined
  for (const reference of references) {
    causes.push(...validateOwnerReference(reference, path))
    if (reference.controller !== true) continue
    const name = `${reference.kind}/${reference.name}`
    if (controller === undefined) {
      controller = name
      continue
    }
    const found = `Found "true" in references for ${controller} and ${name}`
    const detail = `Only one reference can have Controller set to true. ${found}`
    causes.push(fieldInvalid(path, references.map(printed), detail))
  }
  return causes
}
