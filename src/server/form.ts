/**
 * The form in which a client wants objects: as they are, as a Table, or their metadata alone; as JSON, YAML or Kubernetes
 * protobuf. Chosen by the Accept header (apiserver/pkg/endpoints/handlers/negotiation).
 */
import {
  badRequest,
  type Json,
  type KubeObject,
  messageOf,
  notAcceptable,
  notRepresentable,
  type StatusError,
  unreadable,
  wrongForm,
} from '../machinery/index.ts'
import { type AcceptClause, acceptClauses, isRoutable, takes } from './accept.ts'
import type { AnsweredRow } from './answer.ts'
import { internalPackage } from './built-in-body.ts'
import type { RequestContext } from './context.ts'
import type { ResourceDefinition } from './definition.ts'
import { partialObjectMetadata } from './printers/partial-object-metadata.ts'
import { tableOf } from './printers/table.ts'
import { protobufOf } from './protobuf-answer.ts'
import { presentObject } from './read.ts'
import { isTrue } from './route.ts'
import { isCurrent, spliceWhole } from './row.ts'

export type IncludeObject = 'None' | 'Metadata' | 'Object'

export type Encoding = 'json' | 'yaml' | 'protobuf'

export interface ObjectForm {
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata'
  /** Of meta.k8s.io, for what is no object as it is. */
  readonly metaVersion: string
  readonly encoding: Encoding
  /** JSON for people: indented. */
  readonly pretty: boolean
  /** Of PartialObjectMetadata: whether its list was asked for. */
  readonly asList: boolean
  readonly includeObject: IncludeObject
  /** Of a Table: whether it says what its columns are. */
  readonly headings: boolean
  readonly now: () => number
  /** Equal keys: equal bytes for the same object. */
  readonly key: string
}

export const MEDIA_TYPES: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
}
const ENCODINGS: readonly Encoding[] = ['json', 'yaml', 'protobuf']

/** What is asked for: its kind decides whether there is a protobuf message of it. */
export type FormContext = RequestContext & { readonly definition?: ResourceDefinition }

/** The best form of those that the Accept header takes and that the kind has; throws 406. */
export function chooseForm(context: FormContext): ObjectForm {
  const form = isRouted(context) ? choose(context) : undefined
  if (form === undefined) throw noForm(context)
  return form
}

/** Built-in kinds are behind upstream's router. */
function isRouted({ definition, request: { headers } }: FormContext): boolean {
  const { accept = '' } = headers
  return definition?.builtIn !== true || accept === MEDIA_TYPES.json || isRoutable(accept, ROUTED)
}

const WHOLE = ENCODINGS.map((encoding) => MEDIA_TYPES[encoding])
const ROUTED = new Set(WHOLE)
const STREAMED = [`${MEDIA_TYPES.json};stream=watch`, `${MEDIA_TYPES.protobuf};stream=watch`]

/** Built-in resources are refused by upstream's router, which also names what a watch of a collection is sent as. */
function noForm(context: FormContext): StatusError {
  if (isRouted(context)) return notAcceptable(WHOLE)
  const { info } = context
  const isCollection = info.name === '' && (info.verb === 'list' || info.verb === 'watch')
  return notRepresentable(isCollection ? [...WHOLE, ...STREAMED] : WHOLE)
}

/** Throws when the metadata of a list was asked for and the answer is one object, or the other way round. */
export function checkListForm({ as, asList }: ObjectForm, { definition }: FormContext, isList: boolean): void {
  if (as !== 'PartialObjectMetadata' || asList === isList || definition === undefined) return
  const asked = asList ? 'PartialObjectMetadataList' : 'PartialObjectMetadata'
  const { builtIn, group, names } = definition
  if (!builtIn && !isList) throw unreadable('content is not a list')
  const kind = isList ? names.listKind : names.kind
  throw wrongForm(asked, isList, builtIn ? `${internalPackage(group)}.${kind}` : 'unstructured.UnstructuredList')
}

/** For watches, whose events have no form in YAML. */
export function chooseStreamForm(context: FormContext): ObjectForm {
  const form = choose(context)
  if (form === undefined || form.encoding === 'yaml') {
    throw form === undefined ? noForm(context) : notAcceptable(STREAMED)
  }
  return form
}

/** A watch says once what the columns of its Tables are. */
export function withoutHeadings(form: ObjectForm): ObjectForm {
  return form.as === 'Table' ? { ...form, headings: false, key: `${form.key} bare` } : form
}

/** The encoding of a failure: whoever asked for a form that a Status does not have gets JSON (ErrorNegotiated). */
export function statusEncoding(accept: string | undefined): Encoding {
  if (accept === undefined) return 'json'
  for (const clause of acceptClauses(accept)) {
    if (clause.parameters.as !== undefined) continue
    const encoding = ENCODINGS.find((one) => takes(clause, MEDIA_TYPES[one]))
    if (encoding !== undefined) return encoding
  }
  return 'json'
}

