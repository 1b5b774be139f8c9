/** kubectl's way from client-side to server-side apply (apimachinery/pkg/util/managedfields/internal/lastapplied*.go). */
import { goJson } from '../names/go-text.ts'
import { byteLength } from '../names/messages.ts'
import type { Json, JsonObject, KubeObject } from '../object.ts'
import { checkType } from './check-type.ts'
import { compare } from './compare.ts'
import { difference, hasPath } from './field-set.ts'
import type { FieldType } from './field-type.ts'
import type { Path } from './path-element.ts'
import { toFieldSet } from './to-field-set.ts'
import { isObject } from './value.ts'

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** apimachinery/pkg/api/validation.TotalAnnotationSizeLimitB. */
const MAX_ANNOTATION_BYTES = 256 * 1024

/**
 * Which fields kubectl owns because it applied them client-side and nobody has changed them since: conflicts about these
 * are none. Undefined when the object was not applied that way.
 */
export function allowedByLastApplied(
  type: FieldType | undefined,
  apiVersion: string,
  live: JsonObject,
): ((path: Path) => boolean) | undefined {
  const metadata = isObject(live.metadata) ? live.metadata : {}
  const annotation = isObject(metadata.annotations) ? metadata.annotations[LAST_APPLIED] : undefined
  if (type === undefined || typeof annotation !== 'string' || annotation === '') return undefined
  const applied = parse(annotation)
  if (!isObject(applied) || applied.apiVersion !== apiVersion) return undefined
  if ([applied, live].some((value) => checkType(type, value, false).length > 0)) return undefined
  const { modified, added, removed } = compare(type, applied, live)
  const set = difference(difference(difference(toFieldSet(type, applied), modified), added), removed)
  return (path) => hasPath(set, path)
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Keeps the annotation in step, for clients that still apply client-side. `object` is changed. */
export function withLastApplied(object: KubeObject, config: KubeObject): void {
  const { annotations: own, ...metadata } = config.metadata
  const { [LAST_APPLIED]: _, ...rest } = own ?? {}
  const applied = { ...config, metadata: own === undefined ? metadata : { ...metadata, annotations: rest } }
  const annotations = {
    ...object.metadata.annotations,
    [LAST_APPLIED]: `${goJson(sorted(applied as unknown as Json))}\n`,
  }
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0)
  if (size > MAX_ANNOTATION_BYTES) delete (annotations as Record<string, string>)[LAST_APPLIED]
  object.metadata.annotations = annotations
}

/** Go prints maps by their sorted keys. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] as Json)]),
  )
}
