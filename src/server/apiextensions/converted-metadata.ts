/** The metadata of a converted object: the original's, with the labels and annotations that the webhook gave it. */
import {
  isQualifiedName,
  isValidLabelValue,
  type KubeObject,
  type ObjectMeta,
  type Result,
} from '../../machinery/index.ts'
import { isFields } from '../builtins/untyped.ts'

export function convertedMetadata({ metadata }: KubeObject, given: unknown): Result<ObjectMeta> {
  if (given === undefined) return { ok: false, error: 'missing metadata in converted object' }
  if (!isFields(given)) return { ok: false, error: `invalid metadata of type ${goType(given)} in converted object` }
  const kept: ObjectMeta = structuredClone(metadata)
  for (const field of ['labels', 'annotations'] as const) {
    const texts = given[field]
    delete kept[field]
    if (texts === undefined || texts === null) continue
    if (!isFields(texts)) {
      return { ok: false, error: `invalid metadata.${field} of type ${goType(texts)} in converted object` }
    }
    for (const [key, value] of Object.entries(texts)) {
      if (typeof value !== 'string') {
        const error = `metadata.${field}[${key}] must be a string, but is ${goType(value)} in converted object`
        return { ok: false, error }
      }
      const fault = [...isQualifiedName(key.toLowerCase()), ...(field === 'labels' ? isValidLabelValue(value) : [])][0]
      const path = field === 'labels' ? 'metadata.labels' : 'metadata.annotation'
      if (fault !== undefined) return { ok: false, error: `${path}: Invalid value: ${JSON.stringify(key)}: ${fault}` }
    }
    kept[field] = texts as Record<string, string>
  }
  return { ok: true, value: kept }
}

function goType(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : 'map[string]interface {}'
}
