/** Schemas of the types of Kubernetes: their structure as upstream publishes it, with descriptions of our own. */
import type { GroupVersion, Json, JsonObject } from '../../machinery/index.ts'
import { fieldsIn, objectsIn } from '../builtins/untyped.ts'
import { DESCRIPTIONS } from './descriptions.ts'
import { BUILT_IN_SCHEMAS } from './generated/built-in-schemas.ts'
import { GROUP_VERSION_KIND, META } from './schema-names.ts'

export const API_VERSION: JsonObject = {
  type: 'string',
  description:
    'The versioned schema of this representation of an object, as group/version, or the version alone in the core group.',
}
export const KIND: JsonObject = {
  type: 'string',
  description: 'The kind of object that this is, in CamelCase. Cannot be updated.',
}
export const OBJECT_META = 'Standard metadata of an object.'
export const LIST_META = 'Standard metadata of a list.'

/** @returns undefined for a name that is none of Kubernetes. */
export function builtInSchema(name: string): JsonObject | undefined {
  const text = BUILT_IN_SCHEMAS.get(name)
  if (text === undefined) return undefined
  const schema = JSON.parse(text) as JsonObject
  // `core.v1.Secret`: what is in front of it is the same for all.
  const own = DESCRIPTIONS[name.split('.').slice(-3).join('.')] ?? {}
  if (own[''] !== undefined) schema.description = own['']
  for (const [field, property] of Object.entries(fieldsIn(schema.properties))) {
    const description = own[field] ?? COMMON[field] ?? metadataOf(field, property as Json)
    if (description !== undefined) (property as JsonObject).description = description
  }
  return schema
}

const COMMON: Readonly<Record<string, string>> = {
  apiVersion: String(API_VERSION.description),
  kind: String(KIND.description),
  items: 'The objects.',
}

function metadataOf(field: string, property: Json): string | undefined {
  if (field !== 'metadata') return undefined
  return JSON.stringify(property).includes(`${META}.ListMeta`) ? LIST_META : OBJECT_META
}

/** The schemas that these parts of a document refer to, and those that they refer to. */
export function referredTo(parts: readonly JsonObject[]): Record<string, JsonObject> {
  const found: Record<string, JsonObject> = {}
  const open = [...parts]
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    for (const [, name = ''] of JSON.stringify(part).matchAll(REFERENCE)) {
      const schema = Object.hasOwn(found, name) ? undefined : builtInSchema(name)
      if (schema === undefined) continue
      found[name] = schema
      open.push(schema)
    }
  }
  return found
}

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g

/** What every group version has. */
const EVERYWHERE = ['DeleteOptions', 'WatchEvent']
/** Documents of custom resources are made with client-go, which does not register these. */
const UNREGISTERED = new Set(
  ['admission', 'apiextensions', 'apiregistration', 'imagepolicy'].map((name) => `${name}.k8s.io`),
)

/** In the document of one group version of built-in kinds these are its own and the core's. */
export function withKindsOf({ group, version }: GroupVersion, schemas: Record<string, JsonObject>): void {
  for (const kind of EVERYWHERE) {
    const schema = schemas[`${META}.${kind}`]
    const own = group === '' ? [] : [{ group, kind, version }]
    if (schema !== undefined) schema[GROUP_VERSION_KIND] = [{ group: '', kind, version: 'v1' }, ...own]
  }
}

export function withRegisteredKinds(schemas: Record<string, JsonObject>): void {
  for (const kind of EVERYWHERE) {
    const schema = schemas[`${META}.${kind}`]
    if (schema === undefined) continue
    const kinds = objectsIn(schema[GROUP_VERSION_KIND]) as readonly JsonObject[]
    schema[GROUP_VERSION_KIND] = kinds.filter(({ group }) => !UNREGISTERED.has(String(group)))
  }
}
