/** /openapi/v3: an index with a hash of each group version's document, and the documents, made when they are asked for. */
import { createHash } from 'node:crypto'
import type { JsonObject } from '../../machinery/index.ts'
import type { DefinitionSet } from '../definition.ts'
import { boundedCache } from '../discovery/bounded-cache.ts'
import { contentKey } from '../discovery/content-key.ts'
import { type ServedVersion, servedGroups } from '../discovery/served-groups.ts'
import { KUBERNETES } from '../version.ts'
import { referredTo, withKindsOf, withRegisteredKinds } from './built-in-schema.ts'
import type { Published } from './custom-schema.ts'
import { kindSchemas } from './kind-schemas.ts'
import { groupVersionPath, groupVersionPaths, resourcePaths } from './paths.ts'
import { rootPaths } from './root-paths.ts'

export interface OpenAPIDocument {
  /** Of everything that it is made of: what the index calls it by. */
  readonly hash: string
  readonly body: Buffer
  /** When it was made, in milliseconds since the epoch. */
  readonly modified: number
}

/** How many documents are kept: they can be large, and most are asked for once a client. */
const KEPT = 64
const KEPT_INDEXES = 256

const documents = boundedCache<OpenAPIDocument>(KEPT)
const hashes = boundedCache<ReadonlyMap<string, Makeable>>(KEPT_INDEXES)

/** A document that can be made. */
interface Makeable {
  readonly hash: string
  readonly make: () => JsonObject
}

/** To be raised when documents change although what they are made of does not: clients keep them by their hashes. */
const FORM = 2

/** Everything that the document is made of, so that it need not be made to know whether it has changed. */
function hashOf({ group, version, resources }: ServedVersion): string {
  const content = resources.map((definition) => [
    definition.names,
    definition.namespaced,
    definition.verbs,
    Object.keys(definition.subresources),
    definition.schemaHash,
  ])
  return digest([FORM, group, version, content])
}

function digest(content: unknown): string {
  return createHash('sha512').update(JSON.stringify(content)).digest('hex').toUpperCase()
}

/** By their keys: `apis/<group>/<version>`, `version`. */
function makeableOf(definitions: DefinitionSet): ReadonlyMap<string, Makeable> {
  return hashes(contentKey(definitions), () => {
    const groups = servedGroups(definitions)
    const versions = groups.flatMap((group) => group.versions)
    return new Map([
      ...Object.entries(rootPaths(groups)).map(([key, paths]): [string, Makeable] => [
        key,
        { hash: digest([FORM, key]), make: () => openAPIOf([], 'v3', paths) },
      ]),
      ...versions.map((served): [string, Makeable] => [
        groupVersionPath(served.group, served.version),
        { hash: hashOf(served), make: () => openAPIOf([served], 'v3') },
      ]),
    ])
  })
}

function isBuiltIn({ resources }: ServedVersion): boolean {
  return resources.some(({ builtIn }) => builtIn)
}

/** Of these group versions together, and of these paths; `v2`: for a document of Swagger 2.0, which is made of it. */
export function openAPIOf(
  versions: readonly ServedVersion[],
  published: Published,
  more: Readonly<Record<string, JsonObject>> = {},
): JsonObject {
  const schemas: Record<string, JsonObject> = {}
  const paths: Record<string, JsonObject> = { ...more }
  for (const served of versions) {
    for (const definition of served.resources) {
      Object.assign(schemas, kindSchemas(definition, published))
      Object.assign(paths, resourcePaths(definition))
    }
    if (isBuiltIn(served)) Object.assign(paths, groupVersionPaths(served))
  }
  Object.assign(schemas, referredTo([paths, schemas]))
  const [only] = versions
  const isCustom = only !== undefined && !versions.some(isBuiltIn)
  if (published === 'v3' && isCustom) withRegisteredKinds(schemas)
  else if (published === 'v3' && only !== undefined) withKindsOf(only, schemas)
  return {
    openapi: '3.0.0',
    info: isCustom ? CUSTOM_INFO : { title: 'Kubernetes', version: `${KUBERNETES.major}.${KUBERNETES.minor}` },
    paths,
    components: {
      ...(Object.keys(schemas).length > 0 && { schemas }),
      ...(!isCustom && { securitySchemes: { BearerToken: BEARER_TOKEN } }),
    },
  }
}

/** apiextensions-apiserver/pkg/controller/openapi/builder */
const CUSTOM_INFO = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' }
const BEARER_TOKEN = {
  type: 'apiKey',
  description: 'Bearer Token authentication',
  name: 'authorization',
  in: 'header',
}

/**
 * @param key below /openapi/v3: `apis/<group>/<version>`, `version`
 * @returns undefined for what is not served.
 */
export function openAPIV3Document(
  definitions: DefinitionSet,
  key: string,
  now: () => number,
): OpenAPIDocument | undefined {
  const makeable = makeableOf(definitions).get(key)
  if (makeable === undefined) return undefined
  const { hash, make } = makeable
  return documents(hash, () => ({ hash, body: Buffer.from(JSON.stringify(make())), modified: now() }))
}

/** Which documents there are, and where: by their hashes. */
export function openAPIV3Index(definitions: DefinitionSet): Buffer {
  const paths = [...makeableOf(definitions)].map(([key, { hash }]) => [key, { serverRelativeURL: pathOf(key, hash) }])
  return Buffer.from(JSON.stringify({ paths: Object.fromEntries(paths) }))
}

/** Below the logical cluster. */
export function pathOf(key: string, hash: string): string {
  return `/openapi/v3/${key}?hash=${hash}`
}
