/**
 * Writes the message tables of src/machinery/wire/protobuf/generated from the Go modules of Kubernetes: field numbers from
 * generated.proto, JSON names, zero-value rules and patch tags from the struct tags of types.go. Needs Go.
 *
 *     node scripts/generate-protobuf.ts
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FieldPatch, FieldPresence, FieldRow, FieldType } from '../src/machinery/wire/protobuf/message-table.ts'

const VERSION = 'v0.36.3'
const OUTPUT = join(import.meta.dirname, '../src/machinery/wire/protobuf/generated')

interface Package {
  readonly prefix: string
  readonly module: string
  readonly directory: string
  /** The kinds that are wanted; without, all that the package has. */
  readonly kinds?: readonly string[]
}

function api(group: string, kinds?: readonly string[]): Package {
  const place = { prefix: `${group}/v1`, module: 'k8s.io/api', directory: `${group}/v1` }
  return kinds === undefined ? place : { ...place, kinds: kinds.flatMap((kind) => [kind, `${kind}List`]) }
}

function machinery(prefix: string, directory: string, kinds: readonly string[] = []): Package {
  return { prefix, module: 'k8s.io/apimachinery', directory: `pkg/${directory}`, kinds }
}

const CORE_KINDS = ['Namespace', 'ConfigMap', 'Secret', 'Event', 'LimitRange', 'ResourceQuota', 'ServiceAccount']
const META_KINDS = [
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
  'APIVersions',
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'List',
]
const MORE_META_KINDS = [
  'ListOptions',
  'PartialObjectMetadata',
  'PartialObjectMetadataList',
  'PatchOptions',
  'Status',
  'UpdateOptions',
]

const PACKAGES: readonly Package[] = [
  machinery('meta/v1', 'apis/meta/v1', [...META_KINDS, ...MORE_META_KINDS]),
  machinery('runtime', 'runtime', ['Unknown']),
  machinery('resource', 'api/resource'),
  api('core', CORE_KINDS),
  api('admissionregistration'),
  api('authentication'),
  api('authorization'),
  api('autoscaling', ['Scale']),
  api('certificates'),
  api('coordination'),
  api('events'),
  api('rbac'),
  {
    prefix: 'apidiscovery/v2',
    module: 'k8s.io/api',
    directory: 'apidiscovery/v2',
    kinds: ['APIGroupDiscovery', 'APIGroupDiscoveryList'],
  },
  {
    prefix: 'apiextensions/v1',
    module: 'k8s.io/apiextensions-apiserver',
    directory: 'pkg/apis/apiextensions/v1',
    kinds: ['CustomResourceDefinition', 'CustomResourceDefinitionList'],
  },
]

interface ProtoField {
  readonly number: number
  readonly name: string
  readonly type: FieldType
  readonly rule: 'one' | 'list' | 'map'
}

interface GoField {
  readonly type: string
  readonly json: string
  readonly inline: boolean
  readonly omitempty: boolean
  readonly omitzero: boolean
  readonly patch: FieldPatch | undefined
}

const SCALARS = new Set(['string', 'bool', 'int32', 'int64', 'double', 'bytes'])

function typeOf(text: string, prefix: string): FieldType {
  if (SCALARS.has(text)) return text as FieldType
  if (!text.includes('.')) return `${prefix}.${text}`
  const [, path = '', name = ''] = /^\.?k8s\.io\.(.*)\.([^.]+)$/.exec(text) ?? []
  const found = PACKAGES.find(
    (one) => `${one.module}/${one.directory}`.slice(7).replaceAll(/[/-]/g, protoName) === path,
  )
  // A type of another package has no table, which matters only if a wanted kind refers to it.
  return found === undefined ? (text as FieldType) : `${found.prefix}.${name}`
}

function protoName(character: string): string {
  return character === '/' ? '.' : '_'
}

