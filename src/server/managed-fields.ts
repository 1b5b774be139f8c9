/** metadata.managedFields of what is written: who owns which field (apimachinery/pkg/util/managedfields). */
import {
  builtInType,
  emptyObjectOf,
  type FieldSet,
  type FieldType,
  fieldSetOf,
  formatApiVersion,
  invalid,
  type Json,
  type JsonObject,
  type KubeObject,
  type ObjectMeta,
  parseApiVersion,
  type StatusCause,
  type StructuralSchema,
  typeOfSchema,
  type Versions,
  validateFieldManager,
} from '../machinery/index.ts'
import type { OperationContext, ResourceDefinition } from './definition.ts'
import { fieldsBut } from './held-pieces.ts'
import { isEqual, managedFieldsOf, type SendableManager } from './large-objects.ts'
import { timestamp } from './metadata.ts'
import { CLUSTER_ANNOTATION } from './row.ts'
import { isOfAnotherGroup, type SentManager } from './side-tasks.ts'
import { schemaNumber } from './side-thread.ts'

/** FieldManagerMaxLength, in bytes. */
const MAX_NAME_BYTES = 128
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** The name a client gives itself, else the beginning of its User-Agent (handlers/create.go). */
export function managerName(query: URLSearchParams, userAgent: string): string {
  const given = query.get('fieldManager') ?? ''
  if (given !== '') return given
  let name = ''
  let bytes = 0
  for (const character of userAgent.split('/', 1)[0] ?? '') {
    if (!PRINTABLE.test(character)) continue
    bytes += Buffer.byteLength(character)
    if (bytes > MAX_NAME_BYTES) break
    name += character
  }
  return name
}

/** `kind` is that of the options: CreateOptions, UpdateOptions, PatchOptions. */
export function checkFieldManager(query: URLSearchParams, kind: string, more: readonly StatusCause[] = []): void {
  const causes = [...more, ...validateFieldManager(query.get('fieldManager') ?? '', 'fieldManager')]
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', causes)
}

const types = new WeakMap<ResourceDefinition, FieldType>()

/** How server-side apply sees the kind. */
export function fieldTypeOf(definition: ResourceDefinition): FieldType {
  let type = types.get(definition)
  if (type === undefined) {
    const { group, version, names, builtIn, schema } = definition
    type = (builtIn ? builtInType(group, version, names.kind) : undefined) ?? typeOfSchema(schema)
    types.set(definition, type)
  }
  return type
}

const empties = new WeakMap<ResourceDefinition, JsonObject>()

function emptyOf(definition: ResourceDefinition): JsonObject {
  let empty = empties.get(definition)
  if (empty === undefined) {
    const { group, version, names, builtIn } = definition
    const fields = builtIn ? emptyObjectOf(group, version, names.kind) : {}
    empty = { apiVersion: formatApiVersion(definition), kind: names.kind, ...fields }
    empties.set(definition, empty)
  }
  return empty
}

const STATUS = fieldSetOf(['f:status'])
const SPEC = fieldSetOf(['f:spec'])
const SPEC_AND_METADATA = fieldSetOf(['f:spec'], ['f:metadata'])
const SPEC_AND_STATUS = fieldSetOf(['f:spec'], ['f:status'])
const NOTHING = fieldSetOf()

/** What a write through this endpoint leaves as it was, or the server sets (rest.ResetFieldsStrategy). */
function ignoredFields({ builtIn, names, subresources }: ResourceDefinition, subresource: string): FieldSet {
  if (subresource === 'status') return subresources.status?.writesMetadata === true ? SPEC : SPEC_AND_METADATA
  if (subresource !== '') return NOTHING
  if (builtIn && names.kind === 'CertificateSigningRequest') return SPEC_AND_STATUS
  return subresources.status === undefined ? NOTHING : STATUS
}

/** The manager of a write, and the versions of the object that its managers know; `old` is undefined for a create. */
export async function fieldManagerOf(
  definition: ResourceDefinition,
  name: string,
  object: KubeObject,
  old: KubeObject | undefined,
  context: OperationContext,
): Promise<SendableManager> {
  const apiVersion = formatApiVersion(definition)
  const { subresource = '', services } = context
  const byVersion = await definitionsByVersion(definition, object, old, context)
  const ignored = ignoredFields(definition, subresource)
  // Who writes a Scale is noted in the object, where upstream's entries have no time (managedfields/scalehandler.go).
  const isScale = definition.subresources[subresource]?.replicasPath !== undefined
  const now = isScale ? undefined : timestamp(services.now())
  const group = definition.builtIn ? undefined : definition.group
  const isConvertedElsewhere = definition.conversion !== undefined
  const manager = { name, apiVersion, subresource, empty: emptyOf(definition), now }
  return {
    ...manager,
    versions: versionsOf(byVersion, { group, ignored, isConvertedElsewhere }),
    sent: isSendable(byVersion)
      ? () => sendable({ ...manager, group, ignored, isConvertedElsewhere }, byVersion)
      : undefined,
  }
}

type ByVersion = ReadonlyMap<string, ResourceDefinition>

/** A kind that shows another one's rows in its own form does so by a function. */
function isSendable(byVersion: ByVersion): boolean {
  for (const { storedForm } of byVersion.values()) if (storedForm !== undefined) return false
  return true
}

