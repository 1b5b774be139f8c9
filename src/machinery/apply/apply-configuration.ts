/** What a mutating policy lays over an object (apiserver/pkg/admission/plugin/policy/mutating/patch/smd.go): no owner is noted. */
import type { Json, JsonObject } from '../object.ts'
import type { Result } from '../result.ts'
import { checkType, joinViolations } from './check-type.ts'
import { type FieldType, typeOfField } from './field-type.ts'
import { merge } from './merge.ts'
import { isObject } from './value.ts'

/** The inputs are not changed. The error is a sentence for the client. */
export function mergeConfiguration(type: FieldType, live: JsonObject, configuration: JsonObject): Result<Json> {
  const violations = checkType(type, configuration, false)
  if (violations.length > 0) {
    return { ok: false, error: `failed to convert patch object to typed object: ${joinViolations(violations)}` }
  }
  const atomics = atomicsIn(type, configuration, '')
  if (atomics.length > 0) {
    const error = `invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`
    return { ok: false, error }
  }
  const wrong = checkType(type, live, true)
  if (wrong.length > 0) {
    return { ok: false, error: `failed to convert original object to typed object: ${joinViolations(wrong)}` }
  }
  return { ok: true, value: merge(type, live, configuration) }
}

/** Whoever sets a part of what is one value would remove the rest of it. */
function atomicsIn(type: FieldType, value: Json, path: string): string[] {
  if (isObject(value) && type.map !== undefined) {
    const { map } = type
    const within = Object.entries(value).flatMap(([key, field]) => {
      const declared = map.fields.has(key) ? typeOfField(map, key) : undefined
      return declared === undefined ? [] : atomicsIn(declared, field, `${path}.${key}`)
    })
    return map.atomic ? [path, ...within] : within
  }
  if (Array.isArray(value) && type.list !== undefined) {
    const { list } = type
    const within = value.flatMap((item, index) => atomicsIn(list.element, item, `${path}[${index}]`))
    return list.associative ? within : [path, ...within]
  }
  return []
}
