/** The answer to a discovery request: a document, found by the path and what the client accepts. */
import { createHash } from 'node:crypto'
import { encodeProtobuf, type JsonObject, messageOf } from '../../machinery/index.ts'
import type { DefinitionSet } from '../definition.ts'
import type { Encoding } from '../form.ts'
import { apiGroupDiscoveryList } from './aggregated.ts'
import { boundedCache } from './bounded-cache.ts'
import { contentKey } from './content-key.ts'
import { type DiscoveryForm, discoveryForm } from './discovery-form.ts'
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy.ts'
import { servedGroups } from './served-groups.ts'

export interface DiscoveryDocument {
  readonly contentType: string
  readonly encoding: Encoding
  /** Of an aggregated one, in quotes, as the header has it; the same in every encoding. */
  readonly etag?: string
  /** JSON where YAML was asked for: who answers writes that. */
  readonly body: Buffer
}

/** An aggregated document of a workspace with some CRDs has about 30 KiB. */
const KEPT = 512

const kept = boundedCache<DiscoveryDocument | undefined>(KEPT)

/**
 * The document at a path below the logical cluster: /api, /apis, /api/v1, /apis/<group> or /apis/<group>/<version>.
 *
 * @param accept the Accept header; 406 (thrown) when it takes none of the forms.
 * @returns undefined for a path, group or version that is not served.
 */
export function discoveryDocument(
  definitions: DefinitionSet,
  path: string,
  accept: string,
): DiscoveryDocument | undefined {
  const segments = path.split('/').filter((segment) => segment !== '')
  const form = discoveryForm(accept, segments.length === 1)
  return kept(`${contentKey(definitions)} ${form.contentType} ${segments.join('/')}`, () => {
    const value = valueAt(definitions, segments, form)
    return value === undefined ? undefined : encode(value, form)
  })
}

function valueAt(
  definitions: DefinitionSet,
  segments: readonly string[],
  { aggregated }: DiscoveryForm,
): JsonObject | undefined {
  const groups = servedGroups(definitions)
  const [root, ...rest] = segments
  const isCore = root === 'api'
  if (!isCore && root !== 'apis') return undefined
  const named = groups.filter(({ name }) => (name === '') === isCore)
  if (rest.length === 0) {
    if (aggregated) return apiGroupDiscoveryList(named)
    return isCore ? apiVersions(named[0]) : apiGroupList(named)
  }
  const [groupName, versionName] = isCore ? ['', ...rest] : rest
  const group = named.find(({ name }) => name === groupName)
  if (group === undefined || rest.length > (isCore ? 1 : 2)) return undefined
  if (versionName === undefined) return apiGroup(group)
  const version = group.versions.find((served) => served.version === versionName)
  return version === undefined ? undefined : apiResourceList(version)
}

/** Only what is aggregated can be asked for by what one has of it (endpoints/discovery/aggregated/etag.go). */
function encode(value: JsonObject, { aggregated, encoding, contentType }: DiscoveryForm): DiscoveryDocument {
  const json = Buffer.from(JSON.stringify(value))
  return {
    contentType,
    encoding,
    ...(aggregated && { etag: `"${createHash('sha512').update(json).digest('hex').toUpperCase()}"` }),
    body: encoding === 'protobuf' ? messageBytes(value, aggregated) : json,
  }
}

function messageBytes(value: JsonObject, aggregated: boolean): Buffer {
  const table = messageOf(aggregated ? 'apidiscovery.k8s.io' : '', aggregated ? 'v2' : 'v1', String(value.kind))
  if (table === undefined) throw new Error(`no protobuf message of ${value.kind}`)
  return encodeProtobuf(table, value)
}
