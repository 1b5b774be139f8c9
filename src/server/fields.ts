/** The values of an object that field selectors may name. */
import { evaluateJsonPath, type JsonPath, type KubeObject, parseJsonPath } from '../machinery/index.ts'
import type { ResourceDefinition } from './definition.ts'

const paths = new WeakMap<ResourceDefinition, ReadonlyMap<string, JsonPath>>()

function pathsOf(definition: ResourceDefinition): ReadonlyMap<string, JsonPath> {
  let compiled = paths.get(definition)
  if (compiled === undefined) {
    const entries = definition.selectableFields.flatMap((field) => {
      const path = parseJsonPath(`.${field}`)
      return path.ok ? [[field, path.value] as const] : []
    })
    compiled = new Map(entries)
    paths.set(definition, compiled)
  }
  return compiled
}

/** Selectable fields besides metadata.name and metadata.namespace; undefined when the kind has none. */
export function fieldsOf(definition: ResourceDefinition, object: KubeObject): Record<string, string> | undefined {
  if (definition.selectableFields.length === 0) return undefined
  const fields: Record<string, string> = {}
  for (const [field, path] of pathsOf(definition)) {
    const value = definition.computedFields?.[field]?.(object) ?? evaluateJsonPath(path, object)[0]
    fields[field] = value === undefined || value === null ? '' : String(value)
  }
  return fields
}