function parseProto(text: string, prefix: string): Map<string, ProtoField[]> {
  const messages = new Map<string, ProtoField[]>()
  for (const [, name = '', body = ''] of text.matchAll(/^message (\w+) \{\n(.*?)^\}/gms)) {
    const fields: ProtoField[] = []
    const statement = /^ {2}(?:(optional|repeated) ([\w.]+)|map<string, ([\w.]+)>) (\w+) = (\d+);/gm
    for (const [, label, type, value, field = '', number] of body.matchAll(statement)) {
      const rule = value !== undefined ? 'map' : label === 'repeated' ? 'list' : 'one'
      fields.push({ number: Number(number), name: field, type: typeOf(type ?? value ?? '', prefix), rule })
    }
    messages.set(name, fields)
  }
  return messages
}

function parseGo(text: string): Map<string, { kind: boolean; fields: Map<number, GoField> }> {
  const structs = new Map<string, { kind: boolean; fields: Map<number, GoField> }>()
  for (const [, name = '', body = ''] of text.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms)) {
    const fields = new Map<number, GoField>()
    for (const [, left = '', tags = ''] of body.matchAll(/^\t([\w.[\]* ]+?)\s*`([^`]*)`/gm)) {
      const tag = (key: string) => new RegExp(`(?:^|\\s)${key}:"([^"]*)"`).exec(tags)?.[1] ?? ''
      const [, number] = /^\w+,(\d+),/.exec(tag('protobuf')) ?? []
      if (number === undefined) continue
      const [json = '', ...options] = tag('json').split(',')
      const strategy = tag('patchStrategy')
        .split(',')
        .find((one) => one === 'merge' || one === 'replace')
      const mergeKey = tag('patchMergeKey')
      const patch = (strategy === 'merge' && mergeKey !== '' ? `merge:${mergeKey}` : strategy) as FieldPatch | undefined
      fields.set(Number(number), {
        type: left.split(/\s+/).at(-1) ?? '',
        json,
        inline: options.includes('inline'),
        omitempty: options.includes('omitempty'),
        omitzero: options.includes('omitzero'),
        patch,
      })
    }
    structs.set(name, { kind: /^\t(metav1\.)?TypeMeta /m.test(body), fields })
  }
  return structs
}

function presenceOf(field: ProtoField, go: GoField): FieldPresence {
  if (go.type.startsWith('*')) return go.omitempty ? 'pointer' : 'nullable'
  const isStruct = field.rule === 'one' && field.type.includes('.') && !go.type.endsWith('Verbs')
  if (isStruct) return go.omitzero ? 'omitzero' : 'always'
  return go.omitempty ? 'omitempty' : 'always'
}

/** Messages whose JSON is not an object with the struct's fields: decoded as the .proto has them, then given their form. */
function plainRow(field: ProtoField): FieldRow {
  return [field.number, field.name, field.type, field.rule, 'pointer']
}

function rowOf(field: ProtoField, go: GoField): FieldRow {
  const row = [field.number, go.json, field.type, go.inline ? 'inline' : field.rule, presenceOf(field, go)] as const
  return go.patch === undefined ? row : [...row, go.patch]
}

/** What Go's decoder calls the type in its messages, where the protobuf type does not tell: `v1.FinalizerName`, `types.UID`. */
function goTypeOf(field: ProtoField, go: GoField): string | undefined {
  const name = go.type
    .replace(/^\*/, '')
    .replace(/\b(?:metav1|rbacv1|corev1|v1)\./g, 'v1.')
    .replace(/(^|\])(\*?)([A-Z])/g, '$1v1.$3')
    .replace('[]byte', '[]uint8')
  return name === plainGoType(field) ? undefined : name
}

const GO_SCALARS: Readonly<Record<string, string>> = { double: 'float64', bytes: '[]uint8' }

function plainGoType({ type, rule }: ProtoField): string {
  const one = type.includes('.') ? `v1.${type.slice(type.lastIndexOf('.') + 1)}` : (GO_SCALARS[type] ?? type)
  return rule === 'list' ? `[]${one}` : rule === 'map' ? `map[string]${one}` : one
}

