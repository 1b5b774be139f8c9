import { badRequest, isStatus, type KubeList, type KubeObject } from '../machinery/index.ts'
import { readBody } from './answer.ts'
import { clusterPathOf, inClusterPrefix } from './cluster-prefix.ts'
import { createDiscovery, type Discovery } from './discovery.ts'
import { withItemKinds } from './item-kinds.ts'
import {
  type DeleteOptions,
  deleteBody,
  type GetOptions,
  type ListOptions,
  type PatchOptions,
  queryOf,
  type RequestOptions,
  type WatchOptions,
  type WriteOptions,
} from './options.ts'
import { type Call, createRequester, type Requester } from './requester.ts'
import { type ResourceRef, resourcePath } from './resource-ref.ts'
import type { Transport } from './transport.ts'
import { type WatchEvent, watchEvents } from './watch-events.ts'

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

export interface ClientOptions {
  readonly transport: Transport
  /** The prefix of all URLs, as the path of a kubeconfig's server: `/clusters/root:acme`, or `/` of a plain cluster. Default none. */
  readonly cluster?: string
  readonly userAgent?: string
  /** Milliseconds that a request other than a watch may take; default 60,000. */
  readonly timeout?: number
  /** Called with the text of each `Warning` header. */
  readonly onWarning?: (text: string) => void
}

/**
 * Reads and writes objects of any resource. Every failure that the server answers is thrown as a StatusError.
 *
 * @example
 * const client = createClient({ transport: inProcessTransport(handler, user), cluster: '/clusters/root:acme' })
 * const settings = await client.get(configMaps, 'settings', { namespace: 'default' })
 */
export interface Client {
  /** The prefix of this client's URLs. */
  readonly prefix: string
  readonly get: <T extends KubeObject>(resource: ResourceRef<T>, name: string, options?: GetOptions) => Promise<T>
  /** The whole collection, read in pages; `limit` is the size of a page (default 500). */
  readonly list: <T extends KubeObject>(resource: ResourceRef<T>, options?: ListOptions) => Promise<KubeList<T>>
  /** One request: at most `limit` objects, and where to continue. */
  readonly listPage: <T extends KubeObject>(resource: ResourceRef<T>, options?: ListOptions) => Promise<KubeList<T>>
  /** The objects of a collection one by one, a page in memory at a time. */
  readonly items: <T extends KubeObject>(resource: ResourceRef<T>, options?: ListOptions) => AsyncIterable<T>
  readonly create: <T extends KubeObject>(resource: ResourceRef<T>, object: T, options?: CreateOptions) => Promise<T>
  readonly update: <T extends KubeObject>(resource: ResourceRef<T>, object: T, options?: WriteOptions) => Promise<T>
  readonly updateStatus: <T extends KubeObject>(
    resource: ResourceRef<T>,
    object: T,
    options?: WriteOptions,
  ) => Promise<T>
  readonly patch: <T extends KubeObject>(
    resource: ResourceRef<T>,
    name: string,
    type: PatchType,
    patch: unknown,
    options?: PatchOptions,
  ) => Promise<T>
  /** The deleted object while finalizers keep it, otherwise a Status of success. */
  readonly delete: (resource: ResourceRef, name: string, options?: DeleteOptions) => Promise<KubeObject>
  readonly deleteCollection: (resource: ResourceRef, options?: DeleteOptions & ListOptions) => Promise<KubeObject>
  /** Ends when the server or the signal ends it; an ERROR event is thrown (410: list anew). Nothing is sent before the
   *  first event is asked for, and leaving the loop ends the request. */
  readonly watch: <T extends KubeObject>(
    resource: ResourceRef<T>,
    options?: WatchOptions,
  ) => AsyncIterable<WatchEvent<T>>
  /** A request of any other kind, as a JSON answer: `raw('GET', '/version')`. */
  readonly raw: (method: string, path: string, options?: RawOptions) => Promise<unknown>
  /** What this logical cluster serves. */
  readonly discovery: Discovery
  /** The same client in another logical cluster, given by path or name. */
  readonly inCluster: (path: string) => Client
}

export interface CreateOptions extends WriteOptions {
  /** The object that a subresource is created on (`token` of a service account). */
  readonly name?: string
}

export interface RawOptions {
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  readonly signal?: AbortSignal
}

const PAGE = 500

const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  // JSON is YAML; apply's media type has no JSON form.
  apply: 'application/apply-patch+yaml',
}

export function createClient(options: ClientOptions): Client {
  const requester = createRequester({
    transport: options.transport,
    userAgent: options.userAgent ?? 'keelson',
    timeout: options.timeout ?? 60_000,
    onWarning: options.onWarning,
  })
  return clientAt((options.cluster ?? '').replace(/\/$/, ''), requester)
}

