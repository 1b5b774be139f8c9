/** A write as its handler knows it, in the form in which plugins are asked. */
import type { JsonObject, KubeObject } from '../../machinery/index.ts'
import type { OperationContext, ResourceDefinition } from '../definition.ts'
import type { AdmissionAttributes, AdmissionOperation } from './attributes.ts'
import type { Configurations } from './configurations.ts'

/** Undefined for most: nothing is configured, or it is the server itself that writes. */
export async function configurationsFor(
  definition: ResourceDefinition,
  { request, services, cluster }: OperationContext,
): Promise<Configurations | undefined> {
  return request === undefined ? undefined : services.admission.configured(cluster, definition)
}

export interface AskedObjects {
  readonly object?: KubeObject
  readonly old?: KubeObject
  readonly name: string
}

export function attributesOf(
  operation: AdmissionOperation,
  definition: ResourceDefinition,
  { object, old, name }: AskedObjects,
  context: OperationContext,
): AdmissionAttributes {
  const { subresource = '', cluster, services, signal, user, dryRun, request } = context
  const { group, version, names } = definition
  const isNamespace = group === '' && names.plural === 'namespaces'
  return {
    operation,
    definition,
    kind: definition.subresources[subresource]?.kind ?? { group, version, kind: names.kind },
    subresource,
    namespace: isNamespace
      ? name || (old?.metadata.name ?? '')
      : (object ?? old)?.metadata.namespace || context.namespace,
    name,
    object,
    old,
    options: optionsOf(operation, context),
    dryRun,
    user,
    cluster,
    services,
    signal,
    warn: (text) => request?.warnings.push(text),
  }
}

const KINDS: Readonly<Record<AdmissionOperation, string>> = {
  CREATE: 'CreateOptions',
  UPDATE: 'UpdateOptions',
  DELETE: 'DeleteOptions',
}

/** A patch is told as the create or update that it comes to (handlers/patch.go, patchToUpdateOptions). */
function optionsOf(operation: AdmissionOperation, { request, dryRun }: OperationContext): JsonObject {
  const type = { kind: KINDS[operation], apiVersion: 'meta.k8s.io/v1' }
  if (operation === 'DELETE') return { ...request?.deleteOptions, ...type }
  const manager = request?.query.get('fieldManager') ?? ''
  const validation = request?.query.get('fieldValidation') ?? ''
  return {
    ...type,
    ...(dryRun && { dryRun: ['All'] }),
    ...(manager !== '' && { fieldManager: manager }),
    ...(validation !== '' && { fieldValidation: validation }),
  }
}