function choose(context: FormContext): ObjectForm | undefined {
  const { request, query, parts } = context
  const { accept } = request.headers
  const pretty = isPretty(context)
  if (accept === undefined || accept === '') return formOf('object', 'json')
  for (const clause of acceptClauses(accept)) {
    for (const encoding of ENCODINGS) {
      if (!takes(clause, MEDIA_TYPES[encoding])) continue
      const as = transformOf(clause, encoding, context)
      if (as !== undefined) return formOf(as, encoding, clause.parameters)
    }
  }
  return undefined

  function formOf(
    as: ObjectForm['as'],
    encoding: Encoding,
    { as: asked, v: metaVersion = 'v1' }: AcceptClause['parameters'] = {},
  ): ObjectForm {
    const includeObject = as === 'Table' ? readIncludeObject(query) : 'Metadata'
    const key = as === 'Table' ? `${as}/${includeObject}` : as
    return {
      as,
      metaVersion,
      encoding,
      pretty,
      asList: asked === 'PartialObjectMetadataList',
      includeObject,
      headings: true,
      now: parts.now,
      key: `${encoding} ${key} ${metaVersion}`,
    }
  }
}

function readIncludeObject(query: URLSearchParams): IncludeObject {
  const text = query.get('includeObject') ?? ''
  if (text === 'None' || text === 'Object') return text
  if (text === '' || text === 'Metadata') return 'Metadata'
  const problem = `includeObject: Invalid value: ${JSON.stringify(text)}: must be 'Metadata', 'Object', 'None', or empty`
  throw badRequest(`Unable to convert to Table as requested: ${problem}`)
}

/** Undefined: not in this encoding, or not at all. */
function transformOf(
  { parameters }: AcceptClause,
  encoding: Encoding,
  context: FormContext,
): ObjectForm['as'] | undefined {
  const { as, g, v, stream } = parameters
  if (stream !== undefined && (stream !== 'watch' || encoding === 'yaml')) return undefined
  if (as === undefined && g === undefined && v === undefined) {
    return encoding !== 'protobuf' || hasMessage(context) ? 'object' : undefined
  }
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined
  if (as === 'Table') return encoding === 'protobuf' ? undefined : 'Table'
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? 'PartialObjectMetadata' : undefined
}

/** Custom resources have none, as upstream, and neither has their scale; a subresource may be of another kind. */
function hasMessage({ definition, info }: FormContext): boolean {
  if (definition === undefined) return true
  if (!definition.builtIn) return false
  const kind = Object.hasOwn(definition.subresources, info.subresource)
    ? definition.subresources[info.subresource]?.kind
    : undefined
  if (kind !== undefined) return messageOf(kind.group, kind.version, kind.kind) !== undefined
  return messageOf(definition.group, definition.version, definition.names.kind) !== undefined
}

const PEOPLE = /^(?:curl|Wget|Mozilla\/5\.0)/

/** JSON is indented for people: who says so, and who comes with a browser or curl. */
export function isPretty({ query, request }: RequestContext): boolean {
  const asked = query.get('pretty') ?? ''
  return asked === '' ? PEOPLE.test(request.headers['user-agent'] ?? '') : isTrue(asked)
}

/** One object in that form. In JSON, or in protobuf. */
export function objectBytes(
  definition: ResourceDefinition,
  form: ObjectForm,
  row: Pick<AnsweredRow, 'value' | 'version'>,
  cluster: string,
): Buffer {
  const isProtobuf = form.encoding === 'protobuf'
  if (!isProtobuf && form.as === 'object' && isCurrent(definition, row.value)) {
    return spliceWhole(definition, row, cluster)
  }
  return shownBytes(definition, form, presentObject(definition, { key: '', ...row }, cluster), row.version)
}

/** The same of an object that has been read from its row. */
export function shownBytes(
  definition: ResourceDefinition,
  form: ObjectForm,
  object: KubeObject,
  version: number,
): Buffer {
  const shown = shownAs(definition, form, object, version)
  return form.encoding === 'protobuf' ? protobufOf(shown as Json) : Buffer.from(JSON.stringify(shown))
}

/** The object as it is, its metadata, or a Table of it. */
export function shownAs(
  definition: ResourceDefinition,
  { as, metaVersion, includeObject, headings, now }: ObjectForm,
  object: KubeObject,
  version: number,
): object {
  if (as === 'object') return object
  if (as === 'PartialObjectMetadata') return partialObjectMetadata(object, metaVersion)
  const metadata = { resourceVersion: String(version) }
  return tableOf(definition, [object], { includeObject, metaVersion, headings, now: now(), metadata })
}
