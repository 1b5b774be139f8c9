/** What a request may ask for besides its object, and how that is written in the query. Names are the API's own. */

export interface RequestOptions {
  /** For namespaced resources; an object's own metadata.namespace comes first. */
  readonly namespace?: string
  readonly signal?: AbortSignal
  /** Asks for another form of the answer: TABLE, PARTIAL_METADATA. */
  readonly accept?: string
}

export interface GetOptions extends RequestOptions {
  readonly resourceVersion?: string
  readonly subresource?: string
}

export interface Selection {
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface ListOptions extends RequestOptions, Selection {
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
}

export interface WatchOptions extends RequestOptions, Selection {
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'NotOlderThan'
  readonly sendInitialEvents?: boolean
  readonly allowWatchBookmarks?: boolean
  readonly timeoutSeconds?: number
}

export interface WriteOptions extends RequestOptions {
  readonly dryRun?: boolean
  readonly fieldManager?: string
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
  readonly subresource?: string
}

export interface PatchOptions extends WriteOptions {
  /** Only for `apply`: take over fields that others manage. */
  readonly force?: boolean
}

export interface DeleteOptions extends RequestOptions {
  readonly dryRun?: boolean
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  readonly gracePeriodSeconds?: number
}

/** Server-side printed rows, as `kubectl get` asks for them. */
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
export const PARTIAL_METADATA = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json'
export const PARTIAL_METADATA_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json'

const IN_QUERY = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'allowWatchBookmarks',
  'timeoutSeconds',
  'fieldManager',
  'fieldValidation',
  'force',
] as const

/** `?limit=500&…`, or nothing. */
export function queryOf(options: object, watch = false): string {
  const query = new URLSearchParams()
  if (watch) query.set('watch', 'true')
  const given = options as Readonly<Record<string, unknown>>
  for (const key of IN_QUERY) {
    const value = given[key]
    if (value !== undefined && value !== '') query.set(key, String(value))
  }
  if (given.dryRun === true) query.set('dryRun', 'All')
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

/** The body of a delete. */
export function deleteBody(options: DeleteOptions): Buffer {
  const { preconditions, propagationPolicy, gracePeriodSeconds, dryRun } = options
  return Buffer.from(
    JSON.stringify({
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      ...(preconditions === undefined ? {} : { preconditions }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(dryRun === true ? { dryRun: ['All'] } : {}),
    }),
  )
}
