/** Formats of a CustomResourceDefinition's schemas that nothing is checked against. */
import type { Json, JsonObject, KubeObject } from '../object.ts'
import { objectIn, objectsIn, textIn } from './custom-resource-definition-form.ts'
import { isCheckedFormat } from './formats.ts'

/**
 * Each once; what a write warns of (apiextensions-apiserver/pkg/registry/customresourcedefinition, strategy.go).
 *
 * @param crd - a valid one.
 */
export function unrecognizedFormats(crd: KubeObject): string[] {
  const found = new Set<string>()
  for (const version of objectsIn(objectIn(crd.spec as Json | undefined)?.versions)) {
    const schema = objectIn(objectIn(version.schema)?.openAPIV3Schema)
    if (schema !== undefined) collect(schema, found)
  }
  return [...found]
}

function collect(schema: JsonObject, found: Set<string>): void {
  const format = textIn(schema.format)
  if (format !== '' && !isCheckedFormat(textIn(schema.type), format)) found.add(format)
  for (const nested of schemasIn(schema)) collect(nested, found)
}

function schemasIn(schema: JsonObject): JsonObject[] {
  const one = [
    schema.items,
    schema.not,
    schema.additionalProperties,
    ...Object.values(objectIn(schema.properties) ?? {}),
  ]
  const all = ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => objectsIn(schema[keyword]))
  return [...all, ...one.map(objectIn).filter((nested) => nested !== undefined)]
}
