/**
 * Writes src/server/openapi/generated/built-in-schemas.ts: the schemas of the built-in kinds and of all that they refer to, from
 * the OpenAPI documents of Kubernetes' release, without the descriptions. Needs Go.
 *
 *     node scripts/generate-openapi-schemas.ts
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const VERSION = 'v1.36.3'
const TABLES = join(import.meta.dirname, '../src/machinery/wire/protobuf/generated')
const OUTPUT = join(import.meta.dirname, '../src/server/openapi/generated')

/** Of what is shared by all groups, these alone are taken and answered. */
const SHARED = [
  'DeleteOptions',
  'WatchEvent',
  'Status',
  'Patch',
  'APIResourceList',
  'APIGroup',
  'APIGroupList',
  'APIVersions',
].map((kind) => `meta/v1.${kind}`)
const VERSION_INFO = 'io.k8s.apimachinery.pkg.version.Info'
const LEFT_OUT = /^(?:apidiscovery|meta)\//

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** `io.k8s.api.core.v1.Secret` is our `core/v1.Secret`. */
function messageName(definition: string): string {
  const [, prefix = '', name = ''] = /\.([^.]+\.v1)\.([^.]+)$/.exec(definition) ?? []
  return `${prefix.replace('.', '/')}.${name}`
}

const wanted = new Set<string>(SHARED)
for (const file of readdirSync(TABLES)) {
  const tables = (await import(join(TABLES, file))) as Record<string, { kinds?: string[] }>
  const prefix = file.replace(/-(v\d)\.ts$/, '/$1')
  for (const { kinds = [] } of Object.values(tables)) {
    for (const kind of kinds) if (!LEFT_OUT.test(prefix)) wanted.add(`${prefix}.${kind}`)
  }
}

const { Dir } = JSON.parse(
  execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${VERSION}`], { encoding: 'utf8' }),
)
const place = join(Dir, 'api/openapi-spec/v3')
/** By their names. */
const all = new Map<string, Json>()
for (const file of readdirSync(place).filter((name) => name.endsWith('_openapi.json'))) {
  const document = JSON.parse(readFileSync(join(place, file), 'utf8'))
  for (const [name, schema] of Object.entries<Json>(document.components?.schemas ?? {})) {
    // Documents of small groups say less of what all share.
    if (JSON.stringify(schema).length > JSON.stringify(all.get(name) ?? '').length) all.set(name, schema)
  }
}

/** The values that a field may have, which the released documents leave out and servers tell: `core/v1.Secret.type`. */
const enums = new Map<string, Json[]>()
const go = readFileSync(join(Dir, 'pkg/generated/openapi/zz_generated.openapi.go'), 'utf8')
for (const [, prefix, name, body = ''] of go.matchAll(/^func schema_\w+?_([a-z0-9]+)_v1_(\w+)\(.*?$(.*?)^\}/gms)) {
  const properties = body.split(/^\t{5}"([^"]+)": \{$/m)
  for (let index = 1; index < properties.length; index += 2) {
    const [, values] = /Enum: +\[\]interface\{\}\{([^}]*)\}/.exec(properties[index + 1] ?? '') ?? []
    if (values !== undefined) enums.set(`${prefix}/v1.${name}.${properties[index]}`, JSON.parse(`[${values}]`))
  }
}

function withEnums(name: string, schema: Json): Json {
  if (!isObject(schema) || !isObject(schema.properties)) return schema
  const properties = Object.entries(schema.properties).map(([field, property]): [string, Json] => {
    const values = enums.get(`${messageName(name)}.${field}`)
    if (values === undefined || !isObject(property)) return [field, property]
    const { items } = property
    return [field, isObject(items) ? { ...property, items: { ...items, enum: values } } : { ...property, enum: values }]
  })
  return { ...schema, properties: Object.fromEntries(properties) }
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Texts only: a property may have this name, too. */
function withoutDescriptions(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutDescriptions)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key, item]) => key !== 'description' || typeof item !== 'string')
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutDescriptions(item)]))
}

/** The kinds that every group version has, with all of these: what one document says is a part of it. */
const KINDS = 'x-kubernetes-group-version-kind'
const swagger = JSON.parse(readFileSync(join(Dir, 'api/openapi-spec/swagger.json'), 'utf8'))
for (const kind of ['DeleteOptions', 'WatchEvent']) {
  const name = `io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`
  all.set(name, { ...(all.get(name) as { [key: string]: Json }), [KINDS]: swagger.definitions[name][KINDS] })
}

const reached = new Map<string, string>()
function reach(name: string): void {
  if (reached.has(name)) return
  const schema = all.get(name)
  if (schema === undefined) throw new Error(`no schema ${name}`)
  const text = JSON.stringify(withEnums(name, withoutDescriptions(schema)))
  reached.set(name, text)
  for (const [, other = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) reach(other)
}
for (const name of all.keys()) if (wanted.has(messageName(name)) || name === VERSION_INFO) reach(name)

mkdirSync(OUTPUT, { recursive: true })
const source = [
  `// Generated by scripts/generate-openapi-schemas.ts from Kubernetes ${VERSION}. Do not edit.\n\n`,
  '/** In JSON, by name, without descriptions: read when they are asked for. */\n',
  'export const BUILT_IN_SCHEMAS: ReadonlyMap<string, string> = new Map([\n',
  ...[...reached]
    .sort()
    .map(([name, text]) => `  ['${name}', '${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'],\n`),
  '])\n',
]
writeFileSync(join(OUTPUT, 'built-in-schemas.ts'), source.join(''))
