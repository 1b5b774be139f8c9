/** /openapi/v3: an index with a hash of each group version's document, and the documents, made when they are asked for. */
import { createHash } from 'node:crypto'
import type { JsonObject } from '../../machinery/index.ts'
import type { DefinitionSet } from '../definition.ts'
import { boundedCache } from '../discovery/bounded-cache.ts'
import { contentKey } from '../discovery/content-key.ts'
import { type ServedVersion, servedGroups } from '../discovery/served-groups.ts'
import { kindSchemas } from './kind-schemas.ts'
import { META_SCHEMAS } from './meta-schemas.ts'
import { groupVersionPath, resourcePaths } from './paths.ts'

export interface OpenAPIDocument {
  readonly contentType: string
  /** In quotes, as the header has it. */
  readonly etag: string
  readonly body: Buffer
  /** The URL named the hash: what is under it never changes. */
  readonly immutable: boolean
}

/** How many documents are kept: they can be large, and most are asked for once a client. */
const KEPT = 64
const KEPT_INDEXES = 256

const documents = boundedCache<Buffer>(KEPT)
const hashes = boundedCache<ReadonlyMap<string, HashedVersion>>(KEPT_INDEXES)

interface HashedVersion {
  readonly served: ServedVersion
  readonly hash: string
}

/** Everything that the document is made of, so that it need not be made to know whether it has changed. */
function hashOf({ group, version, resources }: ServedVersion): string {
  const content = resources.map((definition) => [
    definition.names,
    definition.namespaced,
    definition.verbs,
    Object.keys(definition.subresources),
    definition.schemaHash,
  ])
  const hash = createHash('sha512').update(JSON.stringify([group, version, content]))
  return hash.digest('hex').toUpperCase()
}

function hashedVersions(definitions: DefinitionSet): ReadonlyMap<string, HashedVersion> {
  return hashes(contentKey(definitions), () => {
    const all = servedGroups(definitions).flatMap((group) => group.versions)
    return new Map(
      all.map((served) => [groupVersionPath(served.group, served.version), { served, hash: hashOf(served) }]),
    )
  })
}

export function openAPIOf({ resources }: Pick<ServedVersion, 'resources'>): JsonObject {
  const schemas: Record<string, JsonObject> = { ...META_SCHEMAS }
  const paths: Record<string, JsonObject> = {}
  for (const definition of resources) {
    Object.assign(schemas, kindSchemas(definition))
    Object.assign(paths, resourcePaths(definition))
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths,
    components: {
      schemas,
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer Token authentication',
          name: 'authorization',
          in: 'header',
        },
      },
    },
  }
}

/**
 * The document at a path below the logical cluster: /openapi/v3 or /openapi/v3/apis/<group>/<version>.
 *
 * @param hash the query parameter of the same name, as the index gave it.
 * @returns undefined for what is not served.
 */
export function openAPIV3Document(definitions: DefinitionSet, path: string, hash = ''): OpenAPIDocument | undefined {
  const key = path.replace(/^\/?openapi\/v3\/?/, '').replace(/\/$/, '')
  const versions = hashedVersions(definitions)
  if (key === '') return indexOf(versions)
  const version = versions.get(key)
  if (version === undefined) return undefined
  const body = documents(version.hash, () => Buffer.from(JSON.stringify(openAPIOf(version.served))))
  return { contentType: 'application/json', etag: `"${version.hash}"`, body, immutable: hash === version.hash }
}

function indexOf(versions: ReadonlyMap<string, HashedVersion>): OpenAPIDocument {
  const paths = [...versions].map(([key, { hash }]) => [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` }])
  const body = Buffer.from(JSON.stringify({ paths: Object.fromEntries(paths) }))
  const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`
  return { contentType: 'application/json', etag, body, immutable: false }
}
