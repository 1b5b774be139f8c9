/** What the engine is told of objects that come from an API. */
import type { ManifestSource, Problem } from '../engine/manifest.ts'

/** They have no lines. */
export function sourceOf(object: ManifestSource['object']): ManifestSource {
  return { object, file: '', lineOf: () => 0 }
}

export function problemText({ field, message, remedy }: Problem): string {
  return `${field}: ${message} (${remedy})`
}
