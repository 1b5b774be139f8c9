/**
 * A request's way from its bytes to its answer, one step after the other: who calls, which logical cluster, what is asked
 * for, may they, and then the verb's handler. There is no other way in: a socket and a caller in the process both come here.
 */
import {
  type ApiResponse,
  badRequest,
  expired,
  type Handler,
  internalError,
  methodNotAllowed,
  methodNotRouted,
  parseFieldSelector,
  pathNotFound,
  requestEntityTooLarge,
  resourceNotServed,
  StatusError,
  serviceUnavailable,
  type UserInfo,
} from '../machinery/index.ts'
import { isStoreError, MAX_COMMIT_BYTES, StoreError } from '../storage/index.ts'
import type { Answer } from './answer.ts'
import type { Authenticator } from './authentication/authenticator.ts'
import { impersonate } from './authentication/impersonation.ts'
import { type Attributes, forbiddenBy, resourceAttributes } from './authorization/attributes.ts'
import type { Authorizer } from './authorization/authorizer.ts'
import type { RequestContext, ServerParts } from './context.ts'
import type { DefinitionSet, ResourceDefinition } from './definition.ts'
import { countedPath, type Diagnostics } from './diagnostics.ts'
import { chooseForm } from './form.ts'
import { handle } from './handlers/handle.ts'
import { ALL_CLUSTERS } from './keys.ts'
import { serveNonResource } from './non-resource.ts'
import type { Observer } from './observer.ts'
import type { RequestRecord } from './request-record.ts'
import { respond, respondStatus } from './response.ts'
import { findRoute, type RequestInfo } from './route.ts'
import { findScope } from './scope.ts'
import type { VirtualWorkspace } from './shared-definitions.ts'
import { createTurns, type Turns } from './turns.ts'

export interface PipelineOptions {
  readonly parts: ServerParts
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  /** A fault of ours, with what it was doing; never a client's mistake, never a body. */
  readonly report: (error: unknown, fields: Readonly<Record<string, string>>) => void
  readonly observer: Observer
  readonly diagnostics: Diagnostics
  readonly virtualWorkspace: (path: string) => Promise<VirtualWorkspace | undefined>
  /** Shared definitions whose objects are stored under an identity. */
  readonly identified: (identity: string) => Promise<DefinitionSet | undefined>
}

export function createPipeline(options: PipelineOptions): Handler {
  const turns = createTurns()
  const { observer } = options
  return async (request) => {
    const record = observer.begin(request)
    return observer.answered(record, await answerTo(options, turns, record))
  }
}

/** Failures are answers, too. */
async function answerTo(options: PipelineOptions, turns: Turns, record: RequestRecord): Promise<ApiResponse> {
  const { request } = record
  const warnings: string[] = []
  const { accept } = request.headers
  try {
    return await serve(options, turns, record, warnings)
  } catch (error) {
    if (error instanceof StatusError) return respondStatus(error, warnings, accept, refusals.has(error))
    if (request.signal.aborted) return respondStatus(serviceUnavailable('the request was cancelled'), warnings, accept)
    const known = statusOfStoreError(error)
    if (known?.status.code !== 413) options.report(error, { method: request.method, path: pathOf(request.url) })
    return respondStatus(known ?? internalError('see the log of the server'), warnings, accept)
  }
}

async function serve(
  { parts, authenticator, authorizer, virtualWorkspace, identified, diagnostics }: PipelineOptions,
  turns: Turns,
  record: RequestRecord,
  warnings: string[],
): Promise<ApiResponse> {
  const { request } = record
  // What any process has committed before is seen by this request; what needs no store is answered without it.
  if (parts.store.fresh !== undefined && OF_THE_STORE.test(request.url)) await confirmed(parts.store.fresh())
  const caller = await authenticator.authenticate(request)
  const view = await virtualWorkspace(pathOf(request.url))
  const { cluster, path } = view ?? (await findScope(pathOf(request.url), parts.store))
  const query = new URLSearchParams(request.url.slice(pathOf(request.url).length + 1))
  const info = findRoute(request.method, path, query)
  record.caller = caller
  record.cluster = cluster
  record.info = info
  const refuse = async (attributes: Attributes): Promise<StatusError | undefined> => {
    const decision = await authorizer.authorize(attributes)
    return decision.allowed ? undefined : refused(forbiddenBy(attributes, decision))
  }
  const within = view?.guard.cluster ?? cluster
  const user = await impersonated(request.headers, caller, {
    cluster: within,
    refuse: (wanted) => refuse({ ...wanted, cluster: within, resourceRequest: true, path: '' }),
    refuseOn: (mode) => refuse({ ...attributesOf(caller, within, info), verb: `impersonate-on:${mode}:${info.verb}` }),
  })
  record.user = user
  const asked = { ...attributesOf(user, cluster, info), name: info.name || selectedName(info, query) }
  const refusal = view === undefined ? await refuse(asked) : await refuseView(view, asked, info, authorizer)
  if (refusal !== undefined) throw refusal
  const context: RequestContext = { request, user, cluster, info, query, parts, warnings }
  const definitionsOf = view === undefined ? parts.definitionsOf : async () => view.definitions
  if (!info.isResource) {
    record.nonResourcePath = countedPath(info.path)
    const diagnosis = await diagnostics(context)
    if (diagnosis !== undefined) return respond(context, diagnosis)
    return respond(context, await serveNonResource({ ...context, parts: { ...parts, definitionsOf } }))
  }
  const labels = view?.labels(info)
  if (labels !== undefined)
    query.set('labelSelector', [query.get('labelSelector') ?? '', labels].filter(Boolean).join())
  const [resource = '', identity] = cluster === ALL_CLUSTERS ? info.resource.split(':') : [info.resource]
  const definitions =
    (identity === undefined ? undefined : await identified(identity)) ?? (await definitionsOf(cluster))
  const definition = definitions.find(info.group, info.version, identity === undefined ? info.resource : resource)
  if (definition === undefined) throw unknownResource(definitions, info)
  record.definition = definition
  if (info.deeper === true && definition.builtIn) throw resourceNotServed()
  checkMethod(definition, info, request.method)
  checkPlacement(definition, info)
  if (definition.deprecationWarning !== undefined) warnings.push(definition.deprecationWarning)
  // What cannot be answered in a form that the client takes is not begun.
  const wanted = { ...context, definition }
  chooseForm(wanted)
  const answer = (): Promise<Answer> => handle(wanted)
  const answered = WRITES.has(info.verb) ? await turns.take(cluster, request.signal, answer) : await answer()
  return respond(wanted, answered)
}

