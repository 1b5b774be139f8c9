/** ValidateObjectMeta of apimachinery/pkg/api/validation: metadata of any kind, when it is created and when it changes. */
import type { StatusCause } from '../errors.ts'
import type { ObjectMeta } from '../object.ts'
import { fieldForbidden, fieldInvalid, fieldRequired, fieldTooLong } from './field-error.ts'
import { validateFinalizers, validateNoNewFinalizers } from './finalizers.ts'
import { isQualifiedName, isValidLabelValue } from './label.ts'
import { validateManagedFields } from './managed-fields.ts'
import { byteLength } from './messages.ts'
import { type NameRule, nameIsDNSLabel } from './name-rule.ts'
import { validateOwnerReferences } from './owner-references.ts'

/** TotalAnnotationSizeLimitB */
export const MAX_ANNOTATIONS_BYTES = 256 * 1024

/** The same error for every kind whose value must not change. */
export const FIELD_IMMUTABLE = 'field is immutable'

export function validateLabels(labels: Readonly<Record<string, string>>, path: string): StatusCause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...isQualifiedName(key).map((message) => fieldInvalid(path, key, message)),
    ...isValidLabelValue(value).map((message) => fieldInvalid(path, value, message)),
  ])
}

function validateAnnotations(annotations: Readonly<Record<string, string>>, path: string): StatusCause[] {
  let size = 0
  const causes = Object.entries(annotations).flatMap(([key, value]) => {
    size += byteLength(key) + byteLength(value)
    return isQualifiedName(key.toLowerCase()).map((message) => fieldInvalid(path, key, message))
  })
  if (size > MAX_ANNOTATIONS_BYTES) causes.push(fieldTooLong(path, MAX_ANNOTATIONS_BYTES))
  return causes
}

function validateNamespace(namespace: string, namespaced: boolean, path: string): StatusCause[] {
  if (!namespaced) return namespace === '' ? [] : [fieldForbidden(path, 'not allowed on this type')]
  if (namespace === '') return [fieldRequired(path, '')]
  return nameIsDNSLabel(namespace, false).map((message) => fieldInvalid(path, namespace, message))
}

/**
 * Metadata of an object that is about to be created, after its name was generated and the namespace of the request filled in.
 *
 * @returns one cause per fault; none when it is valid.
 */
export function validateObjectMeta(
  metadata: ObjectMeta,
  { namespaced, nameRule }: { namespaced: boolean; nameRule: NameRule },
  path = 'metadata',
): StatusCause[] {
  const { name = '', generateName = '', generation = 0 } = metadata
  const causes = generateName === '' ? [] : named(`${path}.generateName`, generateName, nameRule(generateName, true))
  if (name === '') causes.push(fieldRequired(`${path}.name`, 'name or generateName is required'))
  else causes.push(...named(`${path}.name`, name, nameRule(name, false)))
  causes.push(...validateNamespace(metadata.namespace ?? '', namespaced, `${path}.namespace`))
  if (generation < 0) {
    causes.push(fieldInvalid(`${path}.generation`, generation, 'must be greater than or equal to 0'))
  }
  return causes.concat(
    validateLabels(metadata.labels ?? {}, `${path}.labels`),
    validateAnnotations(metadata.annotations ?? {}, `${path}.annotations`),
    validateOwnerReferences(metadata.ownerReferences ?? [], `${path}.ownerReferences`),
    validateFinalizers(metadata.finalizers ?? [], `${path}.finalizers`),
    validateManagedFields(metadata.managedFields ?? [], `${path}.managedFields`),
  )
}

function named(path: string, name: string, messages: readonly string[]): StatusCause[] {
  return messages.map((message) => fieldInvalid(path, name, message))
}

/** A text that is absent is the empty one to Go; an absent time or pointer prints as null. */
const IMMUTABLE = [
  ['name', ''],
  ['namespace', ''],
  ['uid', ''],
  ['creationTimestamp', null],
  ['deletionTimestamp', null],
  ['deletionGracePeriodSeconds', null],
] as const

/**
 * Metadata of an update against what is stored. What the client left out and the server keeps (uid, times, generation) has
 * been filled in before, as rest.BeforeUpdate does.
 */
export function validateObjectMetaUpdate(updated: ObjectMeta, stored: ObjectMeta, path = 'metadata'): StatusCause[] {
  const causes: StatusCause[] = []
  if (stored.deletionTimestamp) {
    const finalizers = `${path}.finalizers`
    causes.push(...validateNoNewFinalizers(updated.finalizers ?? [], stored.finalizers ?? [], finalizers))
  }
  if (!updated.resourceVersion) {
    causes.push(fieldInvalid(`${path}.resourceVersion`, '', 'must be specified for an update'))
  }
  if ((updated.generation ?? 0) < (stored.generation ?? 0)) {
    causes.push(fieldInvalid(`${path}.generation`, updated.generation ?? 0, 'must not be decremented'))
  }
  for (const [field, absent] of IMMUTABLE) {
    const value = updated[field] ?? absent
    if (value !== (stored[field] ?? absent)) causes.push(fieldInvalid(`${path}.${field}`, value, FIELD_IMMUTABLE))
  }
  return causes.concat(
    validateLabels(updated.labels ?? {}, `${path}.labels`),
    validateAnnotations(updated.annotations ?? {}, `${path}.annotations`),
    validateOwnerReferences(updated.ownerReferences ?? [], `${path}.ownerReferences`),
    validateManagedFields(updated.managedFields ?? [], `${path}.managedFields`),
  )
}
