/** Files of objects, as a user writes them for `keelson apply`: YAML documents, or JSON. */
import type { KubeObject } from '../object.ts'
import { isObject } from '../patch/json-value.ts'
import type { Result } from '../result.ts'
import { parseYamlDocuments } from './yaml.ts'

export interface ManifestObject {
  readonly object: KubeObject
  readonly file: string
  /** Where the object begins, counted from 1. */
  readonly line: number
}

/**
 * Reads all objects of a file; empty documents are skipped.
 *
 * @returns the objects in order, or one line that names the file, the line and the fault.
 * @example parseManifest('kind: A\n---\nkind: B\n', 'ab.yaml')
 */
export function parseManifest(text: string, file: string): Result<ManifestObject[]> {
  const documents = parseYamlDocuments(text)
  if (!documents.ok) return { ok: false, error: `${file}:${documents.error.line}: ${documents.error.message}` }
  const objects: ManifestObject[] = []
  for (const { value, line } of documents.value) {
    if (value === null) continue
    const at = `${file}:${line}:`
    if (!isObject(value)) return { ok: false, error: `${at} an object is expected, with apiVersion and kind` }
    for (const field of ['apiVersion', 'kind']) {
      if (typeof value[field] !== 'string' || value[field] === '') {
        return { ok: false, error: `${at} ${field} is missing` }
      }
    }
    // Metadata may be absent in lists, and where the server generates all of it.
    objects.push({ object: { metadata: {}, ...value } as KubeObject, file, line })
  }
  return { ok: true, value: objects }
}