/** Of the authorizer: upstream tells browsers not to guess what these answers are (responsewriters.Forbidden). */
const refusals = new WeakSet<StatusError>()

function refused(error: StatusError): StatusError {
  refusals.add(error)
  return error
}

/** So are all that refuse to act as somebody else (responsewriters.RespondWithError). */
async function impersonated(...asked: Parameters<typeof impersonate>): Promise<UserInfo> {
  try {
    return await impersonate(...asked)
  } catch (error) {
    throw error instanceof StatusError ? refused(error) : error
  }
}

async function confirmed(fresh: Promise<void>): Promise<void> {
  try {
    await fresh
  } catch (error) {
    if (!isStoreError(error, 'failed')) throw error
    throw serviceUnavailable('the store cannot be reached: nothing was changed', RETRY_SECONDS)
  }
}

/** What apiserver/pkg/storage/errors has for a store that cannot be reached. */
const RETRY_SECONDS = 2
const OF_THE_STORE = /^\/(?:clusters|services|apis?)\//
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])

/** Who may use a virtual workspace is said where what it shows comes from; the logical clusters shown are not asked. */
async function refuseView(
  { guard, refusal }: VirtualWorkspace,
  asked: Attributes,
  info: RequestInfo,
  authorizer: Authorizer,
): Promise<StatusError | undefined> {
  const decision = await authorizer.authorize(resourceAttributes({ user: asked.user, verb: asked.verb, ...guard }))
  if (!decision.allowed) return refused(forbiddenBy(asked, decision))
  const reason = await refusal(info)
  return reason === undefined ? undefined : refused(forbiddenBy(asked, { allowed: false, denied: true, reason }))
}

function attributesOf(user: UserInfo, cluster: string, info: RequestInfo): Attributes {
  const { verb, group, version, resource, subresource, namespace, name, path } = info
  return {
    user,
    verb,
    cluster,
    resourceRequest: info.isResource,
    group,
    version,
    resource,
    subresource,
    namespace,
    name,
    path,
  }
}

/** A namespaced object is reached through its namespace, where it is written, too; a cluster-scoped one is not. */
function checkPlacement({ namespaced, builtIn, group }: ResourceDefinition, info: RequestInfo): void {
  const { resource, namespace, name, verb } = info
  if (!namespaced) {
    if (namespace !== '' && !(group === '' && resource === 'namespaces')) throw notPlaced()
    return
  }
  if (namespace !== '') return
  if (name !== '') throw notPlaced()
  if (verb !== 'list' && verb !== 'watch') throw builtIn ? methodNotRouted() : pathNotFound()

  function notPlaced(): StatusError {
    return builtIn ? resourceNotServed() : pathNotFound()
  }
}

/** Upstream's built-in resources are routed by method, custom ones by verb. */
function checkMethod({ builtIn, group, names }: ResourceDefinition, { verb }: RequestInfo, method: string): void {
  if (builtIn && (verb === '' || method === 'HEAD')) throw methodNotRouted()
  if (verb === '') throw methodNotAllowed({ group, resource: names.plural }, '')
}

/** Upstream's built-in groups answer with a Status, its custom resource handler with plain text. */
function unknownResource({ all }: DefinitionSet, { group }: RequestInfo): StatusError {
  return all.some((one) => one.builtIn && one.group === group) ? resourceNotServed() : pathNotFound()
}

/** A collection that a field selector narrows to one name is asked for by that name (RequestInfoFactory). */
function selectedName({ isResource, verb }: RequestInfo, query: URLSearchParams): string {
  const selector = query.get('fieldSelector')
  if (!isResource || selector === null || !NARROWED.has(verb)) return ''
  const parsed = parseFieldSelector(selector)
  return (parsed.ok ? parsed.value.exactMatch('metadata.name') : undefined) ?? ''
}

const NARROWED = new Set(['list', 'watch', 'deletecollection'])

function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}

function statusOfStoreError(error: unknown): StatusError | undefined {
  if (!(error instanceof StoreError)) return undefined
  if (error.reason === 'full')
    return serviceUnavailable(
      'the data directory has no space left: nothing was written; free some space and try again',
    )
  if (error.reason === 'tooLarge') return requestEntityTooLarge(MAX_COMMIT_BYTES)
  if (error.reason === 'closed') return serviceUnavailable('the server is stopping')
  if (error.reason === 'future') return badRequest(error.message)
  if (error.reason === 'unreadable') return internalError(error.message)
  if (error.reason === 'compacted') return expired(error.message)
  return internalError('the store has failed; whether the change was written is not known')
}
