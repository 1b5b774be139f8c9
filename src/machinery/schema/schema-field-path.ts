/** Paths such as `.spec.map['key'].field`, resolved in a schema (ValidFieldPath of apiserver/schema/cel). */
import { childPath, keyPath } from './field-path.ts'
import { additionalSchema, type StructuralSchema } from './structural-schema.ts'

export type FieldPathResult =
  | {
      readonly ok: true
      readonly value: { readonly path: string; readonly root: string; readonly schema: StructuralSchema | undefined }
    }
  | { readonly ok: false; readonly error: string }

interface Place {
  path: string
  root: string
  schema: StructuralSchema | undefined
}

/** Delimiters, quoted texts, and what stands between them. */
const TOKEN = /'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+|'.*$/gs

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
}

function unquoted(text: string): string {
  return text.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? '')
}

/** Finds the schema of the field; with `arrayNotation`, steps may be written in brackets and quotes. */
export function findFieldPath(
  text: string,
  schema: StructuralSchema,
  { arrayNotation }: { readonly arrayNotation: boolean },
): FieldPathResult {
  const tokens = text.match(TOKEN) ?? []
  const place: Place = { path: '', root: '', schema }
  let at = 0
  while (at < tokens.length) {
    const delimiter = tokens[at]
    const token = tokens[at + 1]
    if (delimiter !== '.' && delimiter !== '[') return failure(`expected [ or . but got: ${delimiter}`)
    if (delimiter === '[' && !arrayNotation) return failure('array notation is not allowed')
    if (token === undefined) return failure('unexpected end of JSON path')
    let name = token
    if (delimiter === '[') {
      if (!/^'.*'$/s.test(token) || token.length < 2) return failure(`expected single quoted string but got ${token}`)
      name = unquoted(token.slice(1, -1))
    }
    if (!step(place, name)) return failure('does not refer to a valid field')
    at += 2
    if (delimiter === '[') {
      if (tokens[at] === undefined) return failure('unexpected end of JSON path')
      if (tokens[at] !== ']') return failure(`expected ] but got ${tokens[at]}`)
      at += 1
    }
  }
  return { ok: true, value: place }
}

function step(place: Place, name: string): boolean {
  const { schema } = place
  if (schema?.properties === undefined && schema?.additionalProperties === undefined) return false
  const isProperty = schema.properties !== undefined
  if (isProperty && !schema.properties?.has(name)) return false
  place.path = isProperty ? childPath(place.path, name) : keyPath(place.path, name)
  if (place.root === '') place.root = name
  place.schema = isProperty ? schema.properties?.get(name) : additionalSchema(schema)
  return true
}

function failure(error: string): FieldPathResult {
  return { ok: false, error }
}
