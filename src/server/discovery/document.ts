/** The answer to a discovery request: a document, found by the path and what the client accepts. */
import { createHash } from 'node:crypto'
import { type JsonObject, notAcceptable } from '../../machinery/index.ts'
import type { DefinitionSet } from '../definition.ts'
import { type AggregatedVersion, apiGroupDiscoveryList } from './aggregated.ts'
import { boundedCache } from './bounded-cache.ts'
import { contentKey } from './content-key.ts'
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy.ts'
import { servedGroups } from './served-groups.ts'

export interface DiscoveryDocument {
  readonly contentType: string
  /** In quotes, as the header has it. */
  readonly etag: string
  readonly body: Buffer
}

type Form = 'legacy' | AggregatedVersion

/** An aggregated document of a workspace with some CRDs has about 30 KiB. */
const KEPT = 512

const kept = boundedCache<DiscoveryDocument | undefined>(KEPT)

/**
 * The document at a path below the logical cluster: /api, /apis, /api/v1, /apis/<group> or /apis/<group>/<version>.
 *
 * @param accept the Accept header; 406 (thrown) when it excludes JSON.
 * @returns undefined for a path, group or version that is not served.
 */
export function discoveryDocument(
  definitions: DefinitionSet,
  path: string,
  accept: string,
): DiscoveryDocument | undefined {
  const segments = path.split('/').filter((segment) => segment !== '')
  const form = formOf(accept, segments.length === 1)
  return kept(`${contentKey(definitions)} ${form} ${segments.join('/')}`, () => {
    const value = valueAt(definitions, segments, form)
    return value === undefined ? undefined : encode(value, form)
  })
}

function valueAt(definitions: DefinitionSet, segments: readonly string[], form: Form): JsonObject | undefined {
  const groups = servedGroups(definitions)
  const [root, ...rest] = segments
  const isCore = root === 'api'
  if (!isCore && root !== 'apis') return undefined
  const named = groups.filter(({ name }) => (name === '') === isCore)
  if (rest.length === 0) {
    if (form !== 'legacy') return apiGroupDiscoveryList(named, form)
    return isCore ? apiVersions(named[0]) : apiGroupList(named)
  }
  const [groupName, versionName] = isCore ? ['', ...rest] : rest
  const group = named.find(({ name }) => name === groupName)
  if (group === undefined || rest.length > (isCore ? 1 : 2)) return undefined
  if (versionName === undefined) return apiGroup(group)
  const version = group.versions.find((served) => served.version === versionName)
  return version === undefined ? undefined : apiResourceList(version)
}

function encode(value: JsonObject, form: Form): DiscoveryDocument {
  const body = Buffer.from(JSON.stringify(value))
  const aggregated = form === 'legacy' ? '' : `;g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`
  return {
    contentType: `application/json${aggregated}`,
    etag: `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`,
    body,
  }
}

const JSON_TYPES = new Set(['', '*/*', 'application/*', 'application/json'])

/** The first form of the Accept header that can be served; documents of one group exist in one form only. */
function formOf(accept: string, isRoot: boolean): Form {
  for (const clause of accept.split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim())
    if (!JSON_TYPES.has(type.toLowerCase())) continue
    const asked = new Map(parameters.map((text) => text.split('=', 2) as [string, string]))
    if (!asked.has('as')) return 'legacy'
    const version = asked.get('v')
    const isList = asked.get('as') === 'APIGroupDiscoveryList' && asked.get('g') === 'apidiscovery.k8s.io'
    if (isRoot && isList && (version === 'v2' || version === 'v2beta1')) return version
  }
  throw notAcceptable(['application/json'])
}
