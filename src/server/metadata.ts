/** Metadata that the server owns: upstream's rest.BeforeCreate and BeforeUpdate. */
import {
  badRequest,
  conflict,
  fieldInvalid,
  formatApiVersion,
  generateName,
  invalid,
  type KubeObject,
  type ObjectMeta,
} from '../machinery/index.ts'
import type { OperationContext, ResourceDefinition } from './definition.ts'
import { CLUSTER_ANNOTATION } from './row.ts'

/** The body must be what the URL says (apiserver/pkg/endpoints/handlers/rest.go). */
export function checkIdentity(
  definition: ResourceDefinition,
  object: KubeObject,
  namespace: string,
  name: string,
): void {
  checkKind(definition, object)
  if (name !== '' && !object.metadata.name) {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  }
  checkPlace(definition, object, namespace, name)
}

/** Upstream's custom resource decoder finds fields that are Invalid, its decoder of built-in kinds a bad request. */
function checkKind(definition: ResourceDefinition, object: KubeObject): void {
  const { builtIn, version, names } = definition
  const expected = { apiVersion: formatApiVersion(definition), kind: names.kind }
  if (object.apiVersion !== expected.apiVersion) {
    const given = `the API version in the data (${object.apiVersion})`
    throw badRequest(`${given} does not match the expected API version (${expected.apiVersion})`)
  }
  if (object.kind === expected.kind) return
  if (!builtIn) {
    const cause = fieldInvalid('kind', object.kind, `must be ${expected.kind}`)
    throw invalid({ group: definition.group, kind: object.kind }, object.metadata.name ?? '', [cause])
  }
  throw badRequest(`${object.kind} in version "${version}" cannot be handled as a ${names.kind}`)
}

export function checkPlace(definition: ResourceDefinition, object: KubeObject, namespace: string, name: string): void {
  const { metadata } = object
  if (definition.namespaced) {
    if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
    }
    metadata.namespace = namespace
  } else delete metadata.namespace
  if (name === '') return
  if (metadata.name !== undefined && metadata.name !== '' && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`)
  }
  metadata.name = name
}

/** Of an object that has been decoded. */
export function fillNullTexts({ metadata }: KubeObject): void {
  fillNulls(metadata.labels)
  fillNulls(metadata.annotations)
}

/** Go decodes a null in a map of texts as the empty text. */
function fillNulls(texts: Record<string, string | null> | null | undefined): void {
  for (const key in texts) if (texts[key] === null) texts[key] = ''
}

export function prepareMetadataForCreate(
  definition: ResourceDefinition,
  object: KubeObject,
  context: OperationContext,
): void {
  const { metadata } = object
  const { services, cluster } = context
  if (metadata.name === undefined || metadata.name === '') {
    if (metadata.generateName !== undefined && metadata.generateName !== '')
      metadata.name = generateName(metadata.generateName)
  }
  metadata.uid = services.random.uid()
  metadata.creationTimestamp = timestamp(services.now())
  metadata.annotations ??= {}
  metadata.annotations[CLUSTER_ANNOTATION] = cluster
  if (definition.generation) metadata.generation = 1
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata.selfLink
  delete metadata.resourceVersion
}

/** An update names the object that it is of by its uid; a patch that changes it is Invalid. */
export function checkUid(definition: ResourceDefinition, given: KubeObject, old: KubeObject): void {
  const { uid = '' } = given.metadata
  if (uid === '' || uid === old.metadata.uid) return
  const { group, names } = definition
  const fault = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`
  const storage = `Code: 4, Key: ${registryKey(definition, old)}, ResourceVersion: 0, AdditionalErrorMsg: ${fault}`
  const message = `StorageError: invalid object, ${storage}`
  throw conflict({ group, resource: names.plural }, old.metadata.name ?? '', message)
}

/** Where kube-apiserver keeps an object: part of its message. */
function registryKey({ builtIn, group, names }: ResourceDefinition, { metadata }: KubeObject): string {
  const isPlain = builtIn && group !== 'apiextensions.k8s.io'
  const { namespace = '', name = '' } = metadata
  return ['/registry', isPlain ? '' : group, names.plural, namespace, name].filter((part) => part !== '').join('/')
}

/** `old` wins for everything that a client may not change. */
export function prepareMetadataForUpdate(object: KubeObject, old: KubeObject): void {
  const { metadata } = object
  const previous = old.metadata
  if ((metadata.uid ?? '') === '') keep(metadata, previous, 'uid')
  keep(metadata, previous, 'creationTimestamp')
  // What a client makes up of these is refused with the rest (rest.BeforeUpdate).
  if (previous.deletionTimestamp !== undefined) keep(metadata, previous, 'deletionTimestamp')
  if (metadata.deletionGracePeriodSeconds === undefined) keep(metadata, previous, 'deletionGracePeriodSeconds')
  keep(metadata, previous, 'generation')
  keep(metadata, previous, 'resourceVersion')
  delete metadata.selfLink
  const cluster = previous.annotations?.[CLUSTER_ANNOTATION]
  if (cluster !== undefined) metadata.annotations = { ...metadata.annotations, [CLUSTER_ANNOTATION]: cluster }
}

function keep<K extends keyof ObjectMeta>(metadata: ObjectMeta, previous: ObjectMeta, field: K): void {
  const value = previous[field]
  if (value === undefined) delete metadata[field]
  else metadata[field] = value
}

/** metav1.Time: seconds, UTC. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
