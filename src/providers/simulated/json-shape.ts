import {
  applyDefaults,
  decodeJson,
  type JsonObject,
  parseStructuralSchema,
  pruneValue,
  type Result,
  type StructuralSchema,
  validateValue,
} from '../../machinery/index.ts'

/**
 * A reader of files that people edit: fills in defaults, and names every field that is wrong or unknown. `T` is the type of
 * what the schema admits.
 */
export function jsonShape<T>(schema: JsonObject): (text: string) => Result<T> {
  let compiled: StructuralSchema | undefined
  return (text) => {
    const json = decodeJson(text)
    if (!json.ok) return json
    compiled ??= compile(schema)
    const unknown = pruneValue(compiled, json.value, { isResourceRoot: false })
    if (unknown.length > 0) return { ok: false, error: `unknown field ${unknown.join(', ')}` }
    applyDefaults(compiled, json.value)
    const causes = validateValue(compiled, json.value, '')
    if (causes.length > 0)
      return { ok: false, error: causes.map((cause) => `${cause.field}: ${cause.message}`).join('; ') }
    return { ok: true, value: json.value as T }
  }
}

function compile(schema: JsonObject): StructuralSchema {
  const result = parseStructuralSchema(schema, '')
  if (!result.ok) throw new TypeError(result.causes.map((cause) => `${cause.field}: ${cause.message}`).join('; '))
  return result.value
}
