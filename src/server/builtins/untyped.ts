/** Reads values whose shape the schema has not vouched for yet: hooks run before validation, on whatever a client sent. */

export type Fields = Record<string, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object itself when it is one (writable), an empty one otherwise. */
export function fieldsIn(value: unknown): Fields {
  return isFields(value) ? value : {}
}

/** The object under a key, made when it is absent. */
export function ensureFields(owner: Fields, key: string): Fields {
  const found = owner[key]
  if (isFields(found)) return found
  const made: Fields = {}
  if (found === undefined || found === null) owner[key] = made
  return made
}

export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The objects of a list; anything else in it is left to the schema to refuse. */
export function objectsIn(value: unknown): Fields[] {
  return listIn(value).filter(isFields)
}

export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function textsIn(value: unknown): string[] {
  return listIn(value).filter((item) => typeof item === 'string')
}

export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

/** A default as Go's pointer fields have it: for what is absent or null, never for an empty value. */
export function defaultField(owner: Fields, key: string, value: unknown): void {
  if (isAbsent(owner[key])) owner[key] = value
}
