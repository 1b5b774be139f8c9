/** What every built-in kind has in common, so that its own file says only what is particular to it. */
import {
  hashSchema,
  type Json,
  type JsonObject,
  parseStructuralSchema,
  type StructuralSchema,
  structuralSchemaOf,
} from '../../machinery/index.ts'
import {
  ALL_VERBS,
  type PrinterColumn,
  type ResourceDefinition,
  type Strategy,
  type Subresource,
} from '../definition.ts'
import { goPrinters } from '../go-printers.ts'
import { DEFAULT_COLUMNS } from './columns.ts'
import { lazily } from './lazily.ts'

export interface BuiltIn {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly verbs?: ResourceDefinition['verbs']
  readonly subresources?: Readonly<Record<string, Subresource>>
  readonly columns?: readonly PrinterColumn[]
  readonly selectableFields?: readonly string[]
  readonly computedFields?: ResourceDefinition['computedFields']
  readonly nameRule?: ResourceDefinition['nameRule']
  readonly generation?: boolean
  readonly requiresResourceVersion?: boolean
  readonly createOnUpdate?: boolean
  readonly returnsDeleted?: boolean
  readonly storedForm?: ResourceDefinition['storedForm']
  readonly strategy?: Strategy
  /** For a kind whose protobuf messages are not known; default: the schema that they give. */
  readonly openAPIV3Schema?: () => JsonObject
}

export const STATUS: Subresource = { type: 'status', verbs: ['get', 'patch', 'update'] }
export const STATUS_AND_METADATA: Subresource = { ...STATUS, writesMetadata: true }

/** Schemas are compiled when first asked for: most processes never serve most kinds. */
export function builtIn(declared: BuiltIn): ResourceDefinition {
  const { group, version, kind, plural, namespaced } = declared
  const source = lazily(declared.openAPIV3Schema ?? (() => builtInSchema(group, version, kind)))
  const parsed = lazily(() => parsedOf(withLenientBytes(source()), kind))
  const hash = lazily(() => hashSchema(source()))
  return {
    group,
    version,
    storageVersion: version,
    names: {
      plural,
      singular: kind.toLowerCase(),
      kind,
      listKind: `${kind}List`,
      shortNames: declared.shortNames ?? [],
      categories: declared.categories ?? [],
    },
    namespaced,
    identity: 'builtin',
    verbs: declared.verbs ?? ALL_VERBS,
    subresources: declared.subresources ?? {},
    get schema() {
      return parsed()
    },
    get openAPIV3Schema() {
      return source()
    },
    get schemaHash() {
      return hash()
    },
    columns: declared.columns ?? DEFAULT_COLUMNS,
    selectableFields: declared.selectableFields ?? [],
    ...(declared.computedFields !== undefined && { computedFields: declared.computedFields }),
    nameRule: declared.nameRule ?? 'DNS1123Subdomain',
    generation: declared.generation ?? false,
    builtIn: true,
    ...(declared.requiresResourceVersion === true && { requiresResourceVersion: true }),
    ...(declared.createOnUpdate === true && { createOnUpdate: true }),
    ...(declared.returnsDeleted === true && { returnsDeleted: true }),
    ...(declared.storedForm !== undefined && { storedForm: declared.storedForm }),
    ...goPrinters({ group, version, kind }),
    strategy: declared.strategy ?? {},
  }
}

/** Throws for a kind that is not one of Kubernetes: a fault in a definition. */
export function builtInSchema(group: string, version: string, kind: string): JsonObject {
  const source = structuralSchemaOf(group, version, kind)
  if (source === undefined) throw new Error(`no schema of the built-in kind ${group}/${version} ${kind}`)
  return source
}

/**
 * Bytes may be empty, and their base64 may have line breaks, as Go's decoder has it; the format `byte`, which custom
 * resources are held to, allows neither.
 */
function withLenientBytes(schema: JsonObject): JsonObject {
  if (schema.format === 'byte') return { type: 'string', pattern: '^[A-Za-z0-9+/\\r\\n]*={0,2}[\\r\\n]*$' }
  const entries = Object.entries(schema).map(([key, value]): [string, Json] => [key, lenientValue(value)])
  return Object.fromEntries(entries)
}

function lenientValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(lenientValue)
  return typeof value === 'object' && value !== null ? withLenientBytes(value) : value
}

function parsedOf(source: JsonObject, kind: string): StructuralSchema {
  const parsed = parseStructuralSchema(source, '')
  if (!parsed.ok) throw new Error(`the schema of the built-in kind ${kind} is not structural`)
  return parsed.value
}
