/** Makes what a client sent into an object that may be stored: pruning, defaults, the kind's hooks, validation. */
import { isDeepStrictEqual } from 'node:util'
import {
  applyDefaults,
  badRequest,
  invalid,
  type JsonObject,
  type KubeObject,
  type NameRule,
  nameIsDNSLabel,
  nameIsDNSSubdomain,
  nameIsPathSegment,
  pruneMetadata,
  pruneValue,
  type StatusCause,
  type StatusError,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateStandardFinalizers,
} from '../machinery/index.ts'
import { mutateCreate, mutateUpdate, validateWrite } from './admission/admit-by-plugins.ts'
import { configurationsFor } from './admission/request-attributes.ts'
import type { OperationContext, ResourceDefinition } from './definition.ts'
import { breathe, validateObject, weigh } from './large-objects.ts'
import { trackFields } from './managed-fields.ts'
import { prepareMetadataForCreate, prepareMetadataForUpdate } from './metadata.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

const NAME_RULES: Readonly<Record<ResourceDefinition['nameRule'], NameRule>> = {
  DNS1123Subdomain: nameIsDNSSubdomain,
  DNS1123Label: nameIsDNSLabel,
  PathSegment: nameIsPathSegment,
}

/**
 * Drops what the schema does not know and fills in its defaults; tells or refuses unknown fields as the client asked.
 *
 * @param faults what was wrong with the text already
 */
export function conform(
  definition: ResourceDefinition,
  object: KubeObject,
  validation: FieldValidation,
  warnings: string[],
  faults: readonly string[] = [],
): void {
  const texts = [...faults, ...unknownFields(definition, object)]
  if (texts.length > 0 && validation === 'Strict') throw notDecodable(definition, texts)
  if (validation === 'Warn') warnings.push(...texts)
  if (definition.schema !== undefined) applyDefaults(definition.schema, object)
}

/** Drops what the schema does not know. @returns `unknown field "spec.x"`, for each */
export function unknownFields({ schema }: ResourceDefinition, object: KubeObject): string[] {
  if (schema === undefined) return []
  const dropped = [
    ...pruneMetadata(object.metadata as JsonObject, 'metadata'),
    ...pruneValue(schema, object, { isResourceRoot: true }),
  ]
  return dropped.map((path) => `unknown field "${path}"`)
}

/** apiserver/pkg/endpoints/handlers/create.go, transformDecodeError */
function notDecodable({ version, names: { kind } }: ResourceDefinition, faults: readonly string[]): StatusError {
  const what = `${kind} in version "${version}" cannot be handled as a ${kind}`
  return badRequest(`${what}: strict decoding error: ${faults.join(', ')}`)
}

/** `object` becomes what will be stored. */
export async function admitCreate(
  definition: ResourceDefinition,
  object: KubeObject,
  context: OperationContext,
): Promise<void> {
  const { strategy, names } = definition
  prepareMetadataForCreate(definition, object, context)
  strategy.prepareForCreate?.(object, context)
  weigh(object, undefined)
  await breathe(object)
  await trackFields(definition, object, undefined, context)
  const plugins = await configurationsFor(definition, context)
  if (plugins !== undefined) await mutateCreate(plugins, definition, object, context)
  await strategy.admit?.({ type: 'create', object }, context)
  await breathe(object)
  const found = [...metadataFaults(definition, object), ...finalizerNames(definition, object)]
  const causes = [
    ...found,
    ...(definition.schema === undefined ? [] : await validateObject(definition.schema, object, undefined, found)),
    ...(strategy.validate?.(object, context) ?? []),
  ]
  if (causes.length > 0)
    throw invalid({ group: storedGroup(definition), kind: names.kind }, object.metadata.name ?? '', causes)
  if (plugins !== undefined) await validateWrite(plugins, definition, { object }, context)
}

/** `object` becomes what will be stored in place of `old`; `subresource` is '' for the object itself. */
export async function admitUpdate(
  definition: ResourceDefinition,
  object: KubeObject,
  old: KubeObject,
  subresource: string,
  context: OperationContext,
): Promise<void> {
  const { strategy, names } = definition
  const prepare = (): void => {
    prepareMetadataForUpdate(object, old)
    // A custom subresource (approval, scale) says itself what it writes.
    if (definition.subresources.status !== undefined && subresource === '') copyField(old, object, 'status')
    strategy.prepareForUpdate?.(object, old, context)
    if (definition.generation && specChanged(definition, object, old)) {
      object.metadata.generation = (old.metadata.generation ?? 0) + 1
    }
  }
  prepare()
  weigh(object, old)
  await breathe(object)
  await trackFields(definition, object, old, context)
  const plugins = await configurationsFor(definition, context)
  if (plugins !== undefined && (await mutateUpdate(plugins, definition, object, old, context))) prepare()
  await strategy.admit?.({ type: 'update', object, old, subresource }, context)
  await breathe(object)
  const found = validateObjectMetaUpdate(object.metadata, old.metadata)
  const causes = [
    // Upstream checks metadata for every kind, and then each kind's own validation does so again; no text is said twice.
    ...(found.length === 0 ? [] : metadataFaults(definition, object)),
    ...found,
    ...found,
    ...(found.length === 0 || !definition.builtIn ? [] : metadataFaults(definition, object)),
    ...finalizerNames(definition, object),
    ...(definition.schema === undefined ? [] : await validateObject(definition.schema, object, old, found)),
    ...(strategy.validateUpdate?.(object, old, context) ?? []),
  ]
  if (causes.length > 0)
    throw invalid({ group: storedGroup(definition), kind: names.kind }, old.metadata.name ?? '', causes)
  if (plugins !== undefined) await validateWrite(plugins, definition, { object, old }, context)
}

function metadataFaults({ namespaced, nameRule }: ResourceDefinition, { metadata }: KubeObject): StatusCause[] {
  return validateObjectMeta(metadata, { namespaced, nameRule: NAME_RULES[nameRule] })
}

/** Kubernetes' own kinds are stricter than extensions (pkg/apis/core/validation, ValidateObjectMeta). */
function finalizerNames({ builtIn, group }: ResourceDefinition, { metadata }: KubeObject): StatusCause[] {
  if (!builtIn || group === 'apiextensions.k8s.io') return []
  return validateStandardFinalizers(metadata.finalizers ?? [], 'metadata.finalizers')
}

export function copyField(from: KubeObject, to: KubeObject, field: string): void {
  if (from[field] === undefined) delete to[field]
  else to[field] = from[field]
}

/** What metadata.generation counts: everything but metadata, and but status where that is written apart. */
function specChanged({ subresources }: ResourceDefinition, object: KubeObject, old: KubeObject): boolean {
  const apart = subresources.status !== undefined
  return !isDeepStrictEqual(specOf(object, apart), specOf(old, apart))
}

function specOf(object: KubeObject, statusApart: boolean): unknown {
  const { metadata: _metadata, apiVersion: _version, kind: _kind, ...spec } = object
  if (statusApart) delete spec.status
  return spec
}

/** Upstream's messages name the group that an object is kept in. */
function storedGroup({ group, storedForm }: ResourceDefinition): string {
  return storedForm?.definition.group ?? group
}
