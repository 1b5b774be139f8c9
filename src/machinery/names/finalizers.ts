/** metadata.finalizers (apimachinery/pkg/api/validation/objectmeta.go). */
import type { StatusCause } from '../errors.ts'
import { fieldForbidden, fieldInvalid } from './field-error.ts'
import { compareText, goStrings, quote } from './go-text.ts'
import { isQualifiedName } from './label.ts'

/** The garbage collector's own: dependents stay, without their owner. */
export const FINALIZER_ORPHAN_DEPENDENTS = 'orphan'
/** The garbage collector's own: the owner goes after its dependents. */
export const FINALIZER_DELETE_DEPENDENTS = 'foregroundDeletion'

const STANDARD = new Set(['kubernetes', FINALIZER_ORPHAN_DEPENDENTS, FINALIZER_DELETE_DEPENDENTS])

export function validateFinalizers(finalizers: readonly string[], path: string): StatusCause[] {
  const causes = finalizers.flatMap((finalizer) =>
    isQualifiedName(finalizer).map((message) => fieldInvalid(path, finalizer, message)),
  )
  if (finalizers.includes(FINALIZER_ORPHAN_DEPENDENTS) && finalizers.includes(FINALIZER_DELETE_DEPENDENTS)) {
    const pair = `${FINALIZER_ORPHAN_DEPENDENTS} and ${FINALIZER_DELETE_DEPENDENTS}`
    causes.push(fieldInvalid(path, finalizers, `finalizer ${pair} cannot be both set`))
  }
  return causes
}

/** A finalizer without a domain is one that Kubernetes itself knows (pkg/apis/core/validation). */
export function validateStandardFinalizers(finalizers: readonly string[], path: string): StatusCause[] {
  return finalizers.flatMap((finalizer, index) =>
    finalizer.includes('/') || STANDARD.has(finalizer)
      ? []
      : [
          fieldInvalid(
            `${path}[${index}]`,
            finalizer,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ],
  )
}

/** What upstream warns of in the finalizers of custom resources (customresource/validator.go, validateKubeFinalizerName). */
export function finalizerWarnings(names: readonly string[], path: string): string[] {
  return names.flatMap((name) => {
    const at = `${path}: ${quote(name)}: `
    const messages = isQualifiedName(name)
    if (!name.includes('/') && !STANDARD.has(name)) {
      const remedy = name.includes('.') ? ' including a path (/)' : ''
      messages.push(
        `prefer a domain-qualified finalizer name${remedy} to avoid accidental conflicts with other finalizer writers`,
      )
    }
    return messages.map((message) => at + message)
  })
}

/** While an object is being deleted its finalizers can only become fewer. */
export function validateNoNewFinalizers(
  updated: readonly string[],
  stored: readonly string[],
  path: string,
): StatusCause[] {
  const added = [...new Set(updated)].filter((finalizer) => !stored.includes(finalizer)).sort(compareText)
  if (added.length === 0) return []
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`
  return [fieldForbidden(path, detail)]
}