function clientAt(prefix: string, requester: Requester): Client {
  const json = async (call: Call): Promise<unknown> => {
    const body = await readBody((await requester(prefix, call)).body)
    return body.length === 0 ? undefined : JSON.parse(body.toString())
  }
  const send = async <T>(
    method: string,
    path: string,
    options: RequestOptions,
    body?: Buffer,
    contentType = 'application/json',
  ): Promise<T> =>
    (await json({
      method,
      path,
      accept: options.accept,
      signal: options.signal,
      ...(body === undefined ? {} : { body, contentType }),
    })) as T

  let discovery: Discovery | undefined

  const client: Client = {
    prefix,

    get: (resource, name, options = {}) =>
      send('GET', itemPath(resource, name, options, options.subresource) + queryOf(options), options),

    listPage: async <T extends KubeObject>(resource: ResourceRef<T>, options: ListOptions = {}) =>
      withItemKinds(await send<KubeList<T>>('GET', collectionPath(resource, options) + queryOf(options), options)),

    async list<T extends KubeObject>(resource: ResourceRef<T>, options: ListOptions = {}) {
      let first: KubeList<T> | undefined
      const items: T[] = []
      try {
        for await (const page of pages(client, resource, options)) {
          first ??= page
          for (const item of page.items) items.push(item)
        }
      } catch (error) {
        // The history went by between two pages: once more in one piece, as client-go's pager does.
        if (first === undefined || !isStatus(error, 'Expired')) throw error
        const { limit: _, continue: __, ...unlimited } = options
        return await client.listPage(resource, unlimited)
      }
      const { continue: _, remainingItemCount: __, ...metadata } = first?.metadata ?? {}
      return { ...(first as KubeList<T>), metadata, items }
    },

    async *items(resource, options = {}) {
      for await (const page of pages(client, resource, options)) yield* page.items
    },

    create(resource, object, options = {}) {
      const namespace = namespaceOf(resource, object, options)
      if (resource.namespaced && namespace === '') throw badRequest('an empty namespace may not be set during creation')
      const path = resourcePath(resource, namespace, options.name ?? '', options.subresource ?? '')
      return send('POST', path + queryOf(options), options, encode(object))
    },

    update(resource, object, options = {}) {
      const scope = { namespace: namespaceOf(resource, object, options) }
      const path = itemPath(resource, object.metadata.name ?? '', scope, options.subresource)
      return send('PUT', path + queryOf(options), options, encode(object))
    },

    updateStatus: (resource, object, options = {}) =>
      client.update(resource, object, { ...options, subresource: 'status' }),

    patch(resource, name, type, patch, options = {}) {
      const path = itemPath(resource, name, options, options.subresource) + queryOf(options)
      return send('PATCH', path, options, encode(patch), PATCH_TYPES[type])
    },

    delete: (resource, name, options = {}) =>
      send('DELETE', itemPath(resource, name, options), options, deleteBody(options)),

    deleteCollection: (resource, options = {}) =>
      send('DELETE', collectionPath(resource, options) + queryOf(selectionOf(options)), options, deleteBody(options)),

    async *watch<T extends KubeObject>(resource: ResourceRef<T>, options: WatchOptions = {}) {
      const leaving = new AbortController()
      const signal = options.signal === undefined ? leaving.signal : AbortSignal.any([options.signal, leaving.signal])
      try {
        const path = collectionPath(resource, options) + queryOf(options, true)
        const response = await requester(prefix, { method: 'GET', path, accept: options.accept, signal, stream: true })
        yield* watchEvents<T>(response.body)
      } catch (error) {
        if (options.signal?.aborted !== true) throw error
      } finally {
        leaving.abort()
      }
    },

    raw: (method, path, { body, contentType = 'application/json', ...options } = {}) =>
      json({ method, path, ...options, ...(body === undefined ? {} : { body: encode(body), contentType }) }),

    get discovery() {
      discovery ??= createDiscovery(client.raw)
      return discovery
    },

    inCluster: (path) => (clusterPathOf(prefix) === path ? client : clientAt(inClusterPrefix(prefix, path), requester)),
  }
  return client
}

function encode(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body))
}

function namespaceOf(resource: ResourceRef, object: KubeObject, { namespace = '' }: RequestOptions): string {
  return resource.namespaced ? (object.metadata.namespace ?? namespace) : ''
}

function collectionPath(resource: ResourceRef, { namespace = '' }: RequestOptions): string {
  return resourcePath(resource, namespace, '', '')
}

/** client-go's two checks: with an empty name the URL would be the collection's, and a delete would empty it. */
function itemPath(resource: ResourceRef, name: string, { namespace = '' }: RequestOptions, subresource = ''): string {
  if (name === '') throw badRequest('resource name may not be empty')
  if (resource.namespaced && namespace === '') {
    throw badRequest('an empty namespace may not be set when a resource name is provided')
  }
  return resourcePath(resource, namespace, name, subresource)
}

/** The rest of the options of a deletecollection travels in its body. */
function selectionOf({
  labelSelector = '',
  fieldSelector = '',
  limit,
  continue: token = '',
}: ListOptions): ListOptions {
  return { labelSelector, fieldSelector, continue: token, ...(limit === undefined ? {} : { limit }) }
}

async function* pages<T extends KubeObject>(
  client: Client,
  resource: ResourceRef<T>,
  options: ListOptions,
): AsyncGenerator<KubeList<T>> {
  let page = await client.listPage(resource, { ...options, limit: options.limit ?? PAGE })
  yield page
  for (let token = page.metadata.continue; token !== undefined && token !== ''; token = page.metadata.continue) {
    // A continue token fixes the revision: resourceVersion must not be sent with it.
    const { resourceVersion: _, resourceVersionMatch: __, ...rest } = options
    page = await client.listPage(resource, { ...rest, limit: options.limit ?? PAGE, continue: token })
    yield page
  }
}
