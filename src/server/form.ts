/**
 * The form in which a client wants objects: as they are, as a Table, or their metadata alone; as JSON or YAML. Chosen by
 * the Accept header (apiserver/pkg/endpoints/handlers/negotiation).
 */
import { notAcceptable } from '../machinery/index.ts'
import type { AnsweredRow } from './answer.ts'
import type { RequestContext } from './context.ts'
import type { ResourceDefinition } from './definition.ts'
import { partialObjectMetadata } from './printers/partial-object-metadata.ts'
import { tableOf } from './printers/table.ts'
import { presentObject } from './read.ts'
import { isCurrent, spliceWhole } from './row.ts'

export type IncludeObject = 'None' | 'Metadata' | 'Object'

export interface ObjectForm {
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata'
  readonly encoding: 'json' | 'yaml'
  readonly includeObject: IncludeObject
  readonly now: () => number
  /** Equal keys: equal bytes for the same object. */
  readonly key: string
}

const JSON_TYPES = new Set(['application/json', 'application/*', '*/*', ''])

/** The first media type of the Accept header that can be served. Protobuf answers are not served; clients accept JSON. */
export function chooseForm(context: RequestContext): ObjectForm {
  return choose(context, true)
}

/** For watches, whose events have no form in YAML. */
export function chooseStreamForm(context: RequestContext): ObjectForm {
  return choose(context, false)
}

function choose({ request, query, parts }: RequestContext, yaml: boolean): ObjectForm {
  const accept = request.headers.accept ?? ''
  const include = query.get('includeObject')
  const includeObject: IncludeObject = include === 'None' || include === 'Object' ? include : 'Metadata'
  for (const clause of accept.split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim())
    const media = type.toLowerCase()
    const encoding = JSON_TYPES.has(media) ? 'json' : yaml && media === 'application/yaml' ? 'yaml' : undefined
    const as = transformOf(parameters)
    if (encoding === undefined || as === undefined) continue
    return { as, encoding, includeObject, now: parts.now, key: as === 'Table' ? `${as}/${includeObject}` : as }
  }
  throw notAcceptable(['application/json', ...(yaml ? ['application/yaml'] : [])])
}

function transformOf(parameters: readonly string[]): ObjectForm['as'] | undefined {
  const value = (name: string): string | undefined =>
    parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1)
  const as = value('as')
  if (as === undefined) return 'object'
  if (value('g') !== 'meta.k8s.io' || value('v') !== 'v1') return undefined
  if (as === 'Table') return 'Table'
  return as.startsWith('PartialObjectMetadata') ? 'PartialObjectMetadata' : undefined
}

/** One object in that form, as JSON. */
export function objectBytes(
  definition: ResourceDefinition,
  form: ObjectForm,
  row: Pick<AnsweredRow, 'value' | 'version'>,
  cluster: string,
): Buffer {
  if (form.as === 'object' && isCurrent(definition, row.value)) return spliceWhole(definition, row, cluster)
  const object = presentObject(definition, { key: '', ...row }, cluster)
  if (form.as === 'object') return Buffer.from(JSON.stringify(object))
  if (form.as === 'PartialObjectMetadata') return Buffer.from(JSON.stringify(partialObjectMetadata(object)))
  const metadata = { resourceVersion: String(row.version) }
  const { includeObject } = form
  return Buffer.from(JSON.stringify(tableOf(definition, [object], { includeObject, now: form.now(), metadata })))
}
