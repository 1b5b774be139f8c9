/**
 * Pruning drops the fields that a schema does not name (apiextensions-apiserver/pkg/apiserver/schema/pruning). Where unknown
 * fields are preserved, they stay, but what is specified below them is pruned again.
 */
import { compareText } from '../names/go-text.ts'
import type { Json } from '../object.ts'
import { pruneEmbeddedMetadata } from './embedded-metadata.ts'
import { wayText } from './field-path.ts'
import { additionalSchema, isMetaField, type StructuralSchema } from './structural-schema.ts'

/** Paths are collected only for what is dropped, so the way to a value is kept as a stack and joined on need. */
interface Pruning {
  readonly way: (string | number)[]
  readonly dropped: string[]
}

/**
 * A list that preserves unknown fields hands that on to its items (upstream's skipPrune), fields do not: so `preserve` comes
 * from above. Without a schema, as under `additionalProperties: true`, nothing is specified and every field goes.
 */
function prune(
  value: Json,
  schema: StructuralSchema | undefined,
  preserve: boolean,
  isRoot: boolean,
  pruning: Pruning,
): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) pruneItems(value, schema?.items, preserve, pruning)
  else pruneFields(value, schema, preserve, isRoot, pruning)
}

function pruneItems(items: Json[], schema: StructuralSchema | undefined, preserve: boolean, pruning: Pruning): void {
  if (preserve && schema === undefined) return
  const preserveItems = preserve || schema?.preserveUnknownFields === true
  for (let index = 0; index < items.length; index++) {
    pruning.way.push(index)
    prune(items[index] as Json, schema, preserveItems, false, pruning)
    pruning.way.pop()
  }
}

function pruneFields(
  object: { [key: string]: Json },
  schema: StructuralSchema | undefined,
  preserve: boolean,
  isRoot: boolean,
  { way, dropped }: Pruning,
): void {
  const implied = isRoot || schema?.embeddedResource === true
  for (const key in object) {
    if (implied && isMetaField(key)) continue
    const property = schema?.properties?.get(key)
    way.push(key)
    if (property !== undefined || schema?.additionalProperties !== undefined) {
      const field = property ?? (schema && additionalSchema(schema))
      prune(object[key] as Json, field, field?.preserveUnknownFields === true, false, { way, dropped })
    } else if (!preserve) {
      dropped.push(wayText(way))
      delete object[key]
    }
    way.pop()
  }
}

/**
 * Drops from `value`, in place, every field that the schema does not specify.
 *
 * @param options.isResourceRoot - the value is a whole object, whose apiVersion, kind and metadata are never touched.
 * @param options.inOrder - what was dropped is told in the order in which it was found
 * @returns the paths of what was dropped, sorted, as strict field validation names them (`spec.list[0].unknown`); those
 * within the metadata of embedded resources come last.
 */
export function pruneValue(
  schema: StructuralSchema,
  value: unknown,
  options: { readonly isResourceRoot: boolean; readonly inOrder?: boolean },
): string[] {
  const pruning: Pruning = { way: [], dropped: [] }
  prune(value as Json, schema, schema.preserveUnknownFields === true, options.isResourceRoot, pruning)
  if (pruning.dropped.length > 1 && options.inOrder !== true) pruning.dropped.sort(compareText)
  if (!schema.holdsEmbeddedResource) return pruning.dropped
  return [...pruning.dropped, ...pruneEmbeddedMetadata(schema, value as Json)]
}