function sendable(
  manager: Omit<SentManager, 'types'>,
  byVersion: ByVersion,
): { manager: SentManager; schemas: StructuralSchema[] } {
  const schemas: StructuralSchema[] = []
  const typeOf = ({ group, version, names, builtIn, schema }: ResourceDefinition) => {
    if (builtIn && builtInType(group, version, names.kind) !== undefined) return [group, version, names.kind] as const
    if (schema === undefined) return undefined
    schemas.push(schema)
    return schemaNumber(schema)
  }
  const types = new Map([...byVersion].map(([apiVersion, definition]) => [apiVersion, typeOf(definition)]))
  return { manager: { ...manager, types }, schemas }
}

async function definitionsByVersion(
  definition: ResourceDefinition,
  object: KubeObject,
  old: KubeObject | undefined,
  { cluster, services }: OperationContext,
): Promise<ByVersion> {
  const byVersion = new Map([[formatApiVersion(definition), definition]])
  const others = [object, old].flatMap(versionsIn).filter((apiVersion) => !byVersion.has(apiVersion))
  const definitions = others.length === 0 ? undefined : await services.definitionsOf(cluster)
  for (const apiVersion of others) {
    const parsed = parseApiVersion(apiVersion)
    const other = parsed && definitions?.findKind(parsed.group, parsed.version, definition.names.kind)
    if (other !== undefined && isSameResource(definition, other)) byVersion.set(apiVersion, other)
  }
  return byVersion
}

function versionsOf(
  byVersion: ByVersion,
  { group, ignored, isConvertedElsewhere }: Pick<SentManager, 'group' | 'ignored' | 'isConvertedElsewhere'>,
): Versions {
  return {
    isConvertedElsewhere,
    isForeign: (apiVersion) => isOfAnotherGroup(apiVersion, group),
    typeAt: (apiVersion) => {
      const found = byVersion.get(apiVersion)
      return found === undefined ? undefined : fieldTypeOf(found)
    },
    convert: (object, from, to) => convert(object, byVersion.get(from), byVersion.get(to)),
    ignoredAt: () => ignored,
  }
}

function versionsIn(object: KubeObject | undefined): string[] {
  const entries = object?.metadata.managedFields
  if (!Array.isArray(entries)) return []
  const versions = entries.map((entry) => (entry as { apiVersion?: unknown } | null)?.apiVersion)
  return versions.filter((version) => typeof version === 'string')
}

/** One in two versions, or one whose rows the other shows in another form. */
function isSameResource(one: ResourceDefinition, other: ResourceDefinition): boolean {
  const [mine, theirs] = [one, other].map(({ storedForm, ...own }) => storedForm?.definition ?? own)
  return mine?.group === theirs?.group && mine?.names.plural === theirs?.names.plural
}

function convert(object: Json, from: ResourceDefinition | undefined, to: ResourceDefinition | undefined): Json {
  if (from === undefined || to === undefined || from === to) return object
  const stored = from.storedForm?.toStored(object as unknown as KubeObject) ?? (object as unknown as KubeObject)
  const converted = to.storedForm?.fromStored(stored) ?? { ...stored, apiVersion: formatApiVersion(to) }
  return converted as unknown as Json
}

/** The annotation is the server's, and spliced in: no one owns it. */
export function withoutClusterAnnotation(object: KubeObject): KubeObject {
  const { annotations: all } = object.metadata
  if (all?.[CLUSTER_ANNOTATION] === undefined) return object
  const { [CLUSTER_ANNOTATION]: _, ...annotations } = all
  const isEmpty = Object.keys(annotations).length === 0
  const metadata: ObjectMeta = fieldsBut(object.metadata, 'annotations')
  if (!isEmpty) metadata.annotations = annotations
  return Object.assign(fieldsBut(object, 'metadata'), { metadata }) as KubeObject
}

/** Notes in `object`, which will be stored, who owns what of it; `old` is undefined for a create. */
export async function trackFields(
  definition: ResourceDefinition,
  object: KubeObject,
  old: KubeObject | undefined,
  context: OperationContext,
): Promise<void> {
  const { fieldManager } = context
  if (fieldManager === undefined) return
  const manager = await fieldManagerOf(definition, fieldManager, object, old, context)
  const live = old === undefined ? undefined : withoutClusterAnnotation(old)
  const managedFields = await managedFieldsOf(object, manager, live, withoutClusterAnnotation(object))
  if (managedFields === undefined) delete object.metadata.managedFields
  else object.metadata.managedFields = managedFields
}

/**
 * A write that changes nothing but the times of its managers is none (handlers/fieldmanager/equality.go): `object` gets
 * the times of `old` back.
 */
export async function keepTimes(object: KubeObject, old: KubeObject): Promise<void> {
  const before = old.metadata.managedFields
  const after = object.metadata.managedFields
  if (before === undefined || after === undefined || before.length !== after.length) return
  if (!(await isEqual(object, before.map(withoutTime), after.map(withoutTime)))) return
  if (await isEqual(object, withoutManagers(object), withoutManagers(old))) object.metadata.managedFields = before
}

function withoutTime(entry: Json): Json {
  return fieldsBut(entry as JsonObject, 'time')
}

function withoutManagers(object: KubeObject): object {
  return Object.assign(fieldsBut(object, 'metadata'), { metadata: fieldsBut(object.metadata, 'managedFields') })
}
