/** Makes what a client sent into an object that may be stored: pruning, defaults, the kind's hooks, validation. */
import {
  badRequest,
  dropRepeatedOwners,
  type KubeObject,
  linesOfError,
  repeatedOwnersWarning,
  type StatusError,
} from '../machinery/index.ts'
import { mutateCreate, mutateUpdate, validateWrite } from './admission/admit-by-plugins.ts'
import { configurationsFor } from './admission/request-attributes.ts'
import type { SubmittedObject } from './body.ts'
import type { OperationContext, ResourceDefinition } from './definition.ts'
import { copyField, fieldsBut } from './held-pieces.ts'
import { breathe, isEqual, isHopeless, judge, weigh } from './large-objects.ts'
import { inTurns } from './loop-turns.ts'
import { trackFields } from './managed-fields.ts'
import { prepareMetadataForCreate, prepareMetadataForUpdate } from './metadata.ts'
import { checkEmbedded, conformTo } from './submitted.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Drops what the schema does not know and fills in its defaults; tells or refuses unknown fields as the client asked. */
export function conform(
  definition: ResourceDefinition,
  object: KubeObject,
  validation: FieldValidation,
  warnings: string[],
): void {
  tellFaults(definition, conformTo(definition, object), validation, warnings)
}

/** As conform; besides, what was wrong with the text already is told. */
export function conformSubmitted(
  definition: ResourceDefinition,
  { object, faults, conformed }: SubmittedObject,
  validation: FieldValidation,
  warnings: string[],
): void {
  if (!conformed) checkEmbedded(definition, object)
  const texts = conformed ? faults : [...faults, ...conformTo(definition, object)]
  tellFaults(definition, texts, validation, warnings)
}

function tellFaults(
  definition: ResourceDefinition,
  texts: readonly string[],
  validation: FieldValidation,
  warnings: string[],
): void {
  if (texts.length > 0 && validation === 'Strict') throw notDecodable(definition, texts)
  if (validation === 'Warn') for (const text of texts) warnings.push(...linesOfError(text))
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
  const { strategy } = definition
  prepareMetadataForCreate(definition, object, context)
  strategy.prepareForCreate?.(object, context)
  weigh(object, undefined)
  await breathe(object)
  const plugins = await configurationsFor(definition, context)
  if (plugins !== undefined || !isHopeless(object)) await trackFields(definition, object, undefined, context)
  if (plugins !== undefined) await mutateCreate(plugins, definition, object, context)
  await warnOfRepeatedOwners(object, true, context.request?.warnings)
  strategy.settle?.(object, undefined, context)
  await strategy.admit?.({ type: 'create', object }, context)
  await breathe(object)
  const warnings = await judge(definition, object, undefined, context)
  context.request?.warnings.push(...warnings)
  if (plugins !== undefined) await validateWrite(plugins, definition, { object }, context)
  definition.printStored?.(object)
}

/** `object` becomes what will be stored in place of `old`; `subresource` is '' for the object itself. */
export async function admitUpdate(
  definition: ResourceDefinition,
  object: KubeObject,
  old: KubeObject,
  subresource: string,
  context: OperationContext,
): Promise<void> {
  const { strategy } = definition
  const prepare = async (): Promise<void> => {
    prepareMetadataForUpdate(object, old)
    keepStatus(definition, object, old, subresource)
    strategy.prepareForUpdate?.(object, old, context)
    if (definition.generation && (await specChanged(definition, object, old))) {
      object.metadata.generation = (old.metadata.generation ?? 0) + 1
    }
  }
  weigh(object, old)
  await prepare()
  await breathe(object)
  const plugins = await configurationsFor(definition, context)
  if (plugins !== undefined || !isHopeless(object)) await trackFields(definition, object, old, context)
  if (plugins !== undefined && (await mutateUpdate(plugins, definition, object, old, context))) await prepare()
  await warnOfRepeatedOwners(object, true, context.request?.warnings)
  strategy.settle?.(object, old, context)
  await strategy.admit?.({ type: 'update', object, old, subresource }, context)
  await breathe(object)
  const warnings = await judge(definition, object, old, context)
  context.request?.warnings.push(...warnings)
  if (plugins !== undefined) await validateWrite(plugins, definition, { object, old }, context)
  definition.printStored?.(object)
}

/** What is there twice is dropped, before admission and after. */
export async function warnOfRepeatedOwners(
  { metadata }: KubeObject,
  afterAdmission: boolean,
  warnings?: string[],
): Promise<void> {
  if (metadata.ownerReferences === undefined) return
  const repeated = await inTurns(dropRepeatedOwners(metadata))
  if (repeated.length > 0) warnings?.push(repeatedOwnersWarning(repeated, afterAdmission))
}

/** A status that is written apart stays; a custom subresource (approval, scale) says itself what it writes. */
export function keepStatus(
  { subresources }: ResourceDefinition,
  object: KubeObject,
  old: KubeObject,
  subresource: string,
): void {
  if (subresources.status !== undefined && subresource === '') copyField(old, object, 'status')
}

/** What metadata.generation counts: everything but metadata, and but status where that is written apart. */
async function specChanged(
  { subresources }: ResourceDefinition,
  object: KubeObject,
  old: KubeObject,
): Promise<boolean> {
  const apart = subresources.status !== undefined
  return !(await isEqual(object, specOf(object, apart), specOf(old, apart)))
}

function specOf(object: KubeObject, statusApart: boolean): unknown {
  const spec: Partial<KubeObject> = fieldsBut(object, 'metadata', 'apiVersion', 'kind')
  if (statusApart) delete spec.status
  return spec
}