const PLAIN = /\.(Time|MicroTime|FieldsV1|Verbs|RawExtension|Quantity|JSON|ExtraValue|Unknown|JSONSchemaPropsOr\w+)$/

const rows = new Map<string, FieldRow[]>()
const kinds = new Map<string, string[]>()
const goTypes = new Map<string, string>()

for (const { prefix, module, directory, kinds: wanted } of PACKAGES) {
  const { Dir } = JSON.parse(
    execFileSync('go', ['mod', 'download', '-json', `${module}@${VERSION}`], { encoding: 'utf8' }),
  )
  const place = join(Dir, directory)
  const sources = readdirSync(place).filter((file) => file.endsWith('.go') && !/_test\.go$|^zz_|\.pb\.go$/.test(file))
  const structs = parseGo(sources.map((file) => readFileSync(join(place, file), 'utf8')).join('\n'))
  for (const [name, fields] of parseProto(readFileSync(join(place, 'generated.proto'), 'utf8'), prefix)) {
    const struct = structs.get(name)
    const full = `${prefix}.${name}`
    rows.set(
      full,
      fields.flatMap((field) => {
        if (PLAIN.test(full)) return [plainRow(field)]
        const go = struct?.fields.get(field.number)
        if (go === undefined || go.json === '-') return []
        const goType = goTypeOf(field, go)
        if (goType !== undefined) goTypes.set(`${full}.${go.json}`, goType)
        return [rowOf(field, go)]
      }),
    )
    const isWanted = wanted === undefined ? struct?.kind === true : wanted.includes(name)
    if (isWanted) kinds.set(prefix, [...(kinds.get(prefix) ?? []), name])
  }
}

const reached = new Set<string>()
function reach(name: string): void {
  if (reached.has(name)) return
  reached.add(name)
  const fields = rows.get(name)
  if (fields === undefined) throw new Error(`no message ${name}`)
  for (const [, , type] of fields) if (type.includes('.')) reach(type)
}
for (const [prefix, names] of kinds) for (const name of names) reach(`${prefix}.${name}`)

rmSync(OUTPUT, { recursive: true, force: true })
mkdirSync(OUTPUT, { recursive: true })
for (const { prefix } of PACKAGES) {
  const names = [...reached].filter((name) => name.startsWith(`${prefix}.`)).sort()
  const variable = prefix.replace(/\/v(\d)$/, 'V$1')
  const lines = names.map((name) => {
    const fields = (rows.get(name) ?? []).map((row) => `      [${row.map(printed).join(', ')}],\n`).join('')
    return `    ${name.slice(prefix.length + 1)}: [\n${fields}    ],\n`
  })
  const source = [
    `// Generated by scripts/generate-protobuf.ts from Kubernetes ${VERSION.replace('v0', 'v1')}. Do not edit.\n`,
    `import type { MessageRows } from '../message-table.ts'\n\n`,
    `export const ${variable}: MessageRows = {\n`,
    `  kinds: [${(kinds.get(prefix) ?? []).sort().map(printed).join(', ')}],\n`,
    `  messages: {\n${lines.join('')}  },\n}\n`,
  ]
  writeFileSync(join(OUTPUT, `${prefix.replace('/', '-')}.ts`), source.join(''))
}

const goTypeLines = [...goTypes]
  .filter(([name]) => reached.has(name.slice(0, name.lastIndexOf('.'))))
  .map(([name, type]) => `  ['${name}', '${type}'],\n`)
writeFileSync(
  join(OUTPUT, 'go-types.ts'),
  [
    `// Generated by scripts/generate-protobuf.ts from Kubernetes ${VERSION.replace('v0', 'v1')}. Do not edit.\n`,
    `/** Types of fields as Go names them in its messages, where the protobuf type does not tell. */\n`,
    `export const GO_TYPES: ReadonlyMap<string, string> = new Map([\n${goTypeLines.join('')}])\n`,
  ].join(''),
)

function printed(value: number | string | undefined): string {
  return typeof value === 'number' ? String(value) : `'${value}'`
}
