/** The part of an OpenAPI schema that a table of fields shows. */
export interface Fields {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Fields>>
  readonly items?: Fields
  readonly additionalProperties?: Fields | boolean
}

/** `| spec.type.name | string | required |` for each leaf and each list or map of spec and status. */
export function fieldRows(kind: Fields): string[] {
  return ['spec', 'status'].flatMap((part) => {
    const schema = kind.properties?.[part]
    return schema === undefined ? [] : rowsOf(part, schema, kind.required?.includes(part) === true)
  })
}

function rowsOf(path: string, schema: Fields, required: boolean): string[] {
  const children = Object.entries(schema.properties ?? {})
  if (children.length > 0)
    return children.flatMap(([name, child]) =>
      rowsOf(`${path}.${name}`, child, schema.required?.includes(name) === true),
    )
  if (schema.items?.properties !== undefined) return rowsOf(`${path}[]`, schema.items, required)
  return [`| \`${path}\` | ${typeText(schema)} | ${notes(schema, required)} |`]
}

function typeText({ type = 'any', items, additionalProperties }: Fields): string {
  if (items !== undefined) return `list of ${typeText(items)}`
  return typeof additionalProperties === 'object' ? `map of ${typeText(additionalProperties)}` : type
}

function notes(schema: Fields, required: boolean): string {
  const parts = [
    ...(required ? ['required'] : []),
    ...(schema.enum === undefined ? [] : [`one of ${schema.enum.map(String).join(', ')}`]),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
    ...(schema.description === undefined ? [] : [schema.description]),
  ]
  return parts.join('; ').replaceAll('|', '\\|').replaceAll('\n', ' ')
}
