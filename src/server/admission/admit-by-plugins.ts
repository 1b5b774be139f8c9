/** Where a write asks the webhooks and policies: what they make of an object is put into the object itself. */
import type { KubeObject } from '../../machinery/index.ts'
import type { OperationContext, ResourceDefinition, Subresource } from '../definition.ts'
import { CLUSTER_ANNOTATION } from '../row.ts'
import type { Configurations } from './configurations.ts'
import { conformQuietly } from './conform-quietly.ts'
import { attributesOf, configurationsFor } from './request-attributes.ts'

export async function mutateCreate(
  plugins: Configurations,
  definition: ResourceDefinition,
  object: KubeObject,
  context: OperationContext,
): Promise<void> {
  const { services, name } = context
  // A generated name is generated after the mutations.
  const shown = name === '' ? { ...object, metadata: withoutName(object) } : object
  const attributes = attributesOf('CREATE', definition, { object: structuredClone(shown), name }, context)
  const mutated = await services.admission.mutate(plugins, attributes)
  if (mutated === undefined) return
  const generated = object.metadata.name
  replaceContent(object, mutated)
  if ((object.metadata.name ?? '') === '' && generated !== undefined) object.metadata.name = generated
  object.metadata.annotations = { ...object.metadata.annotations, [CLUSTER_ANNOTATION]: context.cluster }
  conformQuietly(definition, object)
  definition.strategy.prepareForCreate?.(object, context)
}

function withoutName({ metadata }: KubeObject): KubeObject['metadata'] {
  const { name: _name, ...rest } = metadata
  return rest
}

/** Whether anything has changed: then the object is to be prepared again. */
export async function mutateUpdate(
  plugins: Configurations,
  definition: ResourceDefinition,
  object: KubeObject,
  old: KubeObject,
  context: OperationContext,
): Promise<boolean> {
  const subresource = definition.subresources[context.subresource ?? '']
  const shown = { object: viewOf(subresource, object), old: viewOf(subresource, old) }
  const name = old.metadata.name ?? ''
  const attributes = attributesOf('UPDATE', definition, { ...structuredClone(shown), name }, context)
  const mutated = await context.services.admission.mutate(plugins, attributes)
  if (mutated === undefined) return false
  const { managedFields } = object.metadata
  replaceContent(object, merged(subresource, object, old, mutated, context))
  if (subresource !== undefined && managedFields !== undefined) object.metadata.managedFields = managedFields
  conformQuietly(definition, object)
  return true
}

/** What becomes of the whole object when a plugin has changed what was written of it. */
function merged(
  subresource: Subresource | undefined,
  object: KubeObject,
  old: KubeObject,
  mutated: KubeObject,
  context: OperationContext,
): KubeObject {
  if (subresource === undefined) return mutated
  if (subresource.type === 'status') return { ...object, status: mutated.status }
  if (subresource.read === undefined) return mutated
  return subresource.update?.(mutated, structuredClone(old), context) ?? object
}

function viewOf(subresource: Subresource | undefined, object: KubeObject): KubeObject {
  return subresource?.read === undefined ? object : subresource.read(object)
}

function replaceContent(object: KubeObject, content: KubeObject): void {
  for (const key of Object.keys(object)) if (!Object.hasOwn(content, key)) delete object[key]
  Object.assign(object, content)
}

export async function validateWrite(
  plugins: Configurations,
  definition: ResourceDefinition,
  { object, old }: { readonly object: KubeObject; readonly old?: KubeObject },
  context: OperationContext,
): Promise<void> {
  const subresource = definition.subresources[context.subresource ?? '']
  const shown = {
    object: viewOf(subresource, object),
    ...(old !== undefined && { old: viewOf(subresource, old) }),
    name: object.metadata.name ?? '',
  }
  const attributes = attributesOf(old === undefined ? 'CREATE' : 'UPDATE', definition, shown, context)
  await context.services.admission.validate(plugins, attributes)
}

/** @param name - as the URL has it: none for each object of a collection. */
export async function admitDelete(
  definition: ResourceDefinition,
  old: KubeObject,
  name: string,
  context: OperationContext,
): Promise<void> {
  const plugins = await configurationsFor(definition, context)
  if (plugins === undefined) return
  const attributes = attributesOf('DELETE', definition, { old, name }, context)
  await context.services.admission.mutate(plugins, attributes)
  await context.services.admission.validate(plugins, attributes)
}

/** A create that is answered and stored nowhere: a review, a token. Returns what is to be answered. */
export async function admitAnswered(
  definition: ResourceDefinition,
  object: KubeObject,
  context: OperationContext,
): Promise<KubeObject> {
  const plugins = await configurationsFor(definition, context)
  if (plugins === undefined) return object
  const asked = attributesOf('CREATE', definition, { object, name: context.name }, context)
  const mutated = (await context.services.admission.mutate(plugins, asked)) ?? object
  await context.services.admission.validate(plugins, { ...asked, object: mutated })
  return mutated
}
